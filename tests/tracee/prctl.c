// prctl(2): names that are cut, numbers and the names of their bits, results that are bits themselves.
// options: -e trace=prctl
#include <sys/prctl.h>

#include "expect.h"

int main(void) {
  char name[16];
  void* gone = at_edge(4);
  expect(prctl(PR_SET_NAME, "123456789abcdefgh"), "prctl(PR_SET_NAME, \"123456789abcdef\"...)");
  expect(prctl(PR_GET_NAME, name), "prctl(PR_GET_NAME, \"123456789abcdef\")");
  memset(gone, 1, 4);
  expect(prctl(PR_SET_NAME, gone), "prctl(PR_SET_NAME, %p)", gone);
  expect(prctl(PR_SET_DUMPABLE, 7), "prctl(PR_SET_DUMPABLE, 0x7 /* SUID_DUMP_??? */)");
  prctl(PR_GET_DUMPABLE);
  puts("prctl(PR_GET_DUMPABLE) = 1 (SUID_DUMP_USER)");
  expect(prctl(PR_CAPBSET_READ, 99), "prctl(PR_CAPBSET_READ, 0x63 /* CAP_??? */)");
  expect(prctl(PR_SET_PTRACER, -1L), "prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY)");
  expect(prctl(62, 0, -1, 4, 0), "prctl(PR_SCHED_CORE, PR_SCHED_CORE_GET, -1, 0x4 /* PIDTYPE_??? */, NULL)");
  expect(prctl(999, 1, 2, 3, 4), "prctl(0x3e7 /* PR_??? */, 0x1, 0x2, 0x3, 0x4)");
  return finish();
}
