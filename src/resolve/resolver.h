// Resolver: what lies behind a number of a tracee: the file of a descriptor, the name of a process, of an interface.
// Decode asks it; answers may be unknown, never wrong.
#pragma once

#include <optional>
#include <string_view>

#include "base/arena.h"
#include "base/types.h"

namespace sysray::resolve {

class Resolver {
 public:
  virtual ~Resolver() = default;

  // What the descriptor refers to ("/dev/null", "pipe:[123]"), in the arena; nullopt if unknown.
  virtual std::optional<std::string_view> descriptor_target(Tid, int, Arena&) { return std::nullopt; }
  // The working directory of the thread.
  virtual std::optional<std::string_view> working_directory(Tid, Arena&) { return std::nullopt; }
  // Device number (st_rdev, inode(7)) of the character device behind the descriptor; 0 if it is none.
  virtual u64 descriptor_device(Tid, int) { return 0; }
  // The protocol of a socket (for AF_NETLINK its family, socket(2)), or -1.
  virtual int socket_protocol(Tid, int) { return -1; }
  // Name of a network interface in the tracer's network namespace.
  virtual std::optional<std::string_view> interface_name(u32, Arena&) { return std::nullopt; }
  // Name of the thread with this id (in the tracer's pid namespace).
  virtual std::optional<std::string_view> thread_name(Tid, Arena&) { return std::nullopt; }

  // SELinux contexts, as --secontext wants them shown; nullopt: none, or SELinux is not there. Of the file behind a
  // path that is relative to `dirfd` (AT_FDCWD: the working directory) as the thread sees it, of a descriptor, of a
  // task.
  virtual std::optional<std::string_view> file_security(Tid, int, std::string_view, Arena&) { return std::nullopt; }
  virtual std::optional<std::string_view> descriptor_security(Tid, int, Arena&) { return std::nullopt; }
  virtual std::optional<std::string_view> task_security(Tid, Arena&) { return std::nullopt; }
};

}  // namespace sysray::resolve
