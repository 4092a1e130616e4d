// Creating, limiting and waiting for processes; extensible structures.
// options: -e trace=clone3,unshare,setns,setrlimit,wait4,waitid,kcmp,getgroups,setresuid,capget,process_vm_readv
#include <sys/resource.h>

#include "expect.h"

int main(void) {
  uint64_t args[12] = {0x100ull << 32 | 0x4000, 0, 0, 0, 17, 0, 0x1000, 0, 0, 0, 0, 5};
  void* gone = at_edge(4);
  struct rlimit limit = {4096, RLIM_INFINITY};
  struct { uint32_t version; int pid; } header = {1, 0};
  expect(syscall(SYS_clone3, args, 96L),
         "clone3({flags=CLONE_VFORK|0x10000000000, exit_signal=SIGCHLD, stack=NULL, stack_size=0x1000, /* bytes 88..95 */ "
         "\"\\x05\\x00\\x00\\x00\\x00\\x00\\x00\\x00\"}, 96)");
  expect(syscall(SYS_clone3, args, 8L), "clone3(%p, 8)", (void*)args);
  expect(syscall(SYS_unshare, 1L), "unshare(0x1 /* CLONE_??? */)");
  expect(syscall(SYS_setns, -1, 0x20000000), "setns(-1, CLONE_NEWPID)");
  expect(syscall(SYS_setrlimit, 99, &limit), "setrlimit(0x63 /* RLIMIT_??? */, {rlim_cur=4*1024, rlim_max=RLIM64_INFINITY})");
  expect(syscall(SYS_wait4, -1, gone, 1, 0L), "wait4(-1, %p, WNOHANG, NULL)", gone);
  expect(syscall(SYS_waitid, 9, 1, gone, 4, 0L), "waitid(0x9 /* P_??? */, 1, %p, WEXITED, NULL)", gone);
  expect(syscall(SYS_kcmp, 1, 0x7fffffff, 99, 1L, 2L), "kcmp(1, 2147483647, 0x63 /* KCMP_??? */, 0x1, 0x2)");
  expect(syscall(SYS_getgroups, -1, gone), "getgroups(-1, %p)", gone);
  expect(syscall(SYS_setresuid, -1, -1, -1), "setresuid(-1, -1, -1)");
  expect(syscall(SYS_capget, &header, 0L), "capget({version=0x1 /* _LINUX_CAPABILITY_VERSION_??? */, pid=0}, NULL)");
  expect(syscall(SYS_process_vm_readv, 0x7fffffff, gone, 1L, gone, 1L, 0L), "process_vm_readv(2147483647, %p, 1, %p, 1, 0)", gone, gone);
  return finish();
}
