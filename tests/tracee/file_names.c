// Files by names and handles: openat2(2), linkat(2), name_to_handle_at(2), getdents64(2); memory that ends.
// options: -e trace=openat2,linkat,open_by_handle_at,name_to_handle_at,mkdirat,unlinkat,getdents64,faccessat2 -v
#include <fcntl.h>

#include "expect.h"

int main(void) {
  setvbuf(stdout, 0, _IOFBF, 1 << 16);
  struct { uint64_t flags, mode, resolve, more; } how = {O_CREAT | O_RDWR, 0600, 1, 9};
  expect(syscall(SYS_openat2, AT_FDCWD, "", &how, 24L),
         "openat2(AT_FDCWD, \"\", {flags=O_RDWR|O_CREAT, mode=0600, resolve=RESOLVE_NO_XDEV}, 24)");
  expect(syscall(SYS_openat2, -1, "", &how, 32L),
         "openat2(-1, \"\", {flags=O_RDWR|O_CREAT, mode=0600, resolve=RESOLVE_NO_XDEV, "
         "/* bytes 24..31 */ \"\\x09\\x00\\x00\\x00\\x00\\x00\\x00\\x00\"}, 32)");
  expect(syscall(SYS_openat2, -1, "", &how, 8L), "openat2(-1, \"\", %p, 8)", (void*)&how);
  char* name = edge_copy("abc", 3);  // without its end
  expect(syscall(SYS_linkat, -1, name, AT_FDCWD, "x", 0x1400L), "linkat(-1, %p, AT_FDCWD, \"x\", AT_SYMLINK_FOLLOW|AT_EMPTY_PATH)", (void*)name);
  struct { unsigned bytes; int type; unsigned char handle[140]; } handle = {130, 2, "ab"};
  char* cut = edge_copy(&handle, 8);
  expect(syscall(SYS_open_by_handle_at, -1, cut, 0L),
         "open_by_handle_at(-1, {handle_bytes=130, handle_type=2, f_handle=???}, O_RDONLY)");
  handle.bytes = 2;
  expect(syscall(SYS_open_by_handle_at, -1, &handle, 0L),
         "open_by_handle_at(-1, {handle_bytes=2, handle_type=2, f_handle=\"\\x61\\x62\"}, O_RDONLY)");
  expect(syscall(SYS_mkdirat, AT_FDCWD, "d", 0755L), "mkdirat(AT_FDCWD, \"d\", 0755)");
  expect(syscall(SYS_mkdirat, AT_FDCWD, "d", 0L), "mkdirat(AT_FDCWD, \"d\", 000)");
  expect(syscall(SYS_unlinkat, AT_FDCWD, "d", (long)AT_REMOVEDIR), "unlinkat(AT_FDCWD, \"d\", AT_REMOVEDIR)");
  expect(syscall(SYS_getdents64, -1, &handle, 64L), "getdents64(-1, %p, 64)", (void*)&handle);
  expect(syscall(SYS_faccessat2, -1, "x", 5L, 0x200L), "faccessat2(-1, \"x\", R_OK|X_OK, AT_EACCESS)");
  return finish();
}
