// DescriptorReader: what /proc tells of a live task's descriptors.
#pragma once

#include <functional>
#include <optional>
#include <string>
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
  explicit DescriptorReader(ProcFiles& proc) : proc_(proc), spaces_(proc), sockets_(spaces_) {}

  // What the link in /proc/TID/fd says; nullopt if there is no such descriptor, or no right to look. Valid until the
  // next call.
  std::optional<std::string_view> link(Tid tid, int fd);
  // All of the thread's descriptors with their links.
  void each(Tid tid, const std::function<void(int fd, std::string_view link)>& tell);
  // Whether the mark " (deleted)" at the end of the link is the kernel's, and no part of the file's name.
  bool is_deleted(Tid tid, int fd, std::string_view link);
  // st_rdev of the device (inode(7)) behind the descriptor, and of which kind it is.
  struct Device {
    DescriptorKind kind = DescriptorKind::other;
    u64 number = 0;
  };
  Device device(Tid tid, int fd);
  // Facts of the socket behind the descriptor; nullptr if it is none, or cannot be asked. Valid until the next call.
  const SocketFacts* socket(Tid tid, int fd, std::string_view link);
  // Whether descriptors with this link have details of these kinds, which only asking can tell for files.
  static bool may_have_details(std::string_view link, u32 kinds);
  // Details of the kinds asked for, of all but sockets. `link` is the descriptor's, `device` what device() says of it.
  DescriptorDetails details(Tid tid, int fd, std::string_view link, const Device& device, u32 kinds, Arena& arena);
  // See NetworkSpaces.
  std::optional<std::string> interface_name(Tid tid, u32 index, u32 network) {
    return spaces_.interface_name(tid, index, network);
  }
  void meet_network(Tid tid, u32 network) { spaces_.meet(tid, network); }
  void forget(Tid tid) { folders_.erase(number(tid)); }

 private:
  int folder(Tid tid);
  DescriptorDetails device_details(Tid tid, int fd, const Device& device, Arena& arena);
  DescriptorDetails other_details(Tid tid, int fd, std::string_view link, Arena& arena);
  bool read_info(Tid tid, int fd);
  std::string_view read_whole_info(Tid tid, int fd);

  ProcFiles& proc_;
  NetworkSpaces spaces_;
  SocketReader sockets_;
  SmallFile info_;
  std::string whole_info_;
  std::unordered_map<s32, UniqueFd> folders_;  // /proc/TID/fd, kept open: a link is then one look-up
  char link_[4096] = {};
};

// What a socket's facts are as details of these kinds.
DescriptorDetails details_of(const SocketFacts& facts, u64 inode, u32 kinds, Arena& arena);
// The number in "socket:[12]"; 0 if the link is not of a socket.
u64 socket_inode(std::string_view link);

}  // namespace sysray::resolve
