// Scheduling and futexes: priorities in a number, attributes with a size, lists that are cut.
// options: -e trace=ioprio_set,ioprio_get,sched_setattr,sched_getscheduler,futex,futex_waitv -s 300
#include "expect.h"

int main(void) {
  struct { uint32_t size, policy; uint64_t flags; int32_t nice; uint32_t priority; uint64_t times[3]; } attr = {48, 99, 0, 1, 2, {3, 4, 5}};
  void* gone = at_edge(4);
  struct { uint64_t val, uaddr; uint32_t flags, reserved; } waiter = {1, 0, 0x82, 7};
  expect(syscall(SYS_ioprio_set, 9, 1, 3 << 13 | 4), "ioprio_set(0x9 /* IOPRIO_WHO_??? */, 1, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_IDLE, 4))");
  syscall(SYS_ioprio_get, 1, 0);
  puts("~ioprio_get\\(IOPRIO_WHO_PROCESS, 0\\) = \\d+ \\(IOPRIO_PRIO_VALUE\\(IOPRIO_CLASS_\\w+, \\d+\\)\\)");
  expect(syscall(SYS_sched_setattr, 0, &attr, 0),
         "sched_setattr(0, {size=48, sched_policy=0x63 /* SCHED_??? */, sched_flags=0, sched_nice=1, sched_priority=2, "
         "sched_runtime=3, sched_deadline=4, sched_period=5}, 0)");
  syscall(SYS_sched_getscheduler, 0);
  puts("sched_getscheduler(0) = 0 (SCHED_OTHER)");
  expect(syscall(SYS_futex, gone, 0x80 | 5, 1, 2L, gone, 1 << 28 | 3 << 12 | 4 << 24 | 5),
         "futex(%p, FUTEX_WAKE_OP_PRIVATE, 1, 2, %p, FUTEX_OP_ADD<<28|0x3<<12|FUTEX_OP_CMP_GT<<24|0x5)", gone, gone);
  expect(syscall(SYS_futex, gone, 0x7f, 1, 2L, 3L, 4), "futex(%p, 0x7f /* FUTEX_??? */, 1, 0x2, 0x3, 0x4)", gone);
  expect(syscall(SYS_futex_waitv, &waiter, 1, 0, 0, 1),
         "futex_waitv([{val=0x1, uaddr=NULL, flags=FUTEX2_SIZE_U32|FUTEX2_PRIVATE, __reserved=0x7}], 1, 0, NULL, CLOCK_MONOTONIC)");
  expect(syscall(SYS_futex_waitv, gone, 200, 0, 0, 1), "futex_waitv(%p, 200, 0, NULL, CLOCK_MONOTONIC)", gone);
  return finish();
}
