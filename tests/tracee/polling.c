// poll(2), select(2): what is ready is told behind the result, and nothing in the parentheses if nothing is shown.
// options: -e trace=poll,ppoll,select,epoll_ctl -s 2
#include <poll.h>

#include "expect.h"

int main(void) {
  int ends[2];
  if (pipe(ends) != 0) return 1;
  struct pollfd fds[3] = {{ends[0], POLLIN, 0}, {-1, POLLIN, 0}, {ends[1], POLLOUT, 0}};
  struct pollfd* cut = edge_copy(fds, sizeof fds[0]);
  uint64_t set = 1ul << ends[1];
  syscall(SYS_poll, fds, 1, 0);
  printf("poll([{fd=%d, events=POLLIN}], 1, 0) = 0 (Timeout)\n", ends[0]);
  syscall(SYS_poll, fds, 3, 0);
  printf("poll([{fd=%d, events=POLLIN}, {fd=-1}, ...], 3, 0) = 1 ([{fd=%d, revents=POLLOUT}])\n", ends[0], ends[1]);
  expect(syscall(SYS_poll, cut, 2, 0), "poll([{fd=%d, events=POLLIN}, ... /* %p */], 2, 0)", ends[0], cut + 1);
  syscall(SYS_select, ends[1] + 1, 0, &set, 0, 0);
  printf("select(%d, NULL, [%d], NULL, NULL) = 1 (out [%d])\n", ends[1] + 1, ends[1], ends[1]);
  expect(syscall(SYS_select, -1, 0, &set, 0, 0), "select(-1, NULL, %p, NULL, NULL)", (void*)&set);
  expect(syscall(SYS_epoll_ctl, -1, 9, 0, 0L), "epoll_ctl(-1, 0x9 /* EPOLL_CTL_??? */, 0, NULL)");
  return finish();
}
