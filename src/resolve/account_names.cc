#include "resolve/account_names.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <charconv>

namespace sysray::resolve {

namespace {

constexpr int openat2_number = 437;  // asm/unistd_64.h
constexpr size_t max_files = 64;
constexpr size_t max_size = 1 << 20;  // of a file: what comes behind is not read

// "name:password:id:...": users and groups have the same first columns.
bool parse_line(std::string_view line, std::string_view& name, u32& id) {
  const size_t first = line.find(':');
  const size_t second = first == line.npos ? first : line.find(':', first + 1);
  if (second == line.npos || first == 0) return false;
  name = line.substr(0, first);
  const std::string_view rest = line.substr(second + 1);
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), id);
  return error == std::errc() && (end == rest.data() + rest.size() || *end == ':');
}

}  // namespace

// The container's files are not trusted: no link leads out of its root, and nothing is waited for.
UniqueFd AccountNames::open_within(Tid tid, const char* file) {
  const UniqueFd root(open(proc_.path(tid, "root"), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root) return {};
  open_how how{};
  how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  return UniqueFd(static_cast<int>(syscall(openat2_number, root.get(), file, &how, sizeof how)));
}

AccountNames::Names AccountNames::read_names(int fd) {
  std::string text(max_size, 0);
  size_t size = 0;
  while (size < text.size()) {
    const ssize_t n = read(fd, text.data() + size, text.size() - size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    size += static_cast<size_t>(n);
  }
  Names names;
  std::string_view rest(text.data(), size);
  while (!rest.empty()) {
    const size_t end = rest.find('\n');
    std::string_view name;
    u32 id = 0;
    if (parse_line(rest.substr(0, end), name, id)) names.try_emplace(id, name);  // the first one counts
    rest = end == rest.npos ? std::string_view() : rest.substr(end + 1);
  }
  return names;
}

std::optional<std::string_view> AccountNames::name(Tid tid, const char* file, u32 id) {
  const UniqueFd fd = open_within(tid, file);
  struct stat status {};
  if (!fd || fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  const Version version{status.st_dev, status.st_ino, status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_size};
  auto known = files_.find(version);
  if (known == files_.end()) {
    if (files_.size() >= max_files) files_.clear();
    known = files_.emplace(version, read_names(fd.get())).first;
  }
  const auto found = known->second.find(id);
  if (found == known->second.end()) return std::nullopt;
  return std::string_view(found->second);
}

}  // namespace sysray::resolve
