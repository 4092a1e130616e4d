// Waits for children that are gone at once, by their ids, and names them once more then: waited COUNT.
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  for (long left = atol(argv[1]); left > 0; left--) {
    const pid_t child = fork();
    if (child == 0) _exit(0);
    siginfo_t info;
    if (left % 2 ? waitpid(child, NULL, 0) != child : waitid(P_PID, (id_t)child, &info, WEXITED) != 0) return 1;
    kill(child, 0);
  }
}
