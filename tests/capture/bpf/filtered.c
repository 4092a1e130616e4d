// Makes calls that a filter picks among others that it does not, next to all that makes a call end otherwise than it
// began: signal handlers, forks, threads, execve, `int $0x80`, a seccomp filter that refuses, numbers without a call.
#define _GNU_SOURCE
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void pick(void) { syscall(SYS_getpgid, 0); }
static void pass(void) { syscall(SYS_getuid); }
static void on_signal(int signal) { (void)signal; }

// getpgid by its number for i386; the kernel may change what is named.
static void pick_i386(void) {
  long result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(132L), "b"(0L) : "memory", "r8", "r9", "r10", "r11");
}

static void refuse_calls(void) {
  struct sock_filter ops[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getpgid, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 7),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getuid, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 9),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog filter = {sizeof ops / sizeof *ops, ops};
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) != 0) exit(3);
}

static volatile int created;

static void* in_thread(void* unused) {
  // Its end would change what the call that makes it has stored.
  while (!created) {
  }
  pass();
  pick();
  return unused;
}

static void in_child(int refused) {
  pass();
  pick();
  if (refused) {
    refuse_calls();
    // The first call after a fork, and among others.
    if (fork() == 0) {
      pick();
      pass();
      pick();
      _exit(5);
    }
    wait(NULL);
    pass();
    pick();
  }
  _exit(4);
}

int main(int argc, char** argv) {
  pick();
  if (argc > 1) return 0;
  for (int i = 0; i < 1000; i++) pass();
  signal(SIGUSR1, on_signal);
  raise(SIGUSR1);
  pick();
  pick_i386();
  pass();
  syscall(-1);
  syscall(1000);
  syscall(4095);
  pick();
  pthread_t thread;
  pthread_create(&thread, NULL, in_thread, NULL);
  created = 1;
  pthread_join(thread, NULL);
  for (int refused = 0; refused < 2; refused++) {
    if (fork() == 0) in_child(refused);
    wait(NULL);
  }
  if (vfork() == 0) {
    pick();
    execl(argv[0], argv[0], "again", (char*)NULL);
    _exit(1);
  }
  wait(NULL);
  usleep(200000);
  pick();
  refuse_calls();
  pass();
  pick();
  execl(argv[0], argv[0], "again", (char*)NULL);
  return 1;
}
