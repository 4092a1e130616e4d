// io_setup(2), io_submit(2), io_getevents(2): requests behind pointers to pointers.
// options: -e trace=io_setup,io_submit,io_getevents,io_destroy -s 4
#include <linux/aio_abi.h>

#include "expect.h"

int main(void) {
  setvbuf(stdout, 0, _IOFBF, 1 << 16);
  aio_context_t context = 0;
  expect(syscall(SYS_io_setup, 0L, &context), "io_setup(0, %p)", (void*)&context);
  const long made = syscall(SYS_io_setup, 4L, &context);
  expect(made, "io_setup(4, [%#lx])", (unsigned long)context);
  struct iocb write = {.aio_data = 7, .aio_lio_opcode = IOCB_CMD_PWRITE, .aio_fildes = 0xffff, .aio_buf = (uintptr_t)"abcdef",
                       .aio_nbytes = 6, .aio_offset = 1};
  struct iocb** list = at_edge(8);
  list[0] = &write;
  expect(syscall(SYS_io_submit, context, 1L, list),
         "io_submit(%#lx, 1, [{aio_data=0x7, aio_lio_opcode=IOCB_CMD_PWRITE, aio_fildes=65535, aio_buf=\"abcd\"..., "
         "aio_nbytes=6, aio_offset=1}])", (unsigned long)context);
  expect(syscall(SYS_io_submit, context, 0L, list), "io_submit(%#lx, 0, [])", (unsigned long)context);
  expect(syscall(SYS_io_submit, context, 1L, list + 1), "io_submit(%#lx, 1, %p)", (unsigned long)context, (void*)(list + 1));
  struct io_event events[2];
  struct { long sec, nsec; } wait = {0, 1};
  expect(syscall(SYS_io_getevents, context, 1L, 2L, events, &wait),
         "io_getevents(%#lx, 1, 2, [], {tv_sec=0, tv_nsec=1})", (unsigned long)context);
  expect(syscall(SYS_io_getevents, 0L, 1L, 2L, events, 0L), "io_getevents(NULL, 1, 2, %p, NULL)", (void*)events);
  expect(syscall(SYS_io_destroy, context), "io_destroy(%#lx)", (unsigned long)context);
  return finish();
}
