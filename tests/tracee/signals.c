// Signal masks and information: sets of several sizes, values that came with a signal.
// options: -e trace=rt_sigprocmask,rt_sigpending,rt_sigqueueinfo,sigaltstack,tgkill,rt_sigtimedwait -e signal=none
#include <signal.h>

#include "expect.h"

int main(void) {
  uint64_t set = 1 << (SIGUSR1 - 1) | 1 << (SIGCHLD - 1);
  uint64_t full = ~(1ul << (SIGHUP - 1));
  void* short_set = edge_copy(&set, 2);
  void* gone = at_edge(1);
  siginfo_t info = {.si_signo = SIGUSR1, .si_code = SI_QUEUE};
  info.si_pid = 1, info.si_uid = 2, info.si_value.sival_ptr = (void*)0x100000007;
  struct timespec now = {0, 0};
  expect(syscall(SYS_rt_sigprocmask, 9, &full, 0, 8), "rt_sigprocmask(0x9 /* SIG_??? */, ~[HUP], NULL, 8)");
  expect(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, 0, 8), "rt_sigprocmask(SIG_BLOCK, [USR1 CHLD], NULL, 8)");
  expect(syscall(SYS_rt_sigprocmask, SIG_BLOCK, gone, 0, 8), "rt_sigprocmask(SIG_BLOCK, %p, NULL, 8)", gone);
  expect(syscall(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, &info),
         "rt_sigqueueinfo(%d, SIGUSR1, {si_signo=SIGUSR1, si_code=SI_QUEUE, si_pid=1, si_uid=2, si_int=7, "
         "si_ptr=0x100000007})", getpid());
  expect(syscall(SYS_rt_sigpending, short_set, 2), "rt_sigpending([USR1], 2)");
  expect(syscall(SYS_rt_sigpending, gone, 8), "rt_sigpending(%p, 8)", gone);
  syscall(SYS_rt_sigtimedwait, &set, 0, &now, 8);
  puts("rt_sigtimedwait([USR1 CHLD], NULL, {tv_sec=0, tv_nsec=0}, 8) = 10 (SIGUSR1)");
  expect(syscall(SYS_tgkill, 1, -1, 70), "tgkill(1, -1, 70)");
  expect(syscall(SYS_sigaltstack, 0, &(stack_t){0}), "sigaltstack(NULL, {ss_sp=NULL, ss_flags=SS_DISABLE, ss_size=0})");
  return finish();
}
