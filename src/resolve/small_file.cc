#include "resolve/small_file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <charconv>

#include "base/unique_fd.h"

namespace sysray::resolve {

bool SmallFile::read(const char* path) {
  size_ = 0;
  const UniqueFd fd(open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!fd) return false;
  while (size_ < bytes_.size()) {
    const ssize_t n = ::read(fd.get(), bytes_.data() + size_, bytes_.size() - size_);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    size_ += static_cast<size_t>(n);
  }
  return size_ > 0;
}

std::string_view SmallFile::value_of(std::string_view name) const {
  std::string_view rest = text();
  while (!rest.empty()) {
    const size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest = end == rest.npos ? std::string_view() : rest.substr(end + 1);
    if (!line.starts_with(name)) continue;
    line.remove_prefix(name.size());
    const size_t first = line.find_first_not_of(" \t");
    return first == line.npos ? std::string_view() : line.substr(first);
  }
  return {};
}

SmallFile::Numbers SmallFile::numbers_of(std::string_view name) const {
  Numbers numbers;
  std::string_view line = value_of(name);
  while (numbers.count < max_numbers) {
    const size_t first = line.find_first_not_of(" \t");
    if (first == line.npos) break;
    line.remove_prefix(first);
    s32 value = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), value);
    if (error != std::errc()) break;
    numbers.values[numbers.count++] = value;
    line.remove_prefix(static_cast<size_t>(end - line.data()));
  }
  return numbers;
}

}  // namespace sysray::resolve
