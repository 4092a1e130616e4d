// Says its process id and waits for a line on standard input; then makes a call that is easy to find (getsid of a number
// that it was given) and ends.
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char** argv) {
  printf("%d\n", getpid());
  fflush(stdout);
  getchar();
  // A child that begins while it is traced: to be seen from its first call.
  pid_t child = fork();
  if (child == 0) {
    syscall(SYS_getsid, 0);
    _exit(0);
  }
  waitpid(child, NULL, 0);
  syscall(SYS_getpgid, argc > 1 ? atoi(argv[1]) : 0);
  return 0;
}
