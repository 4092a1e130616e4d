#include "resolve/network_spaces.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cstring>

namespace sysray::resolve {

namespace {

constexpr unsigned long get_socket_namespace = 0x894c;     // linux/sockios.h SIOCGSKNS, 4.9
constexpr unsigned long pidfd_get_net_namespace = 0xff04;  // linux/pidfd.h, 6.11
constexpr unsigned long ns_get_userns = 0xb701;            // linux/nsfs.h, 4.9

bool same_file(int a, int b) {
  struct stat first {
  }, second{};
  return fstat(a, &first) == 0 && fstat(b, &second) == 0 && first.st_dev == second.st_dev &&
         first.st_ino == second.st_ino;
}

bool send_descriptor(int to, int fd) {
  char byte = 0;
  iovec data{&byte, 1};
  alignas(cmsghdr) char room[CMSG_SPACE(sizeof fd)] = {};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = room;
  message.msg_controllen = sizeof room;
  cmsghdr* control = CMSG_FIRSTHDR(&message);
  control->cmsg_level = SOL_SOCKET;
  control->cmsg_type = SCM_RIGHTS;
  control->cmsg_len = CMSG_LEN(sizeof fd);
  memcpy(CMSG_DATA(control), &fd, sizeof fd);
  return sendmsg(to, &message, MSG_NOSIGNAL) == 1;
}

UniqueFd receive_descriptor(int from) {
  char byte = 0;
  iovec data{&byte, 1};
  alignas(cmsghdr) char room[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = room;
  message.msg_controllen = sizeof room;
  ssize_t n;
  do n = recvmsg(from, &message, MSG_CMSG_CLOEXEC);
  while (n < 0 && errno == EINTR);
  const cmsghdr* control = n == 1 ? CMSG_FIRSTHDR(&message) : nullptr;
  if (control == nullptr || control->cmsg_type != SCM_RIGHTS) return {};
  int fd = -1;
  memcpy(&fd, CMSG_DATA(control), sizeof fd);
  return UniqueFd(fd);
}

// The child's part: system calls only, since this process has threads.
[[noreturn]] void enter_and_open(int space, int to, int domain, int type, int protocol) {
  if (setns(space, CLONE_NEWNET) != 0) {
    // In a user namespace of its own: there the rights are those of its creator.
    const int users = ioctl(space, ns_get_userns);
    if (users < 0 || setns(users, CLONE_NEWUSER) != 0 || setns(space, CLONE_NEWNET) != 0) _exit(1);
  }
  const int fd = socket(domain, type | SOCK_CLOEXEC, protocol);
  _exit(fd >= 0 && send_descriptor(to, fd) ? 0 : 1);
}

// A question about one socket: its peer.
struct Question {
  nlmsghdr head;
  unix_diag_req request;
};

u64 peer_in(const char* bytes, size_t size, u64 inode) {
  const auto* head = reinterpret_cast<const nlmsghdr*>(bytes);
  if (!NLMSG_OK(head, size) || head->nlmsg_type != SOCK_DIAG_BY_FAMILY) return 0;
  constexpr size_t fixed = NLMSG_LENGTH(sizeof(unix_diag_msg));
  if (head->nlmsg_len < fixed) return 0;
  unix_diag_msg found;
  memcpy(&found, NLMSG_DATA(head), sizeof found);
  if (found.udiag_ino != static_cast<u32>(inode)) return 0;
  for (size_t at = NLMSG_ALIGN(fixed); at + sizeof(nlattr) <= head->nlmsg_len;) {
    nlattr attribute;
    memcpy(&attribute, bytes + at, sizeof attribute);
    if (attribute.nla_len < sizeof attribute || at + attribute.nla_len > head->nlmsg_len) return 0;
    u32 peer = 0;
    if (attribute.nla_type == UNIX_DIAG_PEER && attribute.nla_len >= sizeof attribute + sizeof peer) {
      memcpy(&peer, bytes + at + sizeof attribute, sizeof peer);
      return peer;
    }
    at += NLA_ALIGN(attribute.nla_len);
  }
  return 0;
}

}  // namespace

UniqueFd open_socket_in(int space, int domain, int type, int protocol) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends) != 0) return {};
  const UniqueFd here(ends[0]);
  UniqueFd there(ends[1]);
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);  // no handler of ours shall run in the child
  const pid_t child = fork();
  if (child == 0) enter_and_open(space, there.get(), domain, type, protocol);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (child < 0) return {};
  int status = 0;
  while (waitpid(child, &status, __WALL) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return {};
  return receive_descriptor(here.get());
}

