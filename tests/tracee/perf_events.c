// perf_event_open(2): attributes of several ages, one of which ends in the middle of a field.
// options: -e trace=perf_event_open -v
#include "expect.h"

int main(void) {
  setvbuf(stdout, 0, _IOFBF, 1 << 16);
  unsigned attr[36] = {1, 7};  // a software event of the wrong size
  expect(syscall(SYS_perf_event_open, 0L, 0L, 0L, 0L, 0L), "perf_event_open(NULL, 0, 0, 0, 0)");
  expect(syscall(SYS_perf_event_open, attr, -1L, -1L, -1L, 8L), "perf_event_open(%p, -1, -1, -1, PERF_FLAG_FD_CLOEXEC)", (void*)attr);
  unsigned* cut = edge_copy(attr, 60);
  cut[1] = 64;
  expect(syscall(SYS_perf_event_open, cut, 0L, 0L, 0L, 0x30L), "perf_event_open(%p, 0, 0, 0, 0x30 /* PERF_FLAG_??? */)", (void*)cut);
  return finish();
}
