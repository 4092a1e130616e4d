// Clocks and timers.
// options: -e trace=clock_getres,clock_settime,setitimer,timer_create,times,timerfd_create
#include <time.h>

#include "expect.h"

int main(void) {
  struct timespec odd = {-1, 2000000000};
  void* gone = at_edge(8);
  struct { uint64_t value; int32_t signal, notify, tid, pad[13]; } event = {3, 10, 4, 99, {0}};
  int timer;
  expect(syscall(SYS_clock_getres, 77, gone), "clock_getres(0x4d /* CLOCK_??? */, %p)", gone);
  expect(syscall(SYS_clock_settime, CLOCK_MONOTONIC, &odd), "clock_settime(CLOCK_MONOTONIC, {tv_sec=-1, tv_nsec=2000000000})");
  expect(syscall(SYS_clock_settime, CLOCK_MONOTONIC, gone), "clock_settime(CLOCK_MONOTONIC, %p)", gone);
  expect(syscall(SYS_setitimer, 7, 0, gone), "setitimer(0x7 /* ITIMER_??? */, NULL, %p)", gone);
  expect(syscall(SYS_timer_create, 77, &event, &timer),
         "timer_create(0x4d /* CLOCK_??? */, {sigev_value={sival_int=3, sival_ptr=0x3}, sigev_signo=SIGUSR1, "
         "sigev_notify=SIGEV_THREAD_ID, sigev_notify_thread_id=99}, %p)", (void*)&timer);
  expect(syscall(SYS_timerfd_create, 77, 1), "timerfd_create(0x4d /* CLOCK_??? */, TFD_TIMER_ABSTIME)");
  syscall(SYS_times, 0L);
  puts("~times\\(NULL\\) = \\d+");
  return finish();
}
