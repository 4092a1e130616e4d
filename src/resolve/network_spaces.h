// NetworkSpaces: what is asked inside the network namespaces of tracees: which socket is at the other end of a unix(7)
// socket (sock_diag(7)), what an interface is called.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/types.h"
#include "base/unique_fd.h"
#include "resolve/proc_files.h"

namespace sysray::resolve {

class NetworkSpaces {
 public:
  explicit NetworkSpaces(ProcFiles& proc) : proc_(proc) {}

  // Inode of the peer of the socket `inode`, a duplicate of which is our descriptor `fd`; 0 if unknown.
  u64 peer_of(Tid tid, int fd, u64 inode);
  // Name of the interface with this index in the thread's namespace.
  std::optional<std::string> interface_name(Tid tid, u32 index);

 private:
  UniqueFd space_of(Tid tid) const;
  int query_socket(UniqueFd space);

  ProcFiles& proc_;
  // Sockets of NETLINK_SOCK_DIAG by network namespace (device and inode of its file), kept; invalid ones too.
  struct Space {
    UniqueFd space;  // held open, so that its inode number stays its own
    UniqueFd query;
  };
  std::map<std::pair<u64, u64>, Space> spaces_;
};

// A socket that was opened in the network namespace, by a child process: neither this process nor any thread of it
// ever enters the namespace. `users`: the user namespace that owns it, entered first where rights are missing.
UniqueFd open_socket_in(int space, int domain, int type, int protocol);

}  // namespace sysray::resolve
