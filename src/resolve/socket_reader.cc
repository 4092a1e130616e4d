// The descriptor is duplicated (pidfd_getfd(2), 5.6) for the moment of the questions: the answers are those of the
// socket itself, without a list of all sockets of its namespace.
#include "resolve/socket_reader.h"

#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/xattr.h>

#include <array>
#include <cstring>
#include <span>

#include "resolve/socket_address.h"

namespace sysray::resolve {

namespace {

constexpr size_t max_lasting = 65536;

int option(int fd, int level, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  return getsockopt(fd, level, name, &value, &size) == 0 ? value : -1;
}

// "TCP", "UDPv6", "UNIX-STREAM": the kernel's own name of the protocol (net/socket.c, sockfs_xattr_get).
std::string protocol_of(int fd) {
  char name[64] = {};
  const ssize_t n = fgetxattr(fd, "system.sockprotoname", name, sizeof name - 1);
  return n > 0 ? std::string(name, strnlen(name, static_cast<size_t>(n))) : std::string();
}

// include/net/tcp_states.h
constexpr std::array<const char*, 13> state_names = {
    "",      "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2",   "TIME_WAIT",
    "CLOSE", "CLOSE_WAIT",  "LAST_ACK", "LISTEN",   "CLOSING",   "NEW_SYN_RECV"};
constexpr int state_established = 1;
constexpr int state_close = 7;
constexpr int state_listen = 10;

union Address {
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;
  sockaddr_nl netlink;
  sockaddr_vm vsock;
  sockaddr_ll packet;
  sockaddr_un local;
  sockaddr_storage room;
};

struct Ends {
  Address local{}, peer{};
  bool has_local = false, has_peer = false;
  socklen_t local_size = sizeof(Address);
};

Ends ends_of(int fd) {
  Ends ends;
  ends.has_local = getsockname(fd, &ends.local.any, &ends.local_size) == 0;
  socklen_t size = sizeof ends.peer;
  ends.has_peer = getpeername(fd, &ends.peer.any, &size) == 0;
  return ends;
}

SocketAddress address_of(const Address& address, socklen_t size) {
  return socket_address(std::as_bytes(std::span(&address, 1)).first(std::min<size_t>(size, sizeof address)));
}

void read_netlink(int fd, SocketFacts& facts) {
  const Ends ends = ends_of(fd);
  if (ends.has_local) set_netlink_facts(facts, option(fd, SOL_SOCKET, SO_PROTOCOL), ends.local.netlink.nl_pid);
}

void read_packet(int fd, SocketFacts& facts) {
  const Ends ends = ends_of(fd);
  if (!ends.has_local) return;
  char text[64];
  snprintf(text, sizeof text, "0x%04x", ntohs(ends.local.packet.sll_protocol));
  facts.local = text;
  if (ends.local.packet.sll_ifindex != 0) facts.local += "%" + std::to_string(ends.local.packet.sll_ifindex);
}

void read_vsock(int fd, SocketFacts& facts) {
  const Ends ends = ends_of(fd);
  if (ends.has_local) facts.local = address_of(ends.local, ends.local_size).text;
  if (ends.has_peer) facts.peer = address_of(ends.peer, sizeof ends.peer.vsock).text;
}

constexpr const char* families[] = {
    "ROUTE",   nullptr, "USERSOCK",      "FIREWALL",  "SOCK_DIAG", "NFLOG",  "XFRM",    "SELINUX",
    "ISCSI",   "AUDIT", "FIB_LOOKUP",    "CONNECTOR", "NETFILTER", "IP6_FW", "DNRTMSG", "KOBJECT_UEVENT",
    "GENERIC", nullptr, "SCSITRANSPORT", "ECRYPTFS",  "RDMA",      "CRYPTO", "SMC"};

}  // namespace

const char* netlink_family(int protocol) {  // linux/netlink.h
  const auto index = static_cast<size_t>(protocol);
  if (index == 1) return "UNUSED";
  return index < std::size(families) ? families[index] : nullptr;
}

int tcp_state(int protocol, int state) { return protocol == IPPROTO_TCP ? state : 0; }

bool is_listening(int state) { return state == state_listen; }

void set_netlink_facts(SocketFacts& facts, int protocol, u32 port) {
  if (port == 0) return;
  const char* name = netlink_family(protocol);
  facts.local = name ? name : std::to_string(protocol);
  facts.local += ":" + std::to_string(port);
  facts.lasting = true;
}

void set_unix_state(SocketFacts& facts, bool listening, bool connected) {
  if (listening || connected) facts.state = listening ? "LISTEN" : "ESTABLISHED";
}

void set_internet_facts(SocketFacts& facts, const SocketAddress& local, const SocketAddress& peer, int state) {
  if (state > 0 && static_cast<size_t>(state) < state_names.size())
    facts.state = state_names[static_cast<size_t>(state)];
  facts.local_host = local.host;
  facts.local_port = local.port;
  facts.peer_host = peer.host;
  facts.peer_port = peer.port;
  if (state == state_close) return;
  facts.local = local.text;
  if (!facts.local.empty()) facts.peer = peer.text;
  facts.lasting = state == state_listen || (state == state_established && !facts.peer.empty());
}

void SocketReader::read_internet(int fd, SocketFacts& facts) {
  const Ends ends = ends_of(fd);
  tcp_info info{};
  socklen_t size = sizeof info.tcpi_state;
  int state = 0;
  if (option(fd, SOL_SOCKET, SO_PROTOCOL) == IPPROTO_TCP && getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0)
    state = info.tcpi_state;
  const SocketAddress local = ends.has_local ? address_of(ends.local, sizeof ends.local.v6) : SocketAddress();
  const SocketAddress peer = ends.has_peer ? address_of(ends.peer, sizeof ends.peer.v6) : SocketAddress();
  set_internet_facts(facts, local, peer, state);
}

void SocketReader::read_unix(Tid tid, int fd, u64 inode, SocketFacts& facts) {
  const Ends ends = ends_of(fd);
  if (ends.has_local) facts.path = address_of(ends.local, ends.local_size).path;
  if (ends.has_peer) facts.peer_inode = spaces_.peer_of(tid, fd, inode);
  const bool listening = option(fd, SOL_SOCKET, SO_ACCEPTCONN) == 1;
  set_unix_state(facts, listening, ends.has_peer);
  facts.lasting = option(fd, SOL_SOCKET, SO_TYPE) != SOCK_DGRAM && (listening || facts.peer_inode != 0);
}

const SocketFacts* SocketReader::read(Tid tid, int fd, u64 inode) {
  if (auto known = lasting_.find(inode); known != lasting_.end()) return &known->second;
  const UniqueFd own = duplicate_of(tid, fd);
  if (!own) return nullptr;
  last_ = {};
  last_.protocol = protocol_of(own.get());
  switch (option(own.get(), SOL_SOCKET, SO_DOMAIN)) {
    case AF_INET:
    case AF_INET6: read_internet(own.get(), last_); break;
    case AF_UNIX: read_unix(tid, own.get(), inode, last_); break;
    case AF_NETLINK: read_netlink(own.get(), last_); break;
    case AF_PACKET: read_packet(own.get(), last_); break;
    case AF_VSOCK: read_vsock(own.get(), last_); break;
    default: break;
  }
  if (last_.lasting) {
    if (lasting_.size() >= max_lasting) lasting_.clear();
    lasting_[inode] = last_;
  }
  return &last_;
}

}  // namespace sysray::resolve
