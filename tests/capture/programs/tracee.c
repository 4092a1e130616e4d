// Runs one of the test programs; those that need one thread only are here.
#define _GNU_SOURCE
#include "tracee.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void mark(void) { syscall(SYS_personality, 0xffffffff); }

/* exit STATUS */
static int run_exit(int argc, char **argv) {
  (void)argc;
  return atoi(argv[1]);
}

/* die SIGNAL */
static int run_die(int argc, char **argv) {
  (void)argc;
  signal(atoi(argv[1]), SIG_DFL);
  raise(atoi(argv[1]));
  return 0;
}

/* marks COUNT */
static int run_marks(int argc, char **argv) {
  (void)argc;
  for (int i = atoi(argv[1]); i > 0; i--) mark();
  return 0;
}

/* environment NAME...: prints NAME=VALUE or NAME unset */
static int run_environment(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    const char *value = getenv(argv[i]);
    printf(value ? "%s=%s\n" : "%s unset\n", argv[i], value);
  }
  return 0;
}

/* argv0: prints the name that it was called by, as the kernel has it */
static int run_identity(int argc, char **argv) {
  (void)argc, (void)argv;
  char line[64] = "";
  int fd = open("/proc/self/cmdline", O_RDONLY);
  if (read(fd, line, sizeof line - 1) < 0) return 1;
  printf("%s %d:%d %d\n", line, (int)getuid(), (int)getgid(), (int)getppid());
  return 0;
}

/* half_mapped: write(-1) of 64 bytes of which 16 are mapped, and of none */
static int run_half_mapped(int argc, char **argv) {
  (void)argc, (void)argv;
  char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(pages + 4096, 4096);
  memset(pages, 'x', 4096);
  syscall(SYS_write, -1, pages + 4096 - 16, 64);
  syscall(SYS_write, -1, pages + 4096, 64);
  syscall(SYS_write, -1, 0, 64);
  return 0;
}

#ifdef __x86_64__
/* int80: getppid and personality by the numbers of i386 */
static int run_int80(int argc, char **argv) {
  (void)argc, (void)argv;
  int result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(200) : "memory", "r8", "r9", "r10", "r11");
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(136), "b"(0xffffffff) : "memory", "r8", "r9", "r10", "r11");
  return 0;
}
#endif

/* stubborn: ignores and blocks every signal, and marks */
static int run_stubborn(int argc, char **argv) {
  (void)argc, (void)argv;
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
  for (int i = 1; i < 65; i++) signal(i, SIG_IGN);
  for (int i = 1; i < 65; i++)
    if (i != SIGKILL && i != SIGSTOP && i != 32 && i != 33) kill(getpid(), i); /* 32 and 33 are the C library's own */
  mark();
  return 7;
}

static void on_alarm(int signal) { (void)signal; }

/* interrupted: a restartable and a non-restartable call that a signal interrupts */
static int run_interrupted(int argc, char **argv) {
  (void)argc, (void)argv;
  struct sigaction action = {.sa_handler = on_alarm};
  sigaction(SIGALRM, &action, NULL);
  ualarm(20000, 0);
  int fds[2];
  if (pipe(fds)) return 1;
  char byte;
  int n = read(fds[0], &byte, 1);
  if (n != -1 || errno != EINTR) return 2;
  /* SIGCHLD, ignored by default, makes nanosleep restart through restart_syscall. */
  if (fork() == 0) {
    usleep(20000);
    _exit(0);
  }
  struct timespec time = {0, 60 * 1000 * 1000};
  syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &time, NULL);
  return wait(NULL) > 0 ? 0 : 3;
}

/* nap: sleeps once, for half a second */
static int run_nap(int argc, char **argv) {
  (void)argc, (void)argv;
  if (write(1, "ready\n", 6) != 6) return 1;
  struct timespec time = {0, 500 * 1000 * 1000};
  return syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &time, NULL) ? 1 : 5;
}

/* loop: marks, until standard input ends; then prints how many */
static int run_loop(int argc, char **argv) {
  (void)argc, (void)argv;
  fcntl(0, F_SETFL, O_NONBLOCK);
  char byte;
  long rounds = 0;
  if (write(1, "ready\n", 6) != 6) return 1;
  while (read(0, &byte, 1) != 0) {
    mark();
    rounds++;
  }
  printf("%s\n", rounds > 0 ? "done" : "no rounds");
  return 5;
}

/* wait: says ready and blocks until standard input ends */
static int run_wait(int argc, char **argv) {
  (void)argc, (void)argv;
  if (write(1, "ready\n", 6) != 6) return 1;
  char byte;
  while (read(0, &byte, 1) > 0) {
  }
  return 5;
}

static const struct program programs[] = {
    {"exit", run_exit},
    {"die", run_die},
    {"marks", run_marks},
    {"environment", run_environment},
    {"identity", run_identity},
    {"half_mapped", run_half_mapped},
#ifdef __x86_64__
    {"int80", run_int80},
#endif
    {"stubborn", run_stubborn},
    {"interrupted", run_interrupted},
    {"nap", run_nap},
    {"loop", run_loop},
    {"wait", run_wait},
    {NULL, NULL},
};

int main(int argc, char **argv) {
  prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY); /* tests attach from processes that are no ancestors */
  const struct program *tables[] = {programs, thread_programs, process_programs};
  for (int i = 0; argc > 1 && i < 3; i++)
    for (const struct program *program = tables[i]; program->name; program++)
      if (!strcmp(program->name, argv[1])) return program->run(argc - 1, argv + 1);
  fprintf(stderr, "tracee: no such program\n");
  return 125;
}
