// SmallFile: a file of procfs read at once, and its "Name:\tvalues" lines.
#pragma once

#include <array>
#include <string_view>

#include "base/types.h"

namespace sysray::resolve {

class SmallFile {
 public:
  // Up to 4 KiB of it; false if it cannot be opened or is empty. Reading again replaces the text.
  bool read(const char* path);
  std::string_view text() const { return {bytes_.data(), size_}; }

  // What stands behind the name at the start of a line, blanks taken away; empty if there is no such line.
  std::string_view value_of(std::string_view name) const;

  static constexpr size_t max_numbers = 33;  // pid_namespaces(7): 32 levels below the first
  struct Numbers {
    std::array<s32, max_numbers> values{};
    size_t count = 0;
  };
  // The decimal numbers behind the name.
  Numbers numbers_of(std::string_view name) const;

 private:
  std::array<char, 4096> bytes_;
  size_t size_ = 0;
};

}  // namespace sysray::resolve
