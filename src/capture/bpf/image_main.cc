// bpfimage OBJECT OUTPUT: turns the compiled BPF programs into the image that the binary carries (image.h). Runs in the
// build.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <string.h>

#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "capture/bpf/image.h"
#include "capture/bpf/program/record.h"

namespace sysray::capture::bpf {
namespace {

// Maps of the compiler's sections are called after the file and the section: the latter is enough.
ImageName name_of(std::string_view text) {
  if (const size_t dot = text.rfind('.'); dot != text.npos) text.remove_prefix(dot);
  ImageName name{};
  text.copy(name.text, sizeof name.text - 1);
  return name;
}

// The size of a ring in the instruction that makes the map: a bpf_attr in the data. 0: there is none.
size_t find_ring_size(std::string_view data) {
  const u32 mark = BPF_RING_SIZE_MARK;
  const std::string_view bytes(reinterpret_cast<const char*>(&mark), sizeof mark);
  for (size_t at = data.find(bytes); at != data.npos; at = data.find(bytes, at + 1)) {
    constexpr size_t size_in_attr = offsetof(bpf_attr, value_size), name_in_attr = offsetof(bpf_attr, map_name);
    if (at < size_in_attr || data.size() - at < sizeof(bpf_attr)) continue;
    if (std::string_view(data.data() + at - size_in_attr + name_in_attr) == "rings") return at;
  }
  return 0;
}

int write_image(const char* input, const char* output) {
  bpf_object* object = bpf_object__open_file(input, nullptr);
  DECLARE_LIBBPF_OPTS(gen_loader_opts, loader);
  if (!object || bpf_object__gen_loader(object, &loader) < 0) return 1;
  std::vector<ImageName> names;
  ImageHead head{};
  bpf_map* map = nullptr;
  bpf_object__for_each_map(map, object) {
    names.push_back(name_of(bpf_map__name(map)));
    head.maps++;
  }
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object) {
    names.push_back(name_of(bpf_program__name(program)));
    head.programs++;
  }
  if (bpf_object__load(object) < 0) return 1;
  std::string data(loader.data, loader.data_sz);
  head.ring_size_at = static_cast<u32>(find_ring_size(data));
  if (head.ring_size_at == 0) return 1;
  data.resize((data.size() + 7) & ~size_t{7});
  head.data_size = static_cast<u32>(data.size());
  head.instructions_size = loader.insns_sz;
  std::ofstream file(output, std::ios::binary);
  file.write(reinterpret_cast<const char*>(&head), sizeof head);
  file.write(reinterpret_cast<const char*>(names.data()), static_cast<std::streamsize>(names.size() * sizeof names[0]));
  file.write(data.data(), static_cast<std::streamsize>(data.size()));
  file.write(loader.insns, static_cast<std::streamsize>(loader.insns_sz));
  file.close();
  bpf_object__close(object);
  return file ? 0 : 1;
}

}  // namespace
}  // namespace sysray::capture::bpf

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: bpfimage OBJECT OUTPUT\n";
    return 2;
  }
  const int status = sysray::capture::bpf::write_image(argv[1], argv[2]);
  if (status != 0) std::cerr << "bpfimage: cannot make an image of " << argv[1] << '\n';
  return status;
}
