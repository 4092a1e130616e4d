// DescriptorReader: what /proc tells of a live task's descriptors.
#pragma once

#include <optional>
#include <string_view>
#include <unordered_map>

#include "base/arena.h"
#include "resolve/descriptor.h"
#include "resolve/proc_files.h"
#include "resolve/small_file.h"
#include "resolve/socket_reader.h"

namespace sysray::resolve {

class DescriptorReader {
 public:
  explicit DescriptorReader(ProcFiles& proc) : proc_(proc), sockets_(proc) {}

  // What the link in /proc/TID/fd says; nullopt if there is no such descriptor, or no right to look. Valid until the
  // next call.
  std::optional<std::string_view> link(Tid tid, int fd);
  // Whether the mark " (deleted)" at the end of the link is the kernel's, and no part of the file's name.
  bool is_deleted(Tid tid, int fd, std::string_view link);
  // st_rdev of the device (inode(7)) behind the descriptor, and of which kind it is.
  struct Device {
    DescriptorKind kind = DescriptorKind::other;
    u64 number = 0;
  };
  Device device(Tid tid, int fd);
  // Details of the kinds asked for. `link` is the descriptor's.
  DescriptorDetails details(Tid tid, int fd, std::string_view link, u32 kinds, Arena& arena);
  void forget(Tid tid) { folders_.erase(number(tid)); }

 private:
  int folder(Tid tid);
  DescriptorDetails device_details(Tid tid, int fd, Arena& arena);
  DescriptorDetails socket_details(Tid tid, int fd, std::string_view link, Arena& arena);
  bool read_info(Tid tid, int fd);

  ProcFiles& proc_;
  SocketReader sockets_;
  SmallFile info_;
  std::unordered_map<s32, UniqueFd> folders_;  // /proc/TID/fd, kept open: a link is then one look-up
  char link_[4096] = {};
};

}  // namespace sysray::resolve
