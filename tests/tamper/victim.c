// A program whose calls are tampered with, and which tells what became of them.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* chdir COUNT: to / and /usr by turns; prints result, errno and where it is */
static int run_chdir(int count) {
  char path[2][8] = {"/", "/usr"};
  char here[64];
  for (int i = 0; i < count; i++) {
    errno = 0;
    long result = syscall(SYS_chdir, path[i % 2]);
    printf("%ld %d %s\n", result, errno, getcwd(here, sizeof here) ? here : "?");
  }
  return 0;
}

/* cwd: prints what getcwd says of itself */
static int run_cwd(int count) {
  (void)count;
  char here[64] = "";
  long result = syscall(SYS_getcwd, here, sizeof here);
  printf("%ld %s\n", result, here);
  return 0;
}

/* handled: a signal that it handles */
static volatile sig_atomic_t handled;
static void on_signal(int number) { handled = number; }
static int run_handled(int count) {
  (void)count;
  signal(SIGUSR1, on_signal);
  struct timespec long_time = {60, 0};
  int64_t start = now();
  int result = nanosleep(&long_time, NULL);
  printf("%d %d %d %s\n", result, errno, (int)handled, now() - start < 30000000000 ? "early" : "late");
  return 0;
}

/* sleepers COUNT: so many processes that each make one call; prints how long they all took, in ms */
static int run_sleepers(int count) {
  int64_t start = now();
  for (int i = 0; i < count; i++) {
    if (fork() == 0) {
      syscall(SYS_getppid);
      _exit(0);
    }
  }
  while (wait(NULL) > 0) {
  }
  printf("%d\n", (int)((now() - start) / 1000000));
  return 0;
}

/* leap: another thread calls execve while the leader is delayed in its call */
static void *leaping(void *path) {
  struct timespec moment = {0, 50000000};
  nanosleep(&moment, NULL);
  execl(path, path, "chdir", "1", (char *)NULL);
  return NULL;
}
static int run_leap(char *self) {
  pthread_t thread;
  pthread_create(&thread, NULL, leaping, self);
  syscall(SYS_getppid);
  pthread_join(thread, NULL);
  return 1;
}

/* killed: a child is killed while it is delayed */
static int run_killed(int count) {
  (void)count;
  pid_t child = fork();
  if (child == 0) {
    syscall(SYS_getppid);
    _exit(0);
  }
  struct timespec moment = {0, 50000000};
  nanosleep(&moment, NULL);
  kill(child, SIGKILL);
  int status;
  int64_t start = now();
  waitpid(child, &status, 0);
  printf("%d %s\n", WIFSIGNALED(status) ? WTERMSIG(status) : 0, now() - start < 5000000000 ? "soon" : "late");
  return 0;
}

#ifdef __x86_64__
/* int80: getppid of i386 */
static int run_int80(int count) {
  (void)count;
  int result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(64) : "memory", "r8", "r9", "r10", "r11");
  printf("%d\n", result);
  return 0;
}
#endif

/* delays COUNT: that many getppid in each of 8 processes at once; prints each one's time in ns */
static int run_delays(int count) {
  for (int i = 0; i < 8; i++) {
    if (fork() != 0) continue;
    setvbuf(stdout, NULL, _IOLBF, 0); /* whole lines: all write to the same place */
    int64_t *times = calloc((size_t)count, sizeof *times);
    for (int j = 0; j < count; j++) {
      int64_t start = now();
      syscall(SYS_getppid);
      times[j] = now() - start;
    }
    for (int j = 0; j < count; j++) printf("%lld\n", (long long)times[j]);
    return 0;
  }
  while (wait(NULL) > 0) {
  }
  return 0;
}

/* bystander COUNT: that many rounds of work and getpgrp; prints the time in ns */
static int run_bystander(int count) {
  volatile unsigned sum = 0;
  int64_t start = now();
  for (int i = 0; i < count; i++) {
    for (int j = 0; j < 100000; j++) sum += (unsigned)j;
    syscall(SYS_getpgid, 0);
  }
  printf("%lld\n", (long long)(now() - start));
  return 0;
}

int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "";
  int count = argc > 2 ? atoi(argv[2]) : 1;
  if (!strcmp(what, "chdir")) return run_chdir(count);
  if (!strcmp(what, "cwd")) return run_cwd(count);
  if (!strcmp(what, "handled")) return run_handled(count);
  if (!strcmp(what, "sleepers")) return run_sleepers(count);
  if (!strcmp(what, "leap")) return run_leap(argv[0]);
  if (!strcmp(what, "killed")) return run_killed(count);
#ifdef __x86_64__
  if (!strcmp(what, "int80")) return run_int80(count);
#endif
  if (!strcmp(what, "delays")) return run_delays(count);
  if (!strcmp(what, "bystander")) return run_bystander(count);
  return 2;
}
