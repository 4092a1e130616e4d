// The `int $0x80` gate of a 64-bit program makes i386 calls: 200 is getgid32 there, and tkill for x86_64.
// options: -e trace=getgid,getgid32,tkill
#include "expect.h"

int main(void) {
  long result = 0;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(200L) : "memory", "r8", "r9", "r10", "r11");
  printf("getgid32() = %ld\n", result);
  expect(syscall(SYS_getgid), "getgid()");
  return finish();
}
