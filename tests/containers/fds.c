// Makes descriptors of many kinds and calls fsync with each: "NUMBER TEXT" on standard output is what a tracer with -yy
// must show it as; "~" before TEXT: a regular expression.
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

static unsigned long inode_of(int fd) {
  struct stat status;
  fstat(fd, &status);
  return status.st_ino;
}

static void show(int fd, const char* text) {
  if (fd < 0) return;
  printf("%d %s\n", fd, text);
  fsync(fd);
}

static void show_number(int fd, const char* format, unsigned long number) {
  char text[200];
  snprintf(text, sizeof text, format, number);
  show(fd, text);
}

static void files(void) {
  char folder[] = "/tmp/sysray-fds-XXXXXX", path[100], text[200];
  if (!mkdtemp(folder)) exit(1);
  snprintf(path, sizeof path, "%s/file", folder);
  int fd = open(path, O_CREAT | O_RDWR, 0600);
  snprintf(text, sizeof text, "<%s>", path);
  show(fd, text);
  // A name that ends like the kernel's mark of unlinked files.
  char marked[120];
  snprintf(marked, sizeof marked, "%s (deleted)", path);
  int other = open(marked, O_CREAT | O_RDWR, 0600);
  snprintf(text, sizeof text, "<%s>", marked);
  show(other, text);
  unlink(path);
  snprintf(text, sizeof text, "<%s>(deleted)", path);
  show(fd, text);
  unlink(marked);
  snprintf(text, sizeof text, "<%s>(deleted)", marked);
  show(other, text);
  show(open(folder, O_RDONLY), "~<.*>");
  rmdir(folder);
}

static void sockets(void) {
  int pair[2];
  char text[200];
  socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
  snprintf(text, sizeof text, "~<UNIX(-STREAM)?:\\[%lu->%lu\\]>", inode_of(pair[0]), inode_of(pair[1]));
  show(pair[0], text);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  int udp = socket(AF_INET, SOCK_DGRAM, 0);
  show_number(udp, "<UDP:[%lu]>", inode_of(udp));
  bind(udp, (struct sockaddr*)&address, size);
  getsockname(udp, (struct sockaddr*)&address, &size);
  show_number(udp, "<UDP:[127.0.0.1:%lu]>", ntohs(address.sin_port));
  connect(udp, (struct sockaddr*)&address, size);
  snprintf(text, sizeof text, "<UDP:[127.0.0.1:%u->127.0.0.1:%u]>", ntohs(address.sin_port), ntohs(address.sin_port));
  show(udp, text);
  struct sockaddr_nl netlink = {.nl_family = AF_NETLINK};
  int route = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
  bind(route, (struct sockaddr*)&netlink, sizeof netlink);
  show(route, "~<NETLINK:\\[ROUTE:\\d+\\]>");
}

static void others(void) {
  show(open("/dev/null", O_RDWR), "</dev/null<char 1:3>>");
  show(open("/dev/full", O_RDWR), "</dev/full<char 1:7>>");
  show(open("/proc/self/ns/net", O_RDONLY), "~<net:\\[\\d+\\]>");
  show((int)syscall(SYS_memfd_create, "room", 0), "</memfd:room>(deleted)");
  show(epoll_create1(0), "<anon_inode:[eventpoll]>");
  show(inotify_init(), "<anon_inode:inotify>");
  show(timerfd_create(CLOCK_MONOTONIC, 0), "<anon_inode:[timerfd]>");
  show(eventfd(3, EFD_SEMAPHORE), "~<\\{eventfd-count=0x3(, eventfd-id=\\d+)?(, eventfd-semaphore=1)?\\}>");
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigaddset(&set, SIGCHLD);
  show(signalfd(-1, &set, 0), "<signalfd:[USR1 CHLD]>");
  show_number((int)syscall(SYS_pidfd_open, getpid(), 0), "<pid:%lu>", (unsigned long)getpid());
  int pipes[2];
  if (pipe(pipes) == 0) show_number(pipes[0], "<pipe:[%lu]>", inode_of(pipes[0]));
}

int main(void) {
  files();
  sockets();
  others();
  return 0;
}
