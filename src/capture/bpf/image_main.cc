// bpfimage OBJECT OUTPUT: turns the compiled BPF programs into the image that the binary carries (image.h). Runs in the
// build.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <string.h>

#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "capture/bpf/image.h"
#include "capture/bpf/loading_steps.h"

namespace sysray::capture::bpf {
namespace {

// Maps of the compiler's sections are called after the file and the section: the latter is enough.
template <size_t n>
void set_name(char (&name)[n], std::string_view text) {
  if (const size_t dot = text.rfind('.'); dot != text.npos) text.remove_prefix(dot);
  if (text.size() >= n) throw std::runtime_error("the name is too long: " + std::string(text));
  text.copy(name, n - 1);
}

class Image {
 public:
  explicit Image(const LoadingSteps& steps);
  void write(std::ofstream& file) const;

 private:
  ImageRange add(const std::string& bytes);
  void add_map(const bpf_attr& attr, bool constant);
  void add_program(const LoadingSteps& steps, const ProgramStep& step);
  void add_links(const std::string& instructions, size_t types);

  ImageHead head_{};
  std::vector<ImageMap> maps_;
  std::vector<ImageProgram> programs_;
  std::vector<ImageType> types_;
  std::vector<ImageLink> links_;
  std::string bytes_;  // what ranges name, which count from their beginning until all is there
};

Image::Image(const LoadingSteps& steps) {
  head_.btf = add(steps.btf);
  for (size_t i = 0; i < steps.maps.size(); i++) add_map(steps.maps[i], steps.constant[i]);
  for (const WantedType& wanted : steps.types) {
    ImageType type{};
    set_name(type.name, wanted.name);
    type.kind = wanted.kind;
    types_.push_back(type);
  }
  for (const ProgramStep& step : steps.programs) add_program(steps, step);
  head_.maps = static_cast<u32>(maps_.size());
  head_.programs = static_cast<u32>(programs_.size());
  head_.types = static_cast<u32>(types_.size());
  head_.links = static_cast<u32>(links_.size());
  const size_t tables = sizeof head_ + maps_.size() * sizeof maps_[0] + programs_.size() * sizeof programs_[0] +
                        types_.size() * sizeof types_[0] + links_.size() * sizeof links_[0];
  const auto begin = static_cast<u32>((tables + 7) & ~size_t{7});
  bytes_.insert(0, begin - tables, 0);
  head_.btf.at += begin;
  for (ImageProgram& program : programs_)
    for (ImageRange* range : {&program.instructions, &program.functions, &program.relocations, &program.license})
      range->at += begin;
}

ImageRange Image::add(const std::string& bytes) {
  const ImageRange range{static_cast<u32>(bytes_.size()), static_cast<u32>(bytes.size())};
  bytes_ += bytes;
  bytes_.resize((bytes_.size() + 7) & ~size_t{7});
  return range;
}

void Image::add_map(const bpf_attr& attr, bool constant) {
  ImageMap map{};
  set_name(map.name, attr.map_name);
  map.type = attr.map_type;
  map.key_size = attr.key_size;
  map.value_size = attr.value_size;
  map.entries = attr.max_entries;
  map.flags = attr.map_flags;
  map.key_type = attr.btf_key_type_id;
  map.value_type = attr.btf_value_type_id;
  map.constant = constant;
  maps_.push_back(map);
}

void Image::add_program(const LoadingSteps& steps, const ProgramStep& step) {
  ImageProgram program{};
  set_name(program.name, step.attr.prog_name);
  program.type = step.attr.prog_type;
  program.attach_type = step.attr.expected_attach_type;
  program.flags = step.attr.prog_flags;
  if (step.attr.attach_btf_id) program.attach_point = step.attr.attach_btf_id - LoadingSteps::first_type + 1;
  program.instructions = add(step.instructions);
  program.functions = add(step.functions);
  program.function_size = step.attr.func_info_rec_size;
  program.relocations = add(step.relocations);
  program.relocation_size = step.attr.core_relo_rec_size;
  program.license = add(step.license + '\0');
  add_links(step.instructions, steps.types.size());
  programs_.push_back(program);
}

// Calls of the kernel's functions.
void Image::add_links(const std::string& instructions, size_t types) {
  for (size_t i = 0; i < instructions.size() / sizeof(bpf_insn); i++) {
    bpf_insn insn{};
    memcpy(&insn, instructions.data() + i * sizeof insn, sizeof insn);
    if (insn.code != (BPF_JMP | BPF_CALL) || insn.src_reg != BPF_PSEUDO_KFUNC_CALL) continue;
    const u32 type = static_cast<u32>(insn.imm) - LoadingSteps::first_type;
    if (type >= types) throw std::runtime_error("a function of the kernel's has no name");
    links_.push_back({static_cast<u32>(programs_.size()), static_cast<u32>(i), type});
  }
}

template <typename T>
void write_all(std::ofstream& file, const std::vector<T>& all) {
  file.write(reinterpret_cast<const char*>(all.data()), static_cast<std::streamsize>(all.size() * sizeof(T)));
}

void Image::write(std::ofstream& file) const {
  file.write(reinterpret_cast<const char*>(&head_), sizeof head_);
  write_all(file, maps_);
  write_all(file, programs_);
  write_all(file, types_);
  write_all(file, links_);
  file.write(bytes_.data(), static_cast<std::streamsize>(bytes_.size()));
}

void make_image(const char* input, const char* output) {
  bpf_object* object = bpf_object__open_file(input, nullptr);
  DECLARE_LIBBPF_OPTS(gen_loader_opts, loader);
  if (!object || bpf_object__gen_loader(object, &loader) < 0 || bpf_object__load(object) < 0)
    throw std::runtime_error("libbpf refuses it");
  const auto* first = reinterpret_cast<const bpf_insn*>(loader.insns);
  const LoadingSteps steps =
      follow_loading({first, loader.insns_sz / sizeof(bpf_insn)}, std::string(loader.data, loader.data_sz));
  std::ofstream file(output, std::ios::binary);
  Image(steps).write(file);
  file.close();
  bpf_object__close(object);
  if (!file) throw std::runtime_error("the image cannot be written");
}

}  // namespace
}  // namespace sysray::capture::bpf

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: bpfimage OBJECT OUTPUT\n";
    return 2;
  }
  try {
    sysray::capture::bpf::make_image(argv[1], argv[2]);
  } catch (const std::runtime_error& error) {
    std::cerr << "bpfimage: cannot make an image of " << argv[1] << ": " << error.what() << '\n';
    return 1;
  }
  return 0;
}
