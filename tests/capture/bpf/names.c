// Uses descriptors whose files are soon others: fsync of each, while another file takes its number, its name or its
// place. Prints "NUMBER TEXT" for each call of fsync, in order of calls: what a tracer with -y must show. It is given a
// number of rounds and a folder.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[1000];

static void sync_as(int fd, const char* text) {
  if (fd < 0) exit(3);
  fsync(fd);
  printf("%d %s\n", fd, text);
}

static const char* path_of(const char* name) {
  static char paths[4][1200];
  static int turn;
  char* path = paths[turn++ % 4];
  snprintf(path, sizeof paths[0], "%s/%s", folder, name);
  return path;
}

static int make(const char* name) { return open(path_of(name), O_CREAT | O_RDWR, 0600); }

// The number is used again, the name is changed, and the file is unlinked.
static void files(void) {
  int fd = make("one");
  sync_as(fd, path_of("one"));
  if (rename(path_of("one"), path_of("two"))) exit(3);
  sync_as(fd, path_of("two"));
  unlink(path_of("two"));
  char text[1200];
  snprintf(text, sizeof text, "%s>(deleted)", path_of("two"));
  sync_as(fd, text);
  close(fd);
  int other = make("three");
  if (other != fd) exit(3);
  sync_as(other, path_of("three"));
  close(other);
}

// Relative to a working directory that is renamed, and of a descriptor that came through a socket.
static void folders(void) {
  mkdir(path_of("a"), 0700);
  if (chdir(path_of("a"))) exit(3);
  int fd = open("inner", O_CREAT | O_RDWR, 0600);
  if (rename(path_of("a"), path_of("b"))) exit(3);
  sync_as(fd, path_of("b/inner"));
  close(fd);
  unlink("inner");
  if (chdir("/")) exit(3);
  rmdir(path_of("b"));
}

static int passed_on(int fd) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) exit(3);
  char byte = 'x', room[CMSG_SPACE(sizeof fd)] = {0};
  struct iovec data = {&byte, 1};
  struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
  struct cmsghdr* control = CMSG_FIRSTHDR(&message);
  control->cmsg_level = SOL_SOCKET;
  control->cmsg_type = SCM_RIGHTS;
  control->cmsg_len = CMSG_LEN(sizeof fd);
  memcpy(CMSG_DATA(control), &fd, sizeof fd);
  if (sendmsg(pair[0], &message, 0) != 1 || recvmsg(pair[1], &message, 0) != 1) exit(3);
  memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
  close(pair[0]);
  close(pair[1]);
  return fd;
}

static void others(void) {
  char text[200];
  int file = make("four");
  int fd = passed_on(file);
  sync_as(fd, path_of("four"));
  close(fd);
  close(file);
  int ends[2];
  struct stat status;
  if (pipe(ends)) exit(3);
  fstat(ends[0], &status);
  snprintf(text, sizeof text, "pipe:[%lu]", (unsigned long)status.st_ino);
  sync_as(ends[1], text);
  close(ends[0]);
  close(ends[1]);
  fd = epoll_create1(0);
  sync_as(fd, "anon_inode:[eventpoll]");
  close(fd);
}

int main(int argc, char** argv) {
  if (argc != 3 || !realpath(argv[2], folder)) return 2;
  for (int i = 0; i < atoi(argv[1]); i++) {
    files();
    folders();
    others();
  }
  return 0;
}
