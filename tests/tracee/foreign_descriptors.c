// Descriptors of other processes, and memory that the kernel wants to be zero.
// options: -y -e trace=pidfd_getfd,kcmp,ioctl -e signal=none
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include "expect.h"

enum { number = 37 };

int main(void) {
  dup2(open("/dev/null", O_RDONLY), number);
  int ends[2];
  if (pipe(ends) != 0) return 1;
  pid_t child = fork();
  if (child == 0) {
    dup2(open("/dev/zero", O_RDONLY), number);
    if (write(ends[1], "x", 1) != 1) _exit(1);
    for (;;) pause();
  }
  char byte;
  if (read(ends[0], &byte, 1) != 1) return 1;

  long own = getpid();
  int pidfd = (int)syscall(SYS_pidfd_open, child, 0);
  if (pidfd >= 0) {
    long copy = syscall(SYS_pidfd_getfd, pidfd, number, 0);
    printf("~pidfd_getfd\\(%d<.*pidfd.*>, %d</dev/zero>, 0\\) = %ld</dev/zero>\n", pidfd, number, copy);
  }
  long differ = syscall(SYS_kcmp, own, (long)child, 0, number, number);
  expect(differ, "kcmp(%ld, %d, KCMP_FILE, %d</dev/null>, %d</dev/zero>)", own, child, number, number);

  uint64_t* notification = at_edge(80);
  const unsigned long receive = 0xc0502100;
  memset(notification, 0, 80);
  expect(ioctl(-1, receive, notification), "ioctl(-1, SECCOMP_IOCTL_NOTIF_RECV, %p)", (void*)notification);
  notification[0] = 5;
  expect(ioctl(-1, receive, notification),
         "ioctl(-1, SECCOMP_IOCTL_NOTIF_RECV, {id=0x5, pid=0, flags=0, data={nr=0, arch=0 /* AUDIT_ARCH_??? */, "
         "instruction_pointer=NULL, args=[0, 0, 0, 0, 0, 0]}} => %p)",
         (void*)notification);
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  return finish();
}
