// openat(2): flags, the mode that exists only with O_CREAT, names at the edge of memory, a bad address.
// options: -e trace=openat,openat2
#include "expect.h"

#include <fcntl.h>
#include <linux/openat2.h>

int main(void) {
  const char* name = edge_copy("no/such", sizeof "no/such");
  expect(syscall(SYS_openat, AT_FDCWD, name, O_RDONLY | O_CLOEXEC), "openat(AT_FDCWD, \"no/such\", O_RDONLY|O_CLOEXEC)");
  expect(syscall(SYS_openat, -1, name, O_WRONLY | O_CREAT | O_EXCL, 0640),
         "openat(-1, \"no/such\", O_WRONLY|O_CREAT|O_EXCL, 0640)");
  expect(syscall(SYS_openat, AT_FDCWD, "file", O_RDWR | O_CREAT, 0600), "openat(AT_FDCWD, \"file\", O_RDWR|O_CREAT, 0600)");
  expect(syscall(SYS_openat, AT_FDCWD, name + 8, O_RDONLY), "openat(AT_FDCWD, %p, O_RDONLY)", (void*)(name + 8));
  expect(syscall(SYS_openat, AT_FDCWD, 0, O_RDONLY | 0x80000000), "openat(AT_FDCWD, NULL, O_RDONLY|0x80000000)");
  struct open_how how = {.flags = O_RDONLY | O_DIRECTORY, .resolve = RESOLVE_NO_SYMLINKS};
  expect(syscall(SYS_openat2, AT_FDCWD, name, &how, sizeof how),
         "openat2(AT_FDCWD, \"no/such\", {flags=O_RDONLY|O_DIRECTORY, resolve=RESOLVE_NO_SYMLINKS}, 24)");
  return finish();
}
