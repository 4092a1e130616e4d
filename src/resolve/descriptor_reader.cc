#include "resolve/descriptor_reader.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <charconv>
#include <string>

namespace sysray::resolve {

namespace {

constexpr size_t max_folders = 256;
constexpr std::string_view deleted_mark = " (deleted)";

// "3", or "3/..." below a folder of descriptors.
struct Name {
  char text[16];
  explicit Name(int fd) { *std::to_chars(text, text + sizeof text - 1, fd).ptr = 0; }
};

bool starts_with_socket(std::string_view link) { return link.starts_with("socket:["); }

u64 inode_of(std::string_view link) {
  u64 inode = 0;
  const size_t at = link.find('[');
  if (at != link.npos) std::from_chars(link.data() + at + 1, link.data() + link.size(), inode);
  return inode;
}

u64 parse(std::string_view text, int base) {
  u64 value = 0;
  while (text.starts_with(' ')) text.remove_prefix(1);
  std::from_chars(text.data(), text.data() + text.size(), value, base);
  return value;
}

}  // namespace

int DescriptorReader::folder(Tid tid) {
  auto known = folders_.find(number(tid));
  if (known != folders_.end()) return known->second.get();
  if (folders_.size() >= max_folders) folders_.clear();
  UniqueFd opened(open(proc_.path(tid, "fd"), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!opened) return -1;
  return folders_.emplace(number(tid), std::move(opened)).first->second.get();
}

std::optional<std::string_view> DescriptorReader::link(Tid tid, int fd) {
  const int at = folder(tid);
  if (at < 0) return std::nullopt;
  const ssize_t n = readlinkat(at, Name(fd).text, link_, sizeof link_);
  if (n <= 0 || static_cast<size_t>(n) == sizeof link_) return std::nullopt;
  return std::string_view(link_, static_cast<size_t>(n));
}

bool DescriptorReader::is_deleted(Tid tid, int fd, std::string_view link) {
  if (!link.starts_with('/') || !link.ends_with(deleted_mark)) return false;
  struct stat open_file {
  }, named{};
  if (fstatat(folder(tid), Name(fd).text, &open_file, 0) != 0) return true;
  const std::string path = "root" + std::string(link);
  std::string whole = proc_.path(tid, "");
  whole += path;
  const bool literal =
      lstat(whole.c_str(), &named) == 0 && named.st_dev == open_file.st_dev && named.st_ino == open_file.st_ino;
  return !literal;
}

DescriptorReader::Device DescriptorReader::device(Tid tid, int fd) {
  struct stat status {};
  const int at = folder(tid);
  if (at < 0 || fstatat(at, Name(fd).text, &status, 0) != 0) return {};
  if (S_ISCHR(status.st_mode)) return {DescriptorKind::character_device, status.st_rdev};
  if (S_ISBLK(status.st_mode)) return {DescriptorKind::block_device, status.st_rdev};
  return {};
}

bool DescriptorReader::read_info(Tid tid, int fd) {
  char file[32];
  snprintf(file, sizeof file, "fdinfo/%d", fd);
  return info_.read(proc_.path(tid, file));
}

DescriptorDetails DescriptorReader::device_details(Tid tid, int fd, Arena& arena) {
  DescriptorDetails details;
  const Device device = this->device(tid, fd);
  details.kind = device.kind;
  details.number = device.number;
  // Only the master side of a pseudo terminal says which slave belongs to it (proc_pid_fdinfo(5), since 4.14).
  constexpr u64 ptmx = 5 << 8 | 2;  // Documentation/admin-guide/devices.txt
  if (device.kind != DescriptorKind::character_device || device.number != ptmx || !read_info(tid, fd)) return details;
  const auto index = info_.numbers_of("tty-index:");
  if (index.count == 1) details.terminal = arena.copy("/dev/pts/" + std::to_string(index.values[0]));
  return details;
}

DescriptorDetails DescriptorReader::socket_details(Tid tid, int fd, std::string_view link, Arena& arena) {
  DescriptorDetails details;
  details.number = inode_of(link);
  const SocketFacts* facts = sockets_.read(tid, fd, details.number);
  if (facts == nullptr || facts->protocol.empty()) return details;
  details.kind = DescriptorKind::socket;
  details.protocol = arena.copy(facts->protocol);
  details.local = arena.copy(facts->local);
  details.peer = arena.copy(facts->peer);
  details.path = arena.copy(facts->path);
  details.state = arena.copy(facts->state);
  details.peer_inode = facts->peer_inode;
  return details;
}

DescriptorDetails DescriptorReader::details(Tid tid, int fd, std::string_view link, u32 kinds, Arena& arena) {
  DescriptorDetails details;
  if (starts_with_socket(link)) {
    if (kinds & detail_socket) return socket_details(tid, fd, link, arena);
  } else if (link.starts_with('/')) {
    if (kinds & detail_device) return device_details(tid, fd, arena);
  } else if (link == "anon_inode:[pidfd]" || link.starts_with("pidfd:[")) {
    if (!(kinds & detail_pidfd) || !read_info(tid, fd)) return details;
    const auto ids = info_.numbers_of("Pid:");
    if (ids.count == 0 || ids.values[0] <= 0) return details;
    details.kind = DescriptorKind::pidfd;
    details.id = ids.values[0];
  } else if (link == "anon_inode:[signalfd]") {
    if (!(kinds & detail_signalfd) || !read_info(tid, fd)) return details;
    details.kind = DescriptorKind::signalfd;
    details.number = parse(info_.value_of("sigmask:"), 16);
  } else if (link == "anon_inode:[eventfd]") {
    if (!(kinds & detail_eventfd) || !read_info(tid, fd)) return details;
    details.kind = DescriptorKind::eventfd;
    details.number = parse(info_.value_of("eventfd-count:"), 16);
    const auto id = info_.numbers_of("eventfd-id:");
    const auto semaphore = info_.numbers_of("eventfd-semaphore:");
    if (id.count > 0) details.id = id.values[0];
    if (semaphore.count > 0) details.semaphore = semaphore.values[0];
  }
  return details;
}

}  // namespace sysray::resolve
