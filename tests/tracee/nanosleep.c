// nanosleep(2): the time that remained is shown only when a signal cut the sleep short.
// options: -e trace=nanosleep,clock_nanosleep -e signal=none
#include "expect.h"

#include <signal.h>
#include <sys/time.h>
#include <time.h>

static void on_alarm(int signal) { (void)signal; }

int main(void) {
  struct timespec request = {0, 1000};
  struct timespec rest = {1, 2};
  expect(syscall(SYS_nanosleep, &request, &rest), "nanosleep({tv_sec=0, tv_nsec=1000}, %p)", (void*)&rest);
  expect(syscall(SYS_nanosleep, 0, 0), "nanosleep(NULL, NULL)");
  request.tv_nsec = -1;
  expect(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, &request, 0),
         "clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, {tv_sec=0, tv_nsec=18446744073709551615}, NULL)");
  struct sigaction action = {.sa_handler = on_alarm};
  sigaction(SIGALRM, &action, 0);
  struct itimerval alarm = {.it_value = {0, 20000}};
  setitimer(ITIMER_REAL, &alarm, 0);
  request = (struct timespec){60, 0};
  syscall(SYS_nanosleep, &request, &rest);
  printf("nanosleep({tv_sec=60, tv_nsec=0}, {tv_sec=%lld, tv_nsec=%ld}) = ? ERESTART_RESTARTBLOCK (Interrupted by signal)\n",
         (long long)rest.tv_sec, rest.tv_nsec);
  return finish();
}
