// The mount calls, old and new, of which none does anything here.
// options: -e trace=mount,umount2,fsconfig,fsopen,move_mount,mount_setattr,open_tree -s 8
#include <fcntl.h>

#include "expect.h"

int main(void) {
  setvbuf(stdout, 0, _IOFBF, 1 << 16);
  char* cut = edge_copy("ext4", 4);
  expect(syscall(SYS_mount, "src", "/nowhere/at/all", cut, 0x1005L, 0L),
         "mount(\"src\", \"/nowhere/at/all\", %p, MS_RDONLY|MS_NODEV|MS_BIND, NULL)", (void*)cut);
  expect(syscall(SYS_umount2, "/nowhere/at/all", 9L), "umount2(\"/nowhere/at/all\", MNT_FORCE|UMOUNT_NOFOLLOW)");
  expect(syscall(SYS_fsopen, 0L, 1L), "fsopen(NULL, FSOPEN_CLOEXEC)");
  expect(syscall(SYS_fsconfig, -1, 1L, "source", "value", 0L), "fsconfig(-1, FSCONFIG_SET_STRING, \"source\", \"value\", 0)");
  expect(syscall(SYS_fsconfig, -1, 2L, "k", "\1\2\3", 3L), "fsconfig(-1, FSCONFIG_SET_BINARY, \"k\", \"\\x01\\x02\\x03\", 3)");
  expect(syscall(SYS_fsconfig, -1, 0x99L, 0L, 0L, 0L), "fsconfig(-1, 0x99 /* FSCONFIG_??? */, NULL, NULL, 0)");
  expect(syscall(SYS_move_mount, -1, "a", AT_FDCWD, "b", 0x44L),
         "move_mount(-1, \"a\", AT_FDCWD, \"b\", MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH)");
  uint64_t attr[4] = {1, 2, 1 << 18, ~0ull};
  expect(syscall(SYS_mount_setattr, -1, "x", 0L, attr, 32L),
         "mount_setattr(-1, \"x\", 0, {attr_set=MOUNT_ATTR_RDONLY, attr_clr=MOUNT_ATTR_NOSUID, propagation=MS_PRIVATE, "
         "userns_fd=18446744073709551615}, 32)");
  uint64_t* end = edge_copy(attr, 24);
  expect(syscall(SYS_mount_setattr, -1, "x", 0L, end, 32L), "mount_setattr(-1, \"x\", 0, %p, 32)", (void*)end);
  expect(syscall(SYS_open_tree, -1, "x", 0x80001L), "open_tree(-1, \"x\", OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC)");
  return finish();
}
