// Loader: the BPF programs and maps of the image, brought into the kernel.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/types.h"
#include "base/unique_fd.h"
#include "capture/bpf/image.h"

namespace sysray::capture::bpf {

class Loader {
 public:
  // `observe`: there is no ptrace to tell of the lives of threads. `files`: what is behind descriptors is to be noted.
  Loader(bool observe, bool files);

  // To be called before load(). Maps and programs have the names of the program's source.
  void set_entries(std::string_view map, size_t entries);
  void set_value(std::string_view map, const void* value);
  void set_ring_size(u32 bytes);
  Result<void> load();

  // -1: there is none of that name. The loader keeps what it opened.
  int map(std::string_view name) const;
  int program(std::string_view name) const;
  // What all maps take, as the kernel accounts for it.
  size_t map_bytes() const;

 private:
  size_t find(std::string_view name, size_t from, size_t count) const;
  std::span<const ImageName> names_;
  ImageHead head_{};
  std::vector<char> data_;
  const unsigned char* instructions_ = nullptr;
  std::vector<u64> context_;  // what the loading program is given and gives back
  std::vector<UniqueFd> maps_;
  std::vector<UniqueFd> programs_;
};

}  // namespace sysray::capture::bpf
