#include "capture/bpf/loader.h"

#include <bpf/skel_internal.h>
#include <errno.h>
#include <fmt/format.h>
#include <string.h>
#include <sys/utsname.h>

#include <cstdio>
#include <fstream>

#include "capture/bpf/embedded.h"

namespace sysray::capture::bpf {
namespace {

// The context: this, then what is asked and told of each map and each program.
bpf_map_desc* maps_of(std::vector<u64>& context) {
  return reinterpret_cast<bpf_map_desc*>(reinterpret_cast<char*>(context.data()) + sizeof(bpf_loader_ctx));
}

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

}  // namespace

Loader::Loader(bool observe, bool files) {
  const unsigned char* at = sysray_bpf_images[(observe ? 2 : 0) + (files ? 1 : 0)];
  memcpy(&head_, at, sizeof head_);
  at += sizeof head_;
  names_ = {reinterpret_cast<const ImageName*>(at), head_.maps + head_.programs};
  at += names_.size_bytes();
  data_.assign(at, at + head_.data_size);
  instructions_ = at + head_.data_size;
  const size_t size =
      sizeof(bpf_loader_ctx) + head_.maps * sizeof(bpf_map_desc) + head_.programs * sizeof(bpf_prog_desc);
  context_.resize((size + 7) / 8);
  reinterpret_cast<bpf_loader_ctx*>(context_.data())->sz = static_cast<u32>(size);
}

size_t Loader::find(std::string_view name, size_t from, size_t count) const {
  for (size_t i = 0; i < count; i++)
    if (names_[from + i].text == name) return i;
  return count;
}

void Loader::set_entries(std::string_view map, size_t entries) {
  maps_of(context_)[find(map, 0, head_.maps)].max_entries = static_cast<u32>(entries);
}

void Loader::set_value(std::string_view map, const void* value) {
  maps_of(context_)[find(map, 0, head_.maps)].initial_value = reinterpret_cast<u64>(value);
}

void Loader::set_ring_size(u32 bytes) { memcpy(data_.data() + head_.ring_size_at, &bytes, sizeof bytes); }

Result<void> Loader::load() {
  const std::vector<u64> asked = context_;
  bpf_load_and_run_opts options{};
  options.data = data_.data();
  options.data_sz = head_.data_size;
  options.insns = instructions_;
  options.insns_sz = head_.instructions_size;
  std::vector<char> log;
  int error = 0;
  // Once more with the kernel's explanation, which takes long to write.
  for (size_t size : {size_t{0}, size_t{1} << 20}) {
    context_ = asked;
    log.resize(size);
    options.ctx = reinterpret_cast<bpf_loader_ctx*>(context_.data());
    options.ctx->log_level = size > 0;
    options.ctx->log_size = static_cast<u32>(size);
    options.ctx->log_buf = reinterpret_cast<u64>(log.data());
    error = bpf_load_and_run(&options);
    if (error == 0) break;
  }
  if (error < 0) {
    std::string observed = fmt::format("{}; {}", strerror(-error), options.errstr ? options.errstr : "");
    if (std::string words = last_words(log.data()); !words.empty()) observed += ": " + words;
    if (error == -EPERM)
      return Error{"BPF backend: loading the program", observed,
                   "capabilities of a user namespace do not count: run as root outside of it, or use --backend=ptrace",
                   EPERM};
    return Error{"BPF backend: loading the program", observed,
                 fmt::format("this kernel is {}; the backend needs 6.2 or later, with BTF. --backend=ptrace works "
                             "everywhere",
                             kernel_release()),
                 -error};
  }
  const bpf_map_desc* maps = maps_of(context_);
  for (u32 i = 0; i < head_.maps; i++) maps_.emplace_back(maps[i].map_fd);
  const auto* programs = reinterpret_cast<const bpf_prog_desc*>(maps + head_.maps);
  for (u32 i = 0; i < head_.programs; i++) programs_.emplace_back(programs[i].prog_fd);
  return {};
}

int Loader::map(std::string_view name) const {
  const size_t index = find(name, 0, head_.maps);
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
  const size_t index = find(name, head_.maps, head_.programs);
  return index < programs_.size() ? programs_[index].get() : -1;
}

}  // namespace sysray::capture::bpf