UniqueFd NetworkSpaces::space_of(Tid tid) const {
  if (const UniqueFd pidfd = open_pidfd(tid)) {
    UniqueFd space(ioctl(pidfd.get(), pidfd_get_net_namespace, 0));
    if (space) return space;
  }
  return UniqueFd(open(proc_.path(tid, "ns/net"), O_RDONLY | O_CLOEXEC));
}

NetworkSpaces::Space* NetworkSpaces::keep(UniqueFd space) {
  struct stat status {};
  if (!space || fstat(space.get(), &status) != 0) return nullptr;
  auto [known, fresh] = spaces_.try_emplace({status.st_dev, status.st_ino});
  if (fresh) known->second.space = std::move(space);
  return &known->second;
}

// Our own is kept from the beginning.
NetworkSpaces::Space* NetworkSpaces::find(u32 network) {
  struct stat own {};
  if (device_ == 0 && keep(UniqueFd(open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC))) != nullptr &&
      stat("/proc/self/ns/net", &own) == 0)
    device_ = own.st_dev;
  auto known = spaces_.find({device_, network});
  return known == spaces_.end() ? nullptr : &known->second;
}

void NetworkSpaces::meet(Tid tid, u32 network) {
  if (network != 0 && find(network) == nullptr) keep(space_of(tid));
}

int NetworkSpaces::query_socket(Space* space) {
  if (space == nullptr) return -1;
  if (!space->asked) {
    constexpr int type = SOCK_RAW | SOCK_CLOEXEC;
    const UniqueFd own(open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
    if (own && same_file(own.get(), space->space.get()))
      space->query.reset(socket(AF_NETLINK, type, NETLINK_SOCK_DIAG));
    else
      space->query = open_socket_in(space->space.get(), AF_NETLINK, type, NETLINK_SOCK_DIAG);
    space->asked = true;
  }
  return space->query.get();
}

u64 NetworkSpaces::peer_of(Tid tid, int fd, u64 inode) {
  // The socket's own namespace, which need not be that of the thread; without the right to ask, the thread's.
  UniqueFd space(ioctl(fd, get_socket_namespace));
  const int query = query_socket(keep(space ? std::move(space) : space_of(tid)));
  if (query < 0) return 0;
  Question question{};
  question.head.nlmsg_len = sizeof question;
  question.head.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  question.head.nlmsg_flags = NLM_F_REQUEST;
  question.request.sdiag_family = AF_UNIX;
  question.request.udiag_states = ~0u;
  question.request.udiag_ino = static_cast<u32>(inode);
  question.request.udiag_show = UDIAG_SHOW_PEER;
  question.request.udiag_cookie[0] = question.request.udiag_cookie[1] = ~0u;
  if (send(query, &question, sizeof question, 0) != static_cast<ssize_t>(sizeof question)) return 0;
  alignas(nlmsghdr) char answer[8192];
  const ssize_t n = recv(query, answer, sizeof answer, MSG_DONTWAIT);
  return n > 0 ? peer_in(answer, static_cast<size_t>(n), inode) : 0;
}

std::optional<std::string> NetworkSpaces::interface_name(Tid tid, u32 index, u32 network) {
  if (network != 0) meet(tid, network);
  const int query = query_socket(network != 0 ? find(network) : keep(space_of(tid)));
  ifreq request{};
  request.ifr_ifindex = static_cast<int>(index);
  if (query < 0 || ioctl(query, SIOCGIFNAME, &request) != 0) return std::nullopt;
  return std::string(request.ifr_name, strnlen(request.ifr_name, sizeof request.ifr_name));
}

}  // namespace sysray::resolve
