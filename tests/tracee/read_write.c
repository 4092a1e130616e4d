// read(2), write(2) and their vectors: what was transferred is shown, cut by -s, with escapes.
// options: -e trace=read,write,readv,writev,pipe2 -s 8
#include "expect.h"

#include <fcntl.h>
#include <sys/uio.h>

int main(void) {
  setvbuf(stdout, 0, _IOFBF, 1 << 16);
  int ends[2];
  long result = syscall(SYS_pipe2, ends, O_CLOEXEC);
  expect(result, "pipe2([%d, %d], O_CLOEXEC)", ends[0], ends[1]);
  expect(syscall(SYS_write, ends[1], "a\n\t\"\\\1\0017", 8), "write(%d, \"a\\n\\t\\\"\\\\\\1\\0017\", 8)", ends[1]);
  char buffer[64];
  expect(syscall(SYS_read, ends[0], buffer, sizeof buffer), "read(%d, \"a\\n\\t\\\"\\\\\\1\\0017\", 64)", ends[0]);
  expect(syscall(SYS_write, ends[1], "0123456789", 10), "write(%d, \"01234567\"..., 10)", ends[1]);
  struct iovec in[2] = {{buffer, 3}, {buffer + 8, 20}};
  expect(syscall(SYS_readv, ends[0], in, 2),
         "readv(%d, [{iov_base=\"012\", iov_len=3}, {iov_base=\"3456789\", iov_len=20}], 2)", ends[0]);
  struct iovec out[3] = {{"abc", 3}, {0, 0}, {"defghijkl", 9}};
  expect(syscall(SYS_writev, ends[1], out, 3),
         "writev(%d, [{iov_base=\"abc\", iov_len=3}, {iov_base=NULL, iov_len=0}, {iov_base=\"defghijk\"..., iov_len=9}], 3)",
         ends[1]);
  char* edge = at_edge(4);
  expect(syscall(SYS_write, -1, edge, 5), "write(-1, %p, 5)", (void*)edge);
  expect(syscall(SYS_read, -1, edge, 4), "read(-1, %p, 4)", (void*)edge);
  puts("~write\\(1, \".*\"\\.\\.\\., \\d+\\) += \\d+");
  return finish();
}
