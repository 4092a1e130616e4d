// The descriptor is duplicated (pidfd_getfd(2), 5.6) for the moment of the questions: the answers are those of the
// socket itself, without a list of all sockets of its namespace.
#include "resolve/socket_reader.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/vm_sockets.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/xattr.h>

#include <array>
#include <cstring>
#include <span>

namespace sysray::resolve {

namespace {

constexpr int pidfd_getfd_number = 438;  // asm/unistd_64.h
constexpr size_t max_lasting = 65536;

UniqueFd duplicate(Tid tid, int fd) {
  const UniqueFd pidfd = open_pidfd(tid);
  if (!pidfd) return {};
  return UniqueFd(static_cast<int>(syscall(pidfd_getfd_number, pidfd.get(), fd, 0)));
}

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

// Empty without a port.
std::string internet_text(const Address& address) {
  char text[INET6_ADDRSTRLEN];
  char all[INET6_ADDRSTRLEN + 16];
  if (address.any.sa_family == AF_INET) {
    if (address.v4.sin_port == 0 || !inet_ntop(AF_INET, &address.v4.sin_addr, text, sizeof text)) return {};
    snprintf(all, sizeof all, "%s:%u", text, ntohs(address.v4.sin_port));
    return all;
  }
  if (address.any.sa_family != AF_INET6 || address.v6.sin6_port == 0) return {};
  if (!inet_ntop(AF_INET6, &address.v6.sin6_addr, text, sizeof text)) return {};
  snprintf(all, sizeof all, "[%s]:%u", text, ntohs(address.v6.sin6_port));
  return all;
}

void read_netlink(int fd, SocketFacts& facts) {
  const Ends ends = ends_of(fd);
  if (!ends.has_local || ends.local.netlink.nl_pid == 0) return;
  const int protocol = option(fd, SOL_SOCKET, SO_PROTOCOL);
  const char* name = netlink_family(protocol);
  facts.local = name ? name : std::to_string(protocol);
  facts.local += ":" + std::to_string(ends.local.netlink.nl_pid);
  facts.lasting = true;
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
  auto text = [](const sockaddr_vm& end) { return std::to_string(end.svm_cid) + ":" + std::to_string(end.svm_port); };
  if (ends.has_local && ends.local.vsock.svm_port != VMADDR_PORT_ANY) facts.local = text(ends.local.vsock);
  if (ends.has_peer) facts.peer = text(ends.peer.vsock);
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

// Addresses as sock_diag(7) would list the socket: a TCP one that is only bound is in none of its lists.
void SocketReader::read_internet(int fd, SocketFacts& facts) {
  const Ends ends = ends_of(fd);
  tcp_info info{};
  socklen_t size = sizeof info.tcpi_state;
  int state = 0;
  if (option(fd, SOL_SOCKET, SO_PROTOCOL) == IPPROTO_TCP && getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0) {
    state = info.tcpi_state;
    if (static_cast<size_t>(state) < state_names.size()) facts.state = state_names[static_cast<size_t>(state)];
  }
  if (state == state_close) return;
  if (ends.has_local) facts.local = internet_text(ends.local);
  if (ends.has_peer && !facts.local.empty()) facts.peer = internet_text(ends.peer);
  facts.lasting = state == state_listen || (state == state_established && !facts.peer.empty());
}

void SocketReader::read_unix(Tid tid, int fd, u64 inode, SocketFacts& facts) {
  const Ends ends = ends_of(fd);
  constexpr size_t head = offsetof(sockaddr_un, sun_path);
  if (ends.has_local && ends.local_size > head) {
    size_t size = std::min(static_cast<size_t>(ends.local_size) - head, sizeof ends.local.local.sun_path);
    const char* path = ends.local.local.sun_path;
    facts.path.assign(path, path[0] == 0 ? size : strnlen(path, size));
  }
  if (ends.has_peer) facts.peer_inode = unix_.peer_of(tid, fd, inode);
  const bool listening = option(fd, SOL_SOCKET, SO_ACCEPTCONN) == 1;
  if (listening || ends.has_peer) facts.state = listening ? "LISTEN" : "ESTABLISHED";
  facts.lasting = option(fd, SOL_SOCKET, SO_TYPE) != SOCK_DGRAM && (listening || facts.peer_inode != 0);
}

const SocketFacts* SocketReader::read(Tid tid, int fd, u64 inode) {
  if (auto known = lasting_.find(inode); known != lasting_.end()) return &known->second;
  const UniqueFd own = duplicate(tid, fd);
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
