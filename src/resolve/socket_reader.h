// SocketReader: protocol and addresses of a tracee's socket, in whatever network namespace it lives.
#pragma once

#include <string>
#include <unordered_map>

#include "base/types.h"
#include "resolve/network_spaces.h"

namespace sysray::resolve {

struct SocketFacts {
  std::string protocol;
  std::string local;  // as sock_diag(7) lists it: without one where it lists none
  std::string peer;
  std::string local_host, peer_host;
  u32 local_port = 0, peer_port = 0;
  std::string path;
  std::string state;
  u64 peer_inode = 0;
  bool lasting = false;  // they cannot change any more: need not be asked for again
};

class SocketReader {
 public:
  explicit SocketReader(NetworkSpaces& spaces) : spaces_(spaces) {}

  // Facts of the socket with this inode, which is the thread's descriptor `fd`; nullptr if the descriptor cannot be
  // duplicated. Valid until the next call.
  const SocketFacts* read(Tid tid, int fd, u64 inode);

 private:
  void read_internet(int fd, SocketFacts& facts);
  void read_unix(Tid tid, int fd, u64 inode, SocketFacts& facts);

  NetworkSpaces& spaces_;
  std::unordered_map<u64, SocketFacts> lasting_;
  SocketFacts last_;
};

// The name of a netlink family in strace's texts: "ROUTE"; nullptr if there is none.
const char* netlink_family(int protocol);

}  // namespace sysray::resolve
