// io_uring_register(2): arrays, single structs, lists.
// options: -e trace=io_uring_register
#include "expect.h"

int main(void) {
  setvbuf(stdout, 0, _IOFBF, 1 << 16);
  const long bad = -1;
  struct { unsigned offset, resv; uint64_t data; } rings[2] = {{1, 0, 0}, {2, 3, 4}};
  expect(syscall(SYS_io_uring_register, bad, 21L, rings, 2L),
         "io_uring_register(-1, IORING_UNREGISTER_RING_FDS, [{offset=1}, {offset=2, resv=0x3, data=0x4}], 2)");
  unsigned workers[2] = {5, 6};
  expect(syscall(SYS_io_uring_register, bad, 19L, workers, 0L), "io_uring_register(-1, IORING_REGISTER_IOWQ_MAX_WORKERS, [], 0)");
  expect(syscall(SYS_io_uring_register, bad, 19L, workers, 2L),
         "io_uring_register(-1, IORING_REGISTER_IOWQ_MAX_WORKERS, [[IO_WQ_BOUND]=5, [IO_WQ_UNBOUND]=6] => %p, 2)", (void*)workers);
  uint64_t ring[5] = {0x1000, 0x100000008};
  expect(syscall(SYS_io_uring_register, bad, 22L, ring, 2L), "io_uring_register(-1, IORING_REGISTER_PBUF_RING, %p, 2)", (void*)ring);
  struct query { uint64_t next, data; unsigned op, size; int result; unsigned resv[3]; } list[2] = {
      {(uintptr_t)&list[1], 0, 0, 48, 1, {0}}, {0, 0, 0x55, 0, 2, {0}}};
  expect(syscall(SYS_io_uring_register, bad, 35L, list, 0L),
         "io_uring_register(-1, IORING_REGISTER_QUERY, {query_data=NULL, query_op=IO_URING_QUERY_OPCODES, size=48, result=1, "
         "next_entry={query_data=NULL, query_op=0x55 /* IO_URING_QUERY_??? */, size=0, result=2, next_entry=NULL}}, 0)");
  return finish();
}
