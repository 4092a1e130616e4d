// Goes three levels deep into new user, pid, mount, network and uts namespaces, and names itself at each. At the
// innermost level it makes sockets and opens files. What a tracer must show is written to standard output, a line of
// words for each fact; ids are those of the innermost namespace. It is given a directory to work in.
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { levels = 3, cannot = 77 };

static void fail(const char* what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  _exit(errno == EPERM || errno == ENOSPC ? cannot : 1);
}

static void write_file(const char* path, const char* text) {
  int fd = open(path, O_WRONLY);
  if (fd < 0 || write(fd, text, strlen(text)) < 0) fail(path);
  close(fd);
}

// The user keeps the id 0 in each user namespace.
static void enter_namespaces(void) {
  unsigned uid = geteuid(), gid = getegid();
  char text[64];
  if (unshare(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWUTS)) fail("unshare");
  write_file("/proc/self/setgroups", "deny");
  snprintf(text, sizeof text, "0 %u 1", uid);
  write_file("/proc/self/uid_map", text);
  snprintf(text, sizeof text, "0 %u 1", gid);
  write_file("/proc/self/gid_map", text);
}

static void bring_up_loopback(void) {
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
  if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request)) fail("SIOCSIFFLAGS");
  close(fd);
}

static unsigned long inode_of(int fd) {
  struct stat status;
  if (fstat(fd, &status)) fail("fstat");
  return status.st_ino;
}

static void use_unix_sockets(void) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends)) fail("socketpair");
  if (write(ends[0], "pair", 4) != 4) fail("write");
  printf("pair %d %lu %lu\n", ends[0], inode_of(ends[0]), inode_of(ends[1]));
}

static void use_tcp(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (struct sockaddr*)&address, size) || listen(listener, 1)) fail("listen");
  getsockname(listener, (struct sockaddr*)&address, &size);
  int port = ntohs(address.sin_port);
  if (connect(client, (struct sockaddr*)&address, size)) fail("connect");
  size = sizeof address;
  int server = accept(listener, (struct sockaddr*)&address, &size);
  if (server < 0 || write(server, "hello", 5) != 5) fail("accept");
  printf("tcp %d %d %d\n", server, port, ntohs(address.sin_port));
}

static void use_files(const char* folder) {
  if (mount("none", folder, "tmpfs", 0, "")) fail("mount");
  if (chdir(folder)) fail("chdir");
  int fd = open("inside", O_CREAT | O_RDWR, 0600);
  if (fd < 0 || write(fd, "file", 4) != 4) fail("inside");
  printf("file %d %s/inside\n", fd, folder);
  unlink("inside");
  if (write(fd, "gone", 4) != 4) fail("inside");
  fd = openat(AT_FDCWD, "other", O_CREAT | O_RDWR, 0600);
  printf("folder %s\n", folder);
  syscall(SYS_fchdir, fd);
}

static void innermost(const char* folder) {
  bring_up_loopback();
  printf("self %ld\n", syscall(SYS_getpid));
  printf("parent %ld\n", syscall(SYS_getppid));
  printf("thread %ld\n", syscall(SYS_gettid));
  pid_t child = fork();
  if (child == 0) {
    setpgid(0, 0);
    pause();
    _exit(0);
  }
  printf("child %d\n", child);
  syscall(SYS_setpgid, child, child);
  printf("group %d\n", child);
  syscall(SYS_getpgid, child);
  syscall(SYS_kill, child, SIGKILL);
  waitpid(child, NULL, 0);
  use_unix_sockets();
  use_tcp();
  use_files(folder);
}

static void descend(int level, const char* folder) {
  enter_namespaces();
  fflush(stdout);
  pid_t child = fork();
  if (child < 0) fail("fork");
  if (child == 0) {
    if (level + 1 < levels) {
      // A second one, so that ids differ between levels.
      if (fork() == 0) _exit(0);
      wait(NULL);
      descend(level + 1, folder);
    } else {
      innermost(folder);
    }
    fflush(stdout);
    _exit(0);
  }
  int status;
  waitpid(child, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status)) _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  descend(0, argv[1]);
  return 0;
}
