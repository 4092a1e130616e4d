// ioctl(2): numbers without a name, requests that failed, arrays whose length a field gives.
// options: -a0 -e trace=ioctl
#include <linux/gpio.h>
#include <linux/random.h>
#include <sys/ioctl.h>

#include "expect.h"

int main(void) {
  expect(syscall(SYS_ioctl, -1, 0x8008deadL, 0x1234L), "ioctl(-1, _IOC(_IOC_READ, 0xde, 0xad, 0x8), 0x1234)");
  struct {
    int entropy_count, buf_size;
    char buf[4];
  } pool = {3, 4, "abcd"};
  expect(syscall(SYS_ioctl, -1, (long)RNDADDENTROPY, edge_copy(&pool, sizeof pool)),
         "ioctl(-1, RNDADDENTROPY, {entropy_count=3, buf_size=4, buf=\"abcd\"})");
  void* head = edge_copy(&pool, 4);
  expect(syscall(SYS_ioctl, -1, (long)RNDADDENTROPY, head), "ioctl(-1, RNDADDENTROPY, %p)", head);
  expect(syscall(SYS_ioctl, -1, (long)GPIO_V2_GET_LINEINFO_IOCTL, 0L), "ioctl(-1, GPIO_V2_GET_LINEINFO_IOCTL, NULL)");
  return finish();
}
