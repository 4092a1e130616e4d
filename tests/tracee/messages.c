// sendmsg(2), recvmsg(2), recvmmsg(2): names that are longer than their room, control messages, memory that ends.
// options: -e trace=sendmsg,recvmsg,recvmmsg,recvfrom
#include <sys/socket.h>
#include <sys/un.h>

#include "expect.h"

static int bound(const char* name) {
  const int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  memcpy(address.sun_path + 1, name, strlen(name));
  bind(fd, (struct sockaddr*)&address, 3 + strlen(name));
  return fd;
}

int main(void) {
  setvbuf(stdout, 0, _IOFBF, 1 << 16);
  const int from = bound("tracee-sender"), to = bound("tracee-receiver");
  struct sockaddr_un peer = {.sun_family = AF_UNIX, .sun_path = "\0tracee-receiver"};
  struct iovec text = {"ab", 2};
  struct msghdr sent = {.msg_name = &peer, .msg_namelen = 18, .msg_iov = &text, .msg_iovlen = 1};
  expect(syscall(SYS_sendmsg, from, &sent, 0L),
         "sendmsg(%d, {msg_name={sa_family=AF_UNIX, sun_path=@\"tracee-receiver\"}, msg_namelen=18, "
         "msg_iov=[{iov_base=\"ab\", iov_len=2}], msg_iovlen=1, msg_controllen=0, msg_flags=0}, 0)", from);
  char room[8] = "";
  struct sockaddr_un name;
  struct iovec into = {room, sizeof room};
  struct msghdr got = {.msg_name = &name, .msg_namelen = 5, .msg_iov = &into, .msg_iovlen = 1};
  expect(syscall(SYS_recvmsg, to, &got, 0L),
         "recvmsg(%d, {msg_name={sa_family=AF_UNIX, sun_path=@\"tr\"}, msg_namelen=5 => 16, "
         "msg_iov=[{iov_base=\"ab\", iov_len=8}], msg_iovlen=1, msg_controllen=0, msg_flags=0}, 0)", to);
  expect(syscall(SYS_recvmsg, to, &got, (long)MSG_DONTWAIT), "recvmsg(%d, {msg_namelen=16}, MSG_DONTWAIT)", to);

  syscall(SYS_sendto, from, "x", 1, 0, &peer, 18), syscall(SYS_sendto, from, "yz", 2, 0, &peer, 18);
  struct mmsghdr many[2] = {{{&name, 0, &into, 1, 0, 0, 0}, 0}, {{&name, 1, &into, 1, 0, 0, 0}, 0}};
  expect(syscall(SYS_recvmmsg, to, many, 2L, (long)MSG_DONTWAIT, 0L),
         "recvmmsg(%d, [{msg_hdr={msg_name=%p, msg_namelen=0 => 16, msg_iov=[{iov_base=\"y\", iov_len=8}], msg_iovlen=1, "
         "msg_controllen=0, msg_flags=0}, msg_len=1}, {msg_hdr={msg_name=%p, msg_namelen=1 => 16, "
         "msg_iov=[{iov_base=\"yz\", iov_len=8}], msg_iovlen=1, msg_controllen=0, msg_flags=0}, msg_len=2}], 2, "
         "MSG_DONTWAIT, NULL)", to, (void*)&name, (void*)&name);
  expect(syscall(SYS_recvmmsg, -1, many, 2L, 0L, 0L), "recvmmsg(-1, %p, 2, 0, NULL)", (void*)many);

  syscall(SYS_sendto, from, "long", 4, 0, &peer, 18);
  char* edge = at_edge(1);
  expect(syscall(SYS_recvfrom, to, edge, 1L, (long)MSG_TRUNC, 0L, 0L), "recvfrom(%d, \"l\", 1, MSG_TRUNC, NULL, NULL)", to);

  struct { struct cmsghdr head; int fd; } rights = {{20, SOL_SOCKET, SCM_RIGHTS}, -1};
  struct msghdr control = {.msg_control = &rights, .msg_controllen = 24};
  expect(syscall(SYS_sendmsg, -1, &control, 0L),
         "sendmsg(-1, {msg_name=NULL, msg_namelen=0, msg_iov=NULL, msg_iovlen=0, msg_control=[{cmsg_len=20, "
         "cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[-1]}], msg_controllen=24, msg_flags=0}, 0)");
  struct msghdr* cut = edge_copy(&control, 40);
  expect(syscall(SYS_sendmsg, -1, cut, 0L), "sendmsg(-1, %p, 0)", (void*)cut);
  return finish();
}
