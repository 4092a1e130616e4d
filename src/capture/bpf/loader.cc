#include "capture/bpf/loader.h"

#include <errno.h>
#include <fmt/format.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <optional>

#include "capture/bpf/aside.h"
#include "capture/bpf/embedded.h"
#include "capture/bpf/program/record.h"

namespace sysray::capture::bpf {
namespace {

int ask_kernel(bpf_cmd command, const bpf_attr& attr) {
  int result = 0;
  do {
    result = static_cast<int>(syscall(SYS_bpf, command, &attr, sizeof attr));
  } while (result < 0 && errno == EAGAIN && command == BPF_PROG_LOAD);  // a signal came meanwhile
  return result;
}

u64 address(const void* pointer) { return reinterpret_cast<u64>(pointer); }

std::string kernel_release() {
  utsname name{};
  uname(&name);
  return name.release;
}

// What the kernel says when it finds fault with a program: its last lines. Empty: it says nothing.
std::string last_words(std::string_view log) {
  while (log.ends_with('\n')) log.remove_suffix(1);
  const size_t summary = log.rfind("processed ");
  if (summary != log.npos && summary > 0) log = log.substr(0, summary - 1);
  const size_t line = log.rfind('\n');
  return std::string(line == log.npos ? log : log.substr(line + 1));
}

template <typename T>
std::span<const T> take(const unsigned char*& at, u32 count) {
  const std::span<const T> all(reinterpret_cast<const T*>(at), count);
  at += all.size_bytes();
  return all;
}

}  // namespace

Loader::Loader(bool observe, bool files) : image_(sysray_bpf_images[(observe ? 2 : 0) + (files ? 1 : 0)]) {
  memcpy(&head_, image_, sizeof head_);
  const unsigned char* at = image_ + sizeof head_;
  const auto maps = take<ImageMap>(at, head_.maps);
  asked_.assign(maps.begin(), maps.end());
  asked_programs_ = take<ImageProgram>(at, head_.programs);
  types_ = take<ImageType>(at, head_.types);
  links_ = take<ImageLink>(at, head_.links);
  values_.resize(head_.maps);
  found_types_.resize(head_.types);
  maps_.resize(head_.maps);
  map_numbers_.resize(head_.maps, -1);
  programs_.resize(head_.programs);
}

size_t Loader::find_map(std::string_view name) const {
  return static_cast<size_t>(std::ranges::find(asked_, name, &ImageMap::name) - asked_.begin());
}

size_t Loader::find_program(std::string_view name) const {
  return static_cast<size_t>(std::ranges::find(asked_programs_, name, &ImageProgram::name) - asked_programs_.begin());
}

void Loader::set_entries(std::string_view map, size_t entries) {
  asked_[find_map(map)].entries = static_cast<u32>(entries);
}

void Loader::set_value_size(std::string_view map, size_t bytes) {
  asked_[find_map(map)].value_size = static_cast<u32>(bytes);
}

void Loader::set_value(std::string_view map, const void* value) { values_[find_map(map)] = value; }

void Loader::find_types(Failure& failure) {
  const size_t finder = find_program("find_type");
  load_program(finder, -1, failure);
  for (size_t i = 0; i < types_.size() && !failure.error; i++) {
    bpf_type_question question{};
    memcpy(question.name, types_[i].name, sizeof types_[i].name);
    question.kind = types_[i].kind;
    bpf_attr attr{};
    attr.test.prog_fd = static_cast<u32>(programs_[finder].get());
    attr.test.ctx_in = address(&question);  // the answer comes there as well
    attr.test.ctx_size_in = sizeof question;
    if (ask_kernel(BPF_PROG_TEST_RUN, attr) < 0) question.type = -errno;
    if (question.type <= 0)
      failure = {static_cast<int>(-question.type), fmt::format("the kernel's type {}", types_[i].name), ""};
    found_types_[i] = static_cast<u32>(question.type);
  }
}

void Loader::make_maps(Failure& failure) {
  bpf_attr types{};
  types.btf = address(at(head_.btf));
  types.btf_size = head_.btf.size;
  btf_.reset(ask_kernel(BPF_BTF_LOAD, types));
  if (!btf_) failure = {errno, "types", ""};
  for (size_t i = 0; i < asked_.size() && !failure.error; i++) {
    const ImageMap& map = asked_[i];
    bpf_attr attr{};
    memcpy(attr.map_name, map.name, sizeof attr.map_name);
    std::ranges::replace(attr.map_name, '.', '_');
    attr.map_type = map.type;
    attr.key_size = map.key_size;
    attr.value_size = map.value_size;
    attr.max_entries = map.entries;
    attr.map_flags = map.flags;
    attr.btf_key_type_id = map.key_type;
    attr.btf_value_type_id = map.value_type;
    if (map.key_type || map.value_type) attr.btf_fd = static_cast<u32>(btf_.get());
    maps_[i].reset(ask_kernel(BPF_MAP_CREATE, attr));
    map_numbers_[i] = maps_[i].get();
    const u32 first = 0;
    bpf_attr update{};
    update.map_fd = static_cast<u32>(maps_[i].get());
    update.key = address(&first);
    update.value = address(values_[i]);
    bpf_attr freeze{};
    freeze.map_fd = update.map_fd;
    if (!maps_[i] || (values_[i] && ask_kernel(BPF_MAP_UPDATE_ELEM, update) < 0) ||
        (map.constant && ask_kernel(BPF_MAP_FREEZE, freeze) < 0))
      failure = {errno, fmt::format("map {}", map.name), ""};
  }
}

void Loader::load_program(size_t index, int types, Failure& failure) {
  const ImageProgram& program = asked_programs_[index];
  std::vector<bpf_insn> instructions(program.instructions.size / sizeof(bpf_insn));
  memcpy(instructions.data(), at(program.instructions), program.instructions.size);
  for (const ImageLink& link : links_)
    if (link.program == index) instructions[link.instruction].imm = static_cast<s32>(found_types_[link.type]);
  bpf_attr attr{};
  memcpy(attr.prog_name, program.name, sizeof attr.prog_name);
  attr.prog_type = program.type;
  attr.expected_attach_type = program.attach_type;
  attr.prog_flags = program.flags;
  if (program.attach_point) attr.attach_btf_id = found_types_[program.attach_point - 1];
  attr.license = address(at(program.license));
  attr.insns = address(instructions.data());
  attr.insn_cnt = static_cast<u32>(instructions.size());
  attr.fd_array = address(map_numbers_.data());
  if (types >= 0) {
    attr.prog_btf_fd = static_cast<u32>(types);
    attr.func_info = address(at(program.functions));
    attr.func_info_rec_size = program.function_size;
    attr.func_info_cnt = program.function_size ? program.functions.size / program.function_size : 0;
    attr.core_relos = address(at(program.relocations));
    attr.core_relo_rec_size = program.relocation_size;
    attr.core_relo_cnt = program.relocation_size ? program.relocations.size / program.relocation_size : 0;
  }
  programs_[index].reset(ask_kernel(BPF_PROG_LOAD, attr));
  if (programs_[index]) return;
  const int error = errno;
  // Once more with the kernel's explanation, which takes long to write.
  std::vector<char> log(1 << 20);
  attr.log_level = 1;
  attr.log_buf = address(log.data());
  attr.log_size = static_cast<u32>(log.size());
  const UniqueFd again(ask_kernel(BPF_PROG_LOAD, attr));
  failure = {error, fmt::format("program {}", program.name), last_words(log.data())};
}

// The largest of them here, the others meanwhile.
void Loader::load_programs(Failure& failure) {
  auto size = [](const ImageProgram& program) { return program.instructions.size; };
  const auto largest =
      static_cast<size_t>(std::ranges::max_element(asked_programs_, {}, size) - asked_programs_.begin());
  Failure failure_aside;
  {
    const Aside others([&] {
      for (size_t i = 0; i < asked_programs_.size() && !failure_aside.error; i++)
        if (i != largest && !programs_[i]) load_program(i, btf_.get(), failure_aside);
    });
    load_program(largest, btf_.get(), failure);
  }
  if (!failure.error) failure = failure_aside;
}

Result<void> Loader::load() {
  Failure failure;
  {
    Failure failure_aside;
    Aside types([&] { find_types(failure_aside); });
    make_maps(failure);
    types.join();
    if (!failure.error) failure = failure_aside;
  }
  if (!failure.error) load_programs(failure);
  if (!failure.error) return {};
  std::string observed = fmt::format("{}: {}", failure.what, strerror(failure.error));
  if (!failure.words.empty()) observed += ": " + failure.words;
  if (failure.error == EPERM)
    return Error{"BPF backend: loading the program", observed,
                 "capabilities of a user namespace do not count: run as root outside of it, or use --backend=ptrace",
                 EPERM};
  return Error{"BPF backend: loading the program", observed,
               fmt::format("this kernel is {}; the backend needs 6.2 or later, with BTF. --backend=ptrace works "
                           "everywhere",
                           kernel_release()),
               failure.error};
}

int Loader::map(std::string_view name) const {
  const size_t index = find_map(name);
  return index < maps_.size() ? maps_[index].get() : -1;
}

size_t Loader::map_bytes() const {
  size_t bytes = 0;
  for (const UniqueFd& map : maps_) {
    std::ifstream info(fmt::format("/proc/self/fdinfo/{}", map.get()));
    size_t memory = 0;
    for (std::string line; std::getline(info, line);)
      if (sscanf(line.c_str(), "memlock: %zu", &memory) == 1) bytes += memory;
  }
  return bytes;
}

int Loader::program(std::string_view name) const {
  const size_t index = find_program(name);
  return index < programs_.size() ? programs_[index].get() : -1;
}

}  // namespace sysray::capture::bpf
