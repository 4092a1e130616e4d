// sendto(2) of netlink messages: attributes that fit, are too short for their type, or lie where memory ends.
// options: -e trace=sendto
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "expect.h"

struct message {
  struct nlmsghdr header;
  struct rtgenmsg family;
  char pad[3];
  struct nlattr attribute;
  uint32_t value;
};

static long send_part(int fd, const struct message* all, size_t shown, size_t claimed, unsigned attribute) {
  struct message copy = *all;
  copy.header.nlmsg_len = claimed;
  copy.attribute.nla_len = attribute;
  return syscall(SYS_sendto, fd, edge_copy(&copy, shown), claimed, MSG_DONTWAIT, 0L, 0);
}

#define HEAD(length) \
  "{nlmsg_len=" #length ", nlmsg_type=RTM_GETNSID, nlmsg_flags=NLM_F_REQUEST, nlmsg_seq=7, nlmsg_pid=0}"

int main(void) {
  const int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
  // A socket is known as a netlink socket from the moment that it is bound.
  const struct sockaddr_nl own = {.nl_family = AF_NETLINK};
  if (fd < 0 || bind(fd, (const struct sockaddr*)&own, sizeof own) != 0) return 77;
  struct message all = {
      .header = {.nlmsg_type = RTM_GETNSID, .nlmsg_flags = NLM_F_REQUEST, .nlmsg_seq = 7},
      .attribute = {.nla_type = 1},  // NETNSA_NSID
      .value = 5,
  };
  expect(send_part(fd, &all, 28, 28, 8), "sendto(%d, [" HEAD(28) ", {rtgen_family=AF_UNSPEC}, "
         "[{nla_len=8, nla_type=NETNSA_NSID}, 5]], 28, MSG_DONTWAIT, NULL, 0)", fd);
  expect(send_part(fd, &all, 27, 27, 7), "sendto(%d, [" HEAD(27) ", {rtgen_family=AF_UNSPEC}, "
         "[{nla_len=7, nla_type=NETNSA_NSID}, \"\\x05\\x00\\x00\"]], 27, MSG_DONTWAIT, NULL, 0)", fd);
  expect(send_part(fd, &all, 22, 22, 8), "sendto(%d, [" HEAD(22) ", {rtgen_family=AF_UNSPEC}, \"\\x08\\x00\"], "
         "22, MSG_DONTWAIT, NULL, 0)", fd);
  struct message* cut = edge_copy(&all, 27);
  cut->header.nlmsg_len = 28;
  cut->attribute.nla_len = 8;
  expect(syscall(SYS_sendto, fd, cut, 28L, MSG_DONTWAIT, 0L, 0), "sendto(%d, [" HEAD(28) ", {rtgen_family=AF_UNSPEC}, "
         "[{nla_len=8, nla_type=NETNSA_NSID}, %p]], 28, MSG_DONTWAIT, NULL, 0)", fd, (void*)((char*)cut + 24));
  return finish();
}
