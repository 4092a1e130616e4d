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
  // Name of the interface with this index in the thread's namespace. `network`: its inode number, if it is known; then
  // the thread need not be there any more. 0: that in which the thread is now.
  std::optional<std::string> interface_name(Tid tid, u32 index, u32 network);
  // The thread is, or was just now, in this namespace: one that isn't known is kept from now on.
  void meet(Tid tid, u32 network);

 private:
  UniqueFd space_of(Tid tid) const;
  struct Space {
    UniqueFd space;  // held open, so that its inode number stays its own
    UniqueFd query;  // a socket of NETLINK_SOCK_DIAG; made when it is needed
    bool asked = false;
  };
  Space* keep(UniqueFd space);
  Space* find(u32 network);
  int query_socket(Space* space);

  ProcFiles& proc_;
  u64 device_ = 0;  // of the files of namespaces
  std::map<std::pair<u64, u64>, Space> spaces_;
};

// A socket that was opened in the network namespace, by a child process: neither this process nor any thread of it
// ever enters the namespace. `users`: the user namespace that owns it, entered first where rights are missing.
UniqueFd open_socket_in(int space, int domain, int type, int protocol);

}  // namespace sysray::resolve
