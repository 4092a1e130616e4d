// Test programs with threads.
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "tracee.h"

static int marks_of_each;
static pthread_barrier_t all_run;

static void *mark_all(void *unused) {
  pthread_barrier_wait(&all_run);
  for (int i = 0; i < marks_of_each; i++) mark();
  return unused;
}

static void start(pthread_t *thread, void *(*run)(void *), void *argument) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 256 * 1024);
  if (pthread_create(thread, &attributes, run, argument)) exit(3);
  pthread_attr_destroy(&attributes);
}

/* threads COUNT MARKS: all alive at once, each makes its marks */
static int run_threads(int argc, char **argv) {
  (void)argc;
  int count = atoi(argv[1]);
  marks_of_each = atoi(argv[2]);
  pthread_t *threads = calloc((size_t)count, sizeof *threads);
  pthread_barrier_init(&all_run, NULL, (unsigned)count);
  for (int i = 0; i < count; i++) start(&threads[i], mark_all, NULL);
  for (int i = 0; i < count; i++) pthread_join(threads[i], NULL);
  free(threads);
  return 0;
}

static char **exec_argv;

static void *call_exec(void *unused) {
  /* The leader is in its pause by then. */
  usleep(50000);
  execv("/proc/self/exe", exec_argv);
  return unused;
}

static void *pause_only(void *unused) {
  pause();
  return unused;
}

/* thread_exec ARGUMENT...: a thread that is not the leader becomes tracee ARGUMENT... */
static int run_thread_exec(int argc, char **argv) {
  (void)argc;
  exec_argv = argv;
  pthread_t thread;
  start(&thread, pause_only, NULL);
  start(&thread, call_exec, NULL);
  pause();
  return 1;
}

static volatile int counting = 1;

static void *loop_marks(void *unused) {
  while (counting) mark();
  return unused;
}

/* thread_loop COUNT: threads that mark until standard input ends */
static int run_thread_loop(int argc, char **argv) {
  (void)argc;
  int count = atoi(argv[1]);
  pthread_t *threads = calloc((size_t)count, sizeof *threads);
  for (int i = 0; i < count; i++) start(&threads[i], loop_marks, NULL);
  char byte;
  if (write(1, "ready\n", 6) != 6) return 1;
  while (read(0, &byte, 1) > 0) {
  }
  counting = 0;
  for (int i = 0; i < count; i++) pthread_join(threads[i], NULL);
  free(threads);
  return 5;
}

/* killed_threads: SIGKILL while threads are in calls */
static int run_killed_threads(int argc, char **argv) {
  (void)argc, (void)argv;
  pthread_t thread;
  for (int i = 0; i < 4; i++) start(&thread, i % 2 ? pause_only : loop_marks, NULL);
  usleep(20000);
  kill(getpid(), SIGKILL);
  return 1;
}

const struct program thread_programs[] = {
    {"threads", run_threads},
    {"thread_exec", run_thread_exec},
    {"thread_loop", run_thread_loop},
    {"killed_threads", run_killed_threads},
    {NULL, NULL},
};
