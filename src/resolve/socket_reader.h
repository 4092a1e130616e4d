// SocketReader: protocol and addresses of a tracee's socket, in whatever network namespace it lives.
#pragma once

#include <string>
#include <unordered_map>

#include "base/types.h"
#include "resolve/network_spaces.h"
#include "resolve/socket_address.h"

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

// What follows from the facts of a socket, wherever they are from. Addresses are shown as sock_diag(7) would list the
// socket: a TCP one that is only bound is in none of its lists. `state`: of TCP (tcp_state()).
void set_internet_facts(SocketFacts& facts, const SocketAddress& local, const SocketAddress& peer, int state);
void set_unix_state(SocketFacts& facts, bool listening, bool connected);
void set_netlink_facts(SocketFacts& facts, int protocol, u32 port);
// The kernel's number of a TCP socket's state, 0 for other protocols.
int tcp_state(int protocol, int state);
bool is_listening(int state);

// The name of a netlink family in strace's texts: "ROUTE"; nullptr if there is none.
const char* netlink_family(int protocol);

}  // namespace sysray::resolve
