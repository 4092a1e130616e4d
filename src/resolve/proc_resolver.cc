#include "resolve/proc_resolver.h"

#include <fcntl.h>
#include <net/if.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

namespace sysray::resolve {

namespace {

constexpr size_t max_link = 4096;
constexpr size_t max_protocols = 4096;

std::optional<std::string_view> read_link(const char* path, char (&buffer)[max_link]) {
  const ssize_t n = readlink(path, buffer, sizeof buffer);
  if (n <= 0 || static_cast<size_t>(n) == sizeof buffer) return std::nullopt;
  return std::string_view(buffer, static_cast<size_t>(n));
}

struct FileCloser {
  void operator()(FILE* file) const { fclose(file); }
};
using File = std::unique_ptr<FILE, FileCloser>;

// Column 2 (protocol) of the line of /proc/PID/net/netlink whose last column is the inode.
int netlink_protocol(Tid tid, u64 inode) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/net/netlink", number(tid));
  const File file(fopen(path, "re"));
  if (!file) return -1;
  char line[256];
  while (fgets(line, sizeof line, file.get()) != nullptr) {
    int protocol = -1;
    unsigned long long found = 0;
    if (sscanf(line, "%*s %d %*s %*s %*s %*s %*s %*s %*s %llu", &protocol, &found) == 2 && found == inode)
      return protocol;
  }
  return -1;
}

}  // namespace

std::optional<std::string_view> ProcResolver::descriptor_target(Tid tid, int fd, Arena& arena) {
  char path[64];
  char buffer[max_link];
  snprintf(path, sizeof path, "/proc/%d/fd/%d", number(tid), fd);
  auto target = read_link(path, buffer);
  if (!target) return std::nullopt;
  return arena.copy(*target);
}

std::optional<std::string_view> ProcResolver::working_directory(Tid tid, Arena& arena) {
  char path[64];
  char buffer[max_link];
  snprintf(path, sizeof path, "/proc/%d/cwd", number(tid));
  auto target = read_link(path, buffer);
  if (!target) return std::nullopt;
  return arena.copy(*target);
}

u64 ProcResolver::descriptor_device(Tid tid, int fd) {
  char path[64];
  struct stat status {};
  snprintf(path, sizeof path, "/proc/%d/fd/%d", number(tid), fd);
  if (stat(path, &status) != 0 || !S_ISCHR(status.st_mode)) return 0;
  return status.st_rdev;
}

int ProcResolver::socket_protocol(Tid tid, int fd) {
  char path[64];
  char buffer[max_link];
  snprintf(path, sizeof path, "/proc/%d/fd/%d", number(tid), fd);
  auto target = read_link(path, buffer);
  unsigned long long inode = 0;
  if (!target || !target->starts_with("socket:[")) return -1;
  buffer[target->size() < max_link ? target->size() : max_link - 1] = 0;
  if (sscanf(buffer, "socket:[%llu]", &inode) != 1) return -1;
  if (auto known = protocols_.find(inode); known != protocols_.end()) return known->second;
  if (protocols_.size() >= max_protocols) protocols_.clear();
  return protocols_[inode] = netlink_protocol(tid, inode);
}

std::optional<std::string_view> ProcResolver::interface_name(u32 index, Arena& arena) {
  char name[IF_NAMESIZE];
  if (if_indextoname(index, name) == nullptr) return std::nullopt;
  return arena.copy(name);
}

std::optional<std::string_view> ProcResolver::thread_name(Tid tid, Arena& arena) {
  char path[64];
  char name[64];
  snprintf(path, sizeof path, "/proc/%d/comm", number(tid));
  const File file(fopen(path, "re"));
  if (!file || fgets(name, sizeof name, file.get()) == nullptr) return std::nullopt;
  size_t n = strlen(name);
  if (n > 0 && name[n - 1] == '\n') n--;
  return arena.copy({name, n});
}

std::optional<std::string_view> ProcResolver::file_security(Tid tid, int dirfd, std::string_view path, Arena& arena) {
  if (!security_ || path.empty()) return std::nullopt;
  std::string place = "/proc/" + std::to_string(number(tid));
  if (path.starts_with('/'))
    place += "/root";
  else if (dirfd == AT_FDCWD)
    place += "/cwd/";
  else
    place += "/fd/" + std::to_string(dirfd) + "/";
  place += path;
  auto context = security_->of_file(place);
  if (!context) return std::nullopt;
  return arena.copy(*context);
}

std::optional<std::string_view> ProcResolver::descriptor_security(Tid tid, int fd, Arena& arena) {
  if (!security_) return std::nullopt;
  const std::string process = "/proc/" + std::to_string(number(tid));
  auto context = security_->of_file(fd == AT_FDCWD ? process + "/cwd" : process + "/fd/" + std::to_string(fd));
  if (!context) return std::nullopt;
  return arena.copy(*context);
}

std::optional<std::string_view> ProcResolver::task_security(Tid tid, Arena& arena) {
  if (!security_) return std::nullopt;
  auto context = security_->of_task(tid);
  if (!context) return std::nullopt;
  return arena.copy(*context);
}

}  // namespace sysray::resolve
