// What lies behind a descriptor beyond its name.
#pragma once

#include <span>
#include <string_view>

#include "base/types.h"

namespace sysray::resolve {

// Kinds of details (strace(1), --decode-fds).
enum DescriptorDetail : u32 {
  detail_socket = 1,
  detail_device = 2,
  detail_pidfd = 4,
  detail_signalfd = 8,
  detail_eventfd = 16,
  detail_all = 31,
  // What the kernel tells of epoll, inotify, io_uring, BPF, perf, timer descriptors and memfds: `facts`.
  detail_info = 32,
  // Of sockets also what the text does not show: hosts, ports and the state.
  detail_ends = 64,
};

enum class DescriptorKind : u8 { other, socket, character_device, block_device, pidfd, signalfd, eventfd, info };

enum class SocketEnd : u8 { local, peer };

// One thing that is known of a descriptor. Those with the same `group` belong together: one watched file of several.
struct DescriptorFact {
  std::string_view group;  // "tfd"; empty: of the descriptor as a whole
  u32 number_of_group = 0;
  std::string_view name;
  std::string_view text;  // empty: `number` is the value
  u64 number = 0;
  bool hex = false;
};

// The file that a call names.
struct NamedFile {
  int folder = -1;        // descriptor that the path is relative to; negative: the working directory
  std::string_view path;  // empty: it names none
};

struct DescriptorTarget {
  std::string_view name;  // "/dev/null", "pipe:[123]"
  bool deleted = false;   // the file has been unlinked
};

// The members of the kind are set, the others empty. Text is in the arena that was given.
struct DescriptorDetails {
  DescriptorKind kind = DescriptorKind::other;
  u64 number = 0;             // socket: inode; device: st_rdev; eventfd: count; signalfd: mask
  std::string_view protocol;  // socket: "TCP", "UNIX-STREAM" (xattr system.sockprotoname)
  std::string_view local;     // socket: "127.0.0.1:80", "SOCK_DIAG:12"; empty: the inode is all that is known
  std::string_view peer;      // socket: the other end's address; empty: not connected
  u64 peer_inode = 0;         // socket, unix(7)
  std::string_view local_host, peer_host;  // socket: the addresses without their ports, if they have any
  u32 local_port = 0, peer_port = 0;
  std::string_view path;      // socket, unix(7): the name that it is bound to; abstract ones begin with a NUL
  std::string_view state;     // socket: "ESTABLISHED"
  std::string_view terminal;  // character device: the terminal's other side, "/dev/pts/0"
  s32 id = -1;                // pidfd: the process, in the tracer's namespace; eventfd: eventfd-id
  s32 semaphore = -1;         // eventfd
  std::span<const DescriptorFact> facts;  // info
};

// The kind of details that was asked for where these are shown (DescriptorDetail).
constexpr u32 detail_of(DescriptorKind kind) {
  switch (kind) {
    case DescriptorKind::other: return 0;
    case DescriptorKind::socket: return detail_socket;
    case DescriptorKind::character_device:
    case DescriptorKind::block_device: return detail_device;
    case DescriptorKind::pidfd: return detail_pidfd;
    case DescriptorKind::signalfd: return detail_signalfd;
    case DescriptorKind::eventfd: return detail_eventfd;
    case DescriptorKind::info: return detail_info;
  }
  return 0;
}

}  // namespace sysray::resolve
