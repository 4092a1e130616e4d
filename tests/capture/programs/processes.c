// Test programs with child processes.
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tracee.h"

/* fork_storm COUNT: short-lived children, several at a time */
static int run_fork_storm(int argc, char **argv) {
  (void)argc;
  int count = atoi(argv[1]), alive = 0, failed = 0, status;
  for (int i = 0; i < count; i++) {
    pid_t pid = fork();
    if (pid == 0) {
      mark();
      _exit(0);
    }
    if (pid < 0) return 2;
    if (++alive < 16) continue;
    failed += wait(&status) < 0 || status != 0;
    alive--;
  }
  while (wait(&status) > 0) failed += status != 0;
  return failed != 0;
}

/* killed_children COUNT: children that are killed as soon as they exist */
static int run_killed_children(int argc, char **argv) {
  (void)argc;
  int status;
  for (int i = atoi(argv[1]); i > 0; i--) {
    pid_t pid = fork();
    if (pid == 0)
      for (;;) mark();
    if (i % 2) sched_yield();
    kill(pid, SIGKILL);
    if (waitpid(pid, &status, 0) != pid || !WIFSIGNALED(status)) return 1;
  }
  return 0;
}

/* vfork_exec ARGUMENT...: a vfork child becomes tracee ARGUMENT... */
static int run_vfork_exec(int argc, char **argv) {
  (void)argc;
  pid_t pid = vfork();
  if (pid == 0) {
    execv("/proc/self/exe", argv);
    _exit(127);
  }
  int status;
  if (waitpid(pid, &status, 0) != pid) return 1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* clone3: a child by clone3 without a termination signal, and one by clone with the parent's parent */
static int run_clones(int argc, char **argv) {
  (void)argc, (void)argv;
  unsigned long long args[8];
  memset(args, 0, sizeof args);
  long pid = syscall(SYS_clone3, args, sizeof args);
  if (pid == 0) {
    mark();
    syscall(SYS_exit, 0);
  }
  int status;
  if (waitpid((pid_t)pid, &status, __WALL) != pid) return 1;
  pid = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
  if (pid == 0) {
    mark();
    _exit(0);
  }
  return 0;
}

/* exec COUNT ARGUMENT...: becomes itself COUNT times, then tracee ARGUMENT... */
static int run_exec(int argc, char **argv) {
  (void)argc;
  int left = atoi(argv[1]);
  if (left == 0) {
    execv("/proc/self/exe", argv + 1);
    return 1;
  }
  char text[16];
  snprintf(text, sizeof text, "%d", left - 1);
  char *next[16] = {"tracee", "exec", text};
  for (int i = 2; i < argc && i < 14; i++) next[i + 1] = argv[i];
  execv("/proc/self/exe", next);
  return 1;
}

/* job_control: prints what a parent sees of a child that stops itself and is continued */
static int run_job_control(int argc, char **argv) {
  (void)argc, (void)argv;
  int signals[] = {SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU}, go[2];
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (pipe(go)) return 1;
  for (int i = 0; i < 4; i++) {
    char byte = 0;
    pid_t pid = fork();
    if (pid == 0) {
      /* Not an orphaned process group: its parent is in another one of the same session. */
      setpgid(0, 0);
      raise(signals[i]);
      /* Its end must not overtake the news that it was continued. */
      _exit(read(go[0], &byte, 1) == 1 ? 9 : 1);
    }
    int status;
    for (;;) {
      if (waitpid(pid, &status, WUNTRACED | WCONTINUED) != pid) return 1;
      printf("%x\n", status);
      if (WIFSTOPPED(status)) kill(pid, SIGCONT);
      if (WIFCONTINUED(status) && write(go[1], &byte, 1) != 1) return 1;
      if (WIFEXITED(status) || WIFSIGNALED(status)) break;
    }
  }
  return 0;
}

/* stopped: stops itself; when continued, exits with 5 */
static int run_stopped(int argc, char **argv) {
  (void)argc, (void)argv;
  raise(SIGSTOP);
  mark();
  return 5;
}

const struct program process_programs[] = {
    {"fork_storm", run_fork_storm}, {"killed_children", run_killed_children},
    {"vfork_exec", run_vfork_exec}, {"clones", run_clones},
    {"exec", run_exec},             {"job_control", run_job_control},
    {"stopped", run_stopped},       {NULL, NULL},
};
