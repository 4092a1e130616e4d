// A thread that gives all threads of its process a seccomp filter. It must be in force at once where it was installed,
// and soon in the other thread, which is in the midst of its calls.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { REFUSAL = 9, CALLS = 1000 };

static int is_refused(void) { return syscall(SYS_getuid) == -1 && errno == REFUSAL; }

static void* call_until_refused(void* unused) {
  (void)unused;
  const time_t end = time(NULL) + 20;
  while (!is_refused())
    if (time(NULL) > end) exit(4);
  // What is refused once is refused for good, and what is picked is still made.
  for (int i = 0; i < CALLS; i++)
    if (!is_refused() || getpgid(0) < 0) exit(5);
  return NULL;
}

int main(void) {
  struct sock_filter ops[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getuid, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | REFUSAL),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog filter = {sizeof ops / sizeof *ops, ops};
  pthread_t other;
  if (pthread_create(&other, NULL, call_until_refused, NULL)) return 1;
  for (int i = 0; i < CALLS; i++)
    if (getpgid(0) < 0) return 2;
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter)) return 3;
  for (int i = 0; i < CALLS; i++)
    if (!is_refused() || getpgid(0) < 0) return 6;
  pthread_join(other, NULL);
  puts("refused");
}
