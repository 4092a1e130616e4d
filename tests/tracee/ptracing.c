// ptrace(2): structures that are passed with a length, and end in the middle of a field.
// options: -e trace=ptrace
#include <sys/ptrace.h>

#include "expect.h"

int main(void) {
  const int nobody = 0x7fffffff;
  unsigned char info[80] = {1, 0, 0x21, 0x43, 0x3e, 0, 0, 0xc0};  // an entry of x86_64
  info[24] = 186;
  info[32] = 7;
  void* gone = at_edge(8);
  uint64_t set = 1 << 9;
  struct { void* base; size_t size; } regs = {gone, 9};
  expect(syscall(SYS_ptrace, 0x4212, nobody, 3L, info), "ptrace(PTRACE_SET_SYSCALL_INFO, %d, 3, {op=PTRACE_SYSCALL_INFO_ENTRY, flags=0x21})", nobody);
  expect(syscall(SYS_ptrace, 0x4212, nobody, 40L, info),
         "ptrace(PTRACE_SET_SYSCALL_INFO, %d, 40, {op=PTRACE_SYSCALL_INFO_ENTRY, flags=0x4321, arch=AUDIT_ARCH_X86_64, "
         "instruction_pointer=NULL, stack_pointer=NULL, entry={nr=__NR_gettid, args=[0x7]}})", nobody);
  info[4] = 3, info[7] = 0x40;  // of i386: the number is another call's
  expect(syscall(SYS_ptrace, 0x4212, nobody, 32L, info),
         "ptrace(PTRACE_SET_SYSCALL_INFO, %d, 32, {op=PTRACE_SYSCALL_INFO_ENTRY, flags=0x4321, arch=AUDIT_ARCH_I386, "
         "instruction_pointer=NULL, stack_pointer=NULL, entry={nr=186 /* sigaltstack */}})", nobody);
  expect(syscall(SYS_ptrace, 0x4212, nobody, 16L, gone), "ptrace(PTRACE_SET_SYSCALL_INFO, %d, 16, %p)", nobody, gone);
  expect(syscall(SYS_ptrace, 0x420b, nobody, 8L, &set), "ptrace(PTRACE_SETSIGMASK, %d, 8, [USR1])", nobody);
  expect(syscall(SYS_ptrace, 0x4205, nobody, 1L, &regs), "ptrace(PTRACE_SETREGSET, %d, NT_PRSTATUS, {iov_base=%p, iov_len=9})", nobody, gone);
  expect(syscall(SYS_ptrace, 0x7777, nobody, 1L, 2L), "ptrace(0x7777 /* PTRACE_??? */, %d, 0x1, 0x2)", nobody);
  return finish();
}
