// Descriptors become others without a call of their owner that says so. After each change fsync() is called on the one
// that changed, and what it is then is printed: the number and its link in /proc.
#include <errno.h>
#include <linux/filter.h>
#include <linux/io_uring.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void fail(const char* what) {
  perror(what);
  exit(1);
}

static void tell(int fd) {
  char path[32], link[128];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(path, link, sizeof link);
  if (n < 0) fail("readlink");
  fsync(fd);
  printf("%d %.*s\n", fd, (int)n, link);
}

struct ring {
  int fd;
  unsigned *tail, *array;
  struct io_uring_sqe* entries;
};

static int submit(struct ring* ring, int opcode, int fd, unsigned long off, unsigned len) {
  struct io_uring_sqe* entry = &ring->entries[0];
  memset(entry, 0, sizeof *entry);
  entry->opcode = opcode;
  entry->fd = fd;
  entry->off = off;
  entry->len = len;
  ring->array[*ring->tail & 7] = 0;
  __atomic_store_n(ring->tail, *ring->tail + 1, __ATOMIC_RELEASE);
  return syscall(SYS_io_uring_enter, ring->fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0);
}

// Closes the socket and opens another one at its number.
static void by_io_uring(int fd) {
  enum { op_close = 19, op_socket = 45 };  // linux/io_uring.h; IORING_OP_SOCKET since 5.19
  struct io_uring_params params = {0};
  struct ring ring = {syscall(SYS_io_uring_setup, 8, &params), 0, 0, 0};
  if (ring.fd < 0) exit(77);
  char* queue = mmap(NULL, params.sq_off.array + params.sq_entries * sizeof(unsigned), PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_POPULATE, ring.fd, IORING_OFF_SQ_RING);
  ring.entries = mmap(NULL, params.sq_entries * sizeof *ring.entries, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
                      ring.fd, IORING_OFF_SQES);
  if (queue == MAP_FAILED || ring.entries == MAP_FAILED) fail("mmap");
  ring.tail = (unsigned*)(queue + params.sq_off.tail);
  ring.array = (unsigned*)(queue + params.sq_off.array);
  if (submit(&ring, op_close, fd, 0, 0) != 1) fail("close by io_uring");
  if (submit(&ring, op_socket, AF_UNIX, SOCK_STREAM, 0) != 1) fail("socket by io_uring");
  tell(fd);
  close(ring.fd);
}

// Another process answers getppid(), and meanwhile sets one of its own descriptors in the place of ours.
static void supervise(int channel, int fd) {
  char data;
  union {
    struct cmsghdr head;
    char room[CMSG_SPACE(sizeof(int))];
  } control;
  struct iovec part = {&data, 1};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  if (recvmsg(channel, &message, 0) != 1) fail("recvmsg");
  int listener, ends[2];
  memcpy(&listener, CMSG_DATA(&control.head), sizeof listener);
  struct seccomp_notif asked = {0};
  if (pipe(ends) || ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked)) fail("notification");
  struct seccomp_notif_addfd added = {.id = asked.id, .flags = SECCOMP_ADDFD_FLAG_SETFD, .srcfd = ends[0], .newfd = fd};
  if (ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &added) < 0) fail("addfd");
  struct seccomp_notif_resp answer = {.id = asked.id, .val = 1};
  if (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer)) fail("answer");
  _exit(0);
}

static void by_supervisor(int fd) {
  int channel[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, channel)) fail("socketpair");
  if (fork() == 0) supervise(channel[1], fd);
  struct sock_filter code[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                               BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
                               BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
                               BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  struct sock_fprog program = {4, code};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  int listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
  if (listener < 0) exit(77);
  union {
    struct cmsghdr head;
    char room[CMSG_SPACE(sizeof(int))];
  } control = {{CMSG_LEN(sizeof listener), SOL_SOCKET, SCM_RIGHTS}};
  memcpy(CMSG_DATA(&control.head), &listener, sizeof listener);
  struct iovec part = {"x", 1};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  if (sendmsg(channel[0], &message, 0) != 1) fail("sendmsg");
  syscall(SYS_getppid);
  tell(fd);
  wait(NULL);
}

int main(int argc, char** argv) {
  int pair[2];
  if (argc != 2 || socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) return 1;
  tell(pair[0]);
  tell(pair[0]);
  if (strcmp(argv[1], "io_uring") == 0) by_io_uring(pair[0]);
  if (strcmp(argv[1], "supervisor") == 0) by_supervisor(pair[0]);
  tell(pair[0]);
}
