// Loader: the BPF programs and maps of the image, brought into the kernel.
#pragma once

#include <span>
#include <string>
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
  void set_value_size(std::string_view map, size_t bytes);
  // Of a map with one value.
  void set_value(std::string_view map, const void* value);
  Result<void> load();

  // -1: there is none of that name. The loader keeps what it opened.
  int map(std::string_view name) const;
  int program(std::string_view name) const;
  // What all maps take, as the kernel accounts for it.
  size_t map_bytes() const;

 private:
  struct Failure {
    int error = 0;  // errno value
    std::string what;
    std::string words;  // of the kernel
  };

  size_t find_map(std::string_view name) const;
  size_t find_program(std::string_view name) const;
  const unsigned char* at(const ImageRange& range) const { return image_ + range.at; }
  void find_types(Failure& failure);
  void make_maps(Failure& failure);
  // `types`: descriptor of what the program's own types are known by; -1: it does without, and without maps.
  void load_program(size_t index, int types, Failure& failure);
  void load_programs(Failure& failure);

  const unsigned char* image_;
  ImageHead head_{};
  std::vector<ImageMap> asked_;
  std::span<const ImageProgram> asked_programs_;
  std::span<const ImageType> types_;
  std::span<const ImageLink> links_;
  std::vector<const void*> values_;  // by map
  std::vector<u32> found_types_;
  UniqueFd btf_;
  std::vector<UniqueFd> maps_;
  std::vector<int> map_numbers_;  // descriptors of maps_
  std::vector<UniqueFd> programs_;
};

}  // namespace sysray::capture::bpf
