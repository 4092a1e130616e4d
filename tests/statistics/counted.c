// A program whose calls are known, and what they cost.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long nanoseconds(struct timeval time) { return time.tv_sec * 1000000000LL + time.tv_usec * 1000LL; }

/* fast COUNT: so many getppid; prints the CPU time of the thread over them, and the system time of getrusage */
static int run_fast(int count) {
  struct timespec start, end;
  struct rusage before, after;
  getrusage(RUSAGE_THREAD, &before);
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &start);
  for (int i = 0; i < count; i++) syscall(SYS_getppid);
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
  getrusage(RUSAGE_THREAD, &after);
  printf("%lld %lld\n", (end.tv_sec - start.tv_sec) * 1000000000LL + end.tv_nsec - start.tv_nsec,
         nanoseconds(after.ru_stime) - nanoseconds(before.ru_stime));
  return 0;
}

/* files: opens some, which exist or not, in two processes */
static int run_files(void) {
  for (int i = 0; i < 3; i++) close(open("/dev/null", O_RDONLY));
  open("/does/not/exist", O_RDONLY);
  close(900);
  if (fork() == 0) {
    close(open("/dev/zero", O_RDONLY));
    _exit(0);
  }
  return wait(NULL) > 0 ? 0 : 1;
}

/* naps COUNT: sleeps 50 ms each time */
static int run_naps(int count) {
  struct timespec time = {0, 50000000};
  for (int i = 0; i < count; i++) syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &time, NULL);
  return 0;
}

int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "";
  int count = argc > 2 ? atoi(argv[2]) : 1;
  if (!strcmp(what, "fast")) return run_fast(count);
  if (!strcmp(what, "files")) return run_files();
  if (!strcmp(what, "naps")) return run_naps(count);
  return 2;
}
