// Times with their dates or names, texts with limits of their own, values without their last NUL, objects that break off.
// options: -e trace=utimensat,utimes,memfd_create,setxattr,listmount,set_mempolicy,open_by_handle_at
#include "expect.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/time.h>

#define SYS_LISTMOUNT 458

int main(void) {
  const struct timespec named[2] = {{1, UTIME_NOW}, {2, UTIME_OMIT}};
  const struct timespec dated[2] = {{1492358607, 345678901}, {1492356078, 0}};
  const struct timespec odd[2] = {{1, 1000000000}, {0, 0}};
  expect(syscall(SYS_utimensat, -1, "n", named, 0x100), "utimensat(-1, \"n\", [UTIME_NOW, UTIME_OMIT], AT_SYMLINK_NOFOLLOW)");
  expect(syscall(SYS_utimensat, -1, "n", dated, 0),
         "utimensat(-1, \"n\", [{tv_sec=1492358607, tv_nsec=345678901} /* 2017-04-16T16:03:27.345678901+0000 */, "
         "{tv_sec=1492356078, tv_nsec=0} /* 2017-04-16T15:21:18+0000 */], 0)");
  expect(syscall(SYS_utimensat, -1, "n", odd, 0),
         "utimensat(-1, \"n\", [{tv_sec=1, tv_nsec=1000000000}, {tv_sec=0, tv_nsec=0}], 0)");
  const struct timeval micro[2] = {{1492358607, 345678}, {1492356078, 1000000}};
  expect(syscall(SYS_utimes, "/nonexistent", micro),
         "utimes(\"/nonexistent\", [{tv_sec=1492358607, tv_usec=345678} /* 2017-04-16T16:03:27.345678+0000 */, "
         "{tv_sec=1492356078, tv_usec=1000000}])");

  // A name of 250 bytes without an end, at the end of memory.
  char* name = at_edge(250);
  memset(name, 'a', 250);
  expect(syscall(SYS_memfd_create, name, 0), "memfd_create(\"%.32s\"..., 0)", name);

  expect(syscall(SYS_setxattr, "/nonexistent", "user.x", "foo\0bar", 8, 1),
         "setxattr(\"/nonexistent\", \"user.x\", \"foo\\0bar\", 8, XATTR_CREATE)");
  // The string would go on where nothing can be read.
  char* value = at_edge(32);
  memset(value, 'v', 32);
  expect(syscall(SYS_setxattr, "/nonexistent", "user.x", value, 33, 0),
         "setxattr(\"/nonexistent\", \"user.x\", %p, 33, 0)", (void*)value);

  uint32_t* request = at_edge(4);
  *request = 24;
  expect(syscall(SYS_LISTMOUNT, request, 0L, 0L, 0), "listmount({size=24, ???}, NULL, 0, 0)");

  const unsigned long nodes[1] = {0};
  expect(syscall(SYS_set_mempolicy, 0x10, nodes, 64UL), "set_mempolicy(0x10 /* MPOL_??? */, [0000000000000000], 64)");

  struct { uint32_t bytes; int type; } *handle = at_edge(8);
  handle->bytes = 4;
  handle->type = 7;
  expect(syscall(SYS_open_by_handle_at, -1, handle, O_RDONLY),
         "open_by_handle_at(-1, {handle_bytes=4, handle_type=7, f_handle=???}, O_RDONLY)");
  return finish();
}
