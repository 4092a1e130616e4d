// getsockopt(2): values that the length cuts.
// options: -a0 -e trace=getsockopt
#include <sys/socket.h>

#include "expect.h"

int main(void) {
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  int* value = at_edge(8);
  unsigned* length = at_edge(sizeof *length);
  memset(value, 0, 8);
  *length = 3;
  expect(syscall(SYS_getsockopt, fd, SOL_SOCKET, SO_LINGER, value, length),
         "getsockopt(%d, SOL_SOCKET, SO_LINGER, {l_onoff=\"\\x00\\x00\\x00\"}, [3])", fd);
  *length = 7;
  expect(syscall(SYS_getsockopt, fd, SOL_SOCKET, SO_LINGER, value, length),
         "getsockopt(%d, SOL_SOCKET, SO_LINGER, {l_onoff=0, l_linger=\"\\x00\\x00\\x00\"}, [7])", fd);
  *length = 0;
  expect(syscall(SYS_getsockopt, fd, SOL_SOCKET, SO_ERROR, value, length),
         "getsockopt(%d, SOL_SOCKET, SO_ERROR, %p, [0])", fd, (void*)value);
  *length = 4;
  expect(syscall(SYS_getsockopt, -1, SOL_SOCKET, SO_ERROR, value, length),
         "getsockopt(-1, SOL_SOCKET, SO_ERROR, %p, [4])", (void*)value);
  return finish();
}
