#include "resolve/descriptor_reader.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <memory>
#include <string>

#include "resolve/descriptor_facts.h"

namespace sysray::resolve {

namespace {

constexpr size_t max_folders = 256;
constexpr std::string_view deleted_mark = " (deleted)";
constexpr std::string_view memfd_mark = "/memfd:";  // memfd_create(2)

// "3", or "3/..." below a folder of descriptors.
struct Name {
  char text[16];
  explicit Name(int fd) { *std::to_chars(text, text + sizeof text - 1, fd).ptr = 0; }
};

u64 parse(std::string_view text, int base) {
  u64 value = 0;
  while (text.starts_with(' ')) text.remove_prefix(1);
  std::from_chars(text.data(), text.data() + text.size(), value, base);
  return value;
}

}  // namespace

u64 socket_inode(std::string_view link) {
  constexpr std::string_view mark = "socket:[";
  u64 inode = 0;
  if (link.starts_with(mark)) std::from_chars(link.data() + mark.size(), link.data() + link.size(), inode);
  return inode;
}

DescriptorDetails details_of(const SocketFacts& facts, u64 inode, u32 kinds, Arena& arena) {
  DescriptorDetails details;
  details.number = inode;
  if (facts.protocol.empty()) return details;
  details.kind = DescriptorKind::socket;
  details.protocol = arena.copy(facts.protocol);
  details.local = arena.copy(facts.local);
  details.peer = arena.copy(facts.peer);
  details.path = arena.copy(facts.path);
  details.peer_inode = facts.peer_inode;
  if (!(kinds & detail_ends)) return details;
  details.local_host = arena.copy(facts.local_host);
  details.peer_host = arena.copy(facts.peer_host);
  details.local_port = facts.local_port;
  details.peer_port = facts.peer_port;
  details.state = arena.copy(facts.state);
  return details;
}

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

void DescriptorReader::each(Tid tid, const std::function<void(int fd, std::string_view link)>& tell) {
  struct Closer {
    void operator()(DIR* listed) const { closedir(listed); }
  };
  const std::unique_ptr<DIR, Closer> listed(opendir(proc_.path(tid, "fd")));
  while (const dirent* one = listed ? readdir(listed.get()) : nullptr) {
    if (one->d_name[0] < '0' || one->d_name[0] > '9') continue;
    const int fd = atoi(one->d_name);
    if (const auto target = link(tid, fd)) tell(fd, *target);
  }
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

const SocketFacts* DescriptorReader::socket(Tid tid, int fd, std::string_view link) {
  const u64 inode = socket_inode(link);
  return inode == 0 ? nullptr : sockets_.read(tid, fd, inode);
}

std::string_view DescriptorReader::read_whole_info(Tid tid, int fd) {
  constexpr size_t most = 64 << 10;
  whole_info_.clear();
  char file[32];
  snprintf(file, sizeof file, "fdinfo/%d", fd);
  const UniqueFd opened(open(proc_.path(tid, file), O_RDONLY | O_CLOEXEC));
  while (opened && whole_info_.size() < most) {
    char part[4096];
    const ssize_t n = read(opened.get(), part, sizeof part);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    whole_info_.append(part, static_cast<size_t>(n));
  }
  return whole_info_;
}

DescriptorDetails DescriptorReader::device_details(Tid tid, int fd, const Device& device, Arena& arena) {
  DescriptorDetails details;
  details.kind = device.kind;
  details.number = device.number;
  // Only the master side of a pseudo terminal says which slave belongs to it (proc_pid_fdinfo(5), since 4.14).
  constexpr u64 ptmx = 5 << 8 | 2;  // Documentation/admin-guide/devices.txt
  if (device.kind != DescriptorKind::character_device || device.number != ptmx || !read_info(tid, fd)) return details;
  const auto index = info_.numbers_of("tty-index:");
  if (index.count == 1) details.terminal = arena.copy("/dev/pts/" + std::to_string(index.values[0]));
  return details;
}

// Descriptors that are not shown otherwise by their kind.
DescriptorDetails DescriptorReader::other_details(Tid tid, int fd, std::string_view link, Arena& arena) {
  constexpr int get_seals = 1034;  // linux/fcntl.h F_GET_SEALS, 3.17
  DescriptorDetails details;
  if (link.starts_with(memfd_mark)) {
    const UniqueFd own = duplicate_of(tid, fd);
    details.facts = seal_facts(own ? fcntl(own.get(), get_seals) : -1, arena);
  } else {
    details.facts = facts_in(link, read_whole_info(tid, fd), arena);
  }
  if (!details.facts.empty()) details.kind = DescriptorKind::info;
  return details;
}

bool DescriptorReader::may_have_details(std::string_view link, u32 kinds) {
  if (link.starts_with('/')) return (kinds & detail_device) || ((kinds & detail_info) && link.starts_with(memfd_mark));
  return !link.starts_with("pipe:[");
}

DescriptorDetails DescriptorReader::details(Tid tid, int fd, std::string_view link, const Device& device, u32 kinds,
                                            Arena& arena) {
  DescriptorDetails details;
  if (device.kind != DescriptorKind::other) {
    if (kinds & detail_device) return device_details(tid, fd, device, arena);
  } else if ((kinds & detail_info) && (link.starts_with(memfd_mark) || has_facts(link))) {
    return other_details(tid, fd, link, arena);
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
