// What a program can see of the stops of other programs: it prints one line a thing that could go wrong.
//   transparent CALLS: children make CALLS calls each, while a parent waits for them with WUNTRACED and WCONTINUED, and
//   threads block in epoll_wait, nanosleep, semop, futex and read.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long calls;
static volatile sig_atomic_t children_changed, continued;
static int ends[2];
static int semaphores;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void on_child(int signal) {
  (void)signal;
  children_changed++;
}
static void on_continue(int signal) {
  (void)signal;
  continued++;
}

static void make_calls(long count) {
  for (long i = 0; i < count; i++)
    if (getppid() < 0) abort();
}

static void expect(const char *what, long got, long wanted) {
  printf("%s: %s\n", what, got == wanted ? "as it should be" : "NOT as it should be");
  if (got != wanted) printf("  %ld instead of %ld, errno %d\n", got, wanted, errno);
}

static void *in_epoll(void *unused) {
  (void)unused;
  int epoll = epoll_create1(0);
  struct epoll_event event;
  for (int i = 0; i < 20; i++)
    if (epoll_wait(epoll, &event, 1, 50) != 0) return "epoll_wait";
  return NULL;
}
static void *in_nanosleep(void *unused) {
  (void)unused;
  for (int i = 0; i < 20; i++) {
    struct timespec time = {0, 50 * 1000 * 1000};
    if (nanosleep(&time, NULL) != 0) return "nanosleep";
  }
  return NULL;
}
static void *in_semop(void *unused) {
  (void)unused;
  struct sembuf operation = {0, -1, 0};
  return semop(semaphores, &operation, 1) == 0 ? NULL : "semop";
}
static void *in_futex(void *unused) {
  (void)unused;
  int error = pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
  return error ? "futex" : NULL;
}
static void *in_read(void *unused) {
  (void)unused;
  char byte;
  return read(ends[0], &byte, 1) == 1 ? NULL : "read";
}
static void *busy(void *unused) {
  (void)unused;
  make_calls(calls);
  return NULL;
}

static void threads(void) {
  void *(*const bodies[])(void *) = {in_epoll, in_nanosleep, in_semop, in_futex, in_read, busy, busy};
  enum { count = sizeof bodies / sizeof *bodies };
  pthread_t ids[count];
  if (pipe(ends)) abort();
  semaphores = semget(IPC_PRIVATE, 1, 0600);
  pthread_mutex_lock(&mutex);
  for (int i = 0; i < count; i++) pthread_create(&ids[i], NULL, bodies[i], NULL);
  void *failed[count];
  pthread_join(ids[5], &failed[5]);
  pthread_join(ids[6], &failed[6]);
  struct sembuf operation = {0, 1, 0};
  semop(semaphores, &operation, 1);
  pthread_mutex_unlock(&mutex);
  if (write(ends[1], "x", 1) != 1) abort();
  for (int i = 0; i < 5; i++) pthread_join(ids[i], &failed[i]);
  semctl(semaphores, 0, IPC_RMID);
  for (int i = 0; i < count; i++) printf("thread %d: %s\n", i, failed[i] ? (char *)failed[i] : "undisturbed");
}

// A child that runs undisturbed shows no change but its end.
static void waiting(void) {
  struct sigaction action = {.sa_handler = on_child, .sa_flags = SA_RESTART};
  sigaction(SIGCHLD, &action, NULL);
  children_changed = 0;
  pid_t child = fork();
  if (child == 0) {
    make_calls(calls);
    _exit(7);
  }
  int status = 0;
  pid_t got;
  while ((got = waitpid(child, &status, WUNTRACED | WCONTINUED)) < 0 && errno == EINTR) {
  }
  expect("waitpid", got == child && WIFEXITED(status) && WEXITSTATUS(status) == 7, 1);
  expect("SIGCHLD", children_changed, 1);
}

// SIGSTOP, SIGTSTP and SIGCONT do what they should to a child that is busy.
static void job_control(int stop) {
  fflush(stdout);
  int ready[2];
  if (pipe(ready)) abort();
  pid_t child = fork();
  if (child == 0) {
    struct sigaction action = {.sa_handler = on_continue};
    sigaction(SIGCONT, &action, NULL);
    setpgid(0, 0);  // a group that is orphaned cannot be stopped by SIGTSTP
    if (write(ready[1], "x", 1) != 1) abort();
    while (!continued) make_calls(100);
    make_calls(calls / 4);
    usleep(100000);  // the parent shall see that it goes on before it ends
    _exit(continued);
  }
  char byte;
  if (read(ready[0], &byte, 1) != 1) abort();
  close(ready[0]);
  close(ready[1]);
  int status = 0;
  kill(child, stop);
  pid_t got = waitpid(child, &status, WUNTRACED | WCONTINUED);
  expect("stop", got == child && WIFSTOPPED(status) && WSTOPSIG(status) == stop, 1);
  usleep(20000);
  expect("stays stopped", waitpid(child, &status, WUNTRACED | WCONTINUED | WNOHANG), 0);
  kill(child, SIGCONT);
  got = waitpid(child, &status, WUNTRACED | WCONTINUED);
  expect("continues", got == child && WIFCONTINUED(status), 1);
  got = waitpid(child, &status, WUNTRACED | WCONTINUED);
  expect("ends", got == child && WIFEXITED(status) && WEXITSTATUS(status) == 1, 1);
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  calls = atol(argv[1]);
  signal(SIGTSTP, SIG_DFL);
  waiting();
  threads();
  signal(SIGCHLD, SIG_DFL);
  job_control(SIGSTOP);
  // A process group that is orphaned does not stop for SIGTSTP.
  job_control(SIGTSTP);
}
