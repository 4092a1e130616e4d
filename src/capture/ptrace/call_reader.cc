#include "capture/ptrace/call_reader.h"

#include <elf.h>
#include <errno.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

namespace sysray::capture::ptrace {
namespace {

// Whether the instruction in front of `after` is `int $0x80`. A thread in 64-bit mode is otherwise taken to have used
// `syscall`.
bool behind_int80(Tid tid, u64 after) {
  errno = 0;
  u64 start = after - 2;
  u64 aligned = start & ~u64{7};
  u64 word = static_cast<u64>(::ptrace(PTRACE_PEEKTEXT, number(tid), aligned, nullptr));
  if (errno) return false;
  u64 shift = (start - aligned) * 8;
  u64 bytes = word >> shift;
  if (shift == 56) {
    u64 next = static_cast<u64>(::ptrace(PTRACE_PEEKTEXT, number(tid), aligned + 8, nullptr));
    if (errno) return false;
    bytes |= next << 8;
  }
  return (bytes & 0xffff) == 0x80cd;
}

}  // namespace

CallReading CallReader::read(const Tracee& tracee) {
  CallReading reading;
  if (syscall_info_) {
    __ptrace_syscall_info info;
    long size = ::ptrace(PTRACE_GET_SYSCALL_INFO, number(tracee.tid), sizeof info, &info);
    if (size > 0) {
      abi::CallRegisters& out = reading.registers;
      out.instruction_pointer = info.instruction_pointer;
      out.stack_pointer = info.stack_pointer;
      switch (info.op) {
        case PTRACE_SYSCALL_INFO_ENTRY:
        case PTRACE_SYSCALL_INFO_SECCOMP: {  // `seccomp` begins as `entry` does
          auto call = abi::call_number(info.arch, info.entry.nr);
          if (!call) return reading;
          out.call = *call;
          for (size_t i = 0; i < out.args.size(); i++) out.args[i] = info.entry.args[i];
          reading.stop = CallStop::enter;
          return reading;
        }
        case PTRACE_SYSCALL_INFO_EXIT:
          out.result = info.exit.rval;
          out.is_error = info.exit.is_error;
          reading.stop = CallStop::exit;
          return reading;
      }
      reading.stop = CallStop::none;
      return reading;
    }
    if (errno == ESRCH) return reading;
    syscall_info_ = false;
  }
  if (auto registers = read_registers(tracee.tid)) {
    reading.registers = *registers;
    reading.stop = tracee.progress == Progress::outside ? CallStop::enter : CallStop::exit;
  }
  return reading;
}

std::optional<abi::CallRegisters> CallReader::read_registers(Tid tid) const {
  union {
    user_regs_struct wide;
    abi::UserRegisters32 narrow;
  } registers;
  iovec area{&registers, sizeof registers};
  if (::ptrace(PTRACE_GETREGSET, number(tid), NT_PRSTATUS, &area) == 0) {
    // The kernel answers in the layout of the mode that the thread is in.
    if (area.iov_len == sizeof registers.narrow) return abi::call_registers(registers.narrow);
  } else if (errno == ESRCH || ::ptrace(PTRACE_GETREGS, number(tid), nullptr, &registers) < 0) {
    return std::nullopt;
  }
  constexpr u64 code_segment_32 = 0x23;  // __USER32_CS
  bool narrow = registers.wide.cs == code_segment_32 || behind_int80(tid, registers.wide.rip);
  return abi::call_registers(registers.wide, narrow);
}

}  // namespace sysray::capture::ptrace
