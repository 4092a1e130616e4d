// CallReader: what a stopped thread's registers say of its system call.
#pragma once

#include "abi/registers.h"
#include "capture/ptrace/tracee.h"

namespace sysray::capture::ptrace {

enum class CallStop : u8 {
  enter,  // `call` and `args` are valid
  exit,   // `result` is valid; `call` only after read_registers()
  none,   // no call is going on
  gone,   // the thread can't be asked: it was killed, or runs
};

struct CallReading {
  CallStop stop = CallStop::gone;
  abi::CallRegisters registers;
};

class CallReader {
 public:
  // `syscall_info`: ask with PTRACE_GET_SYSCALL_INFO, which knows entry, exit and ABI (Linux 5.3); where it does not
  // exist, or without `syscall_info`, the registers are read, and entry and exit are told apart by the tracee's
  // progress.
  explicit CallReader(bool syscall_info) : syscall_info_(syscall_info) {}

  // At a syscall or seccomp stop.
  CallReading read(const Tracee& tracee);
  // Registers at any stop; nullopt when the thread is gone.
  std::optional<abi::CallRegisters> read_registers(Tid tid) const;

  bool uses_syscall_info() const { return syscall_info_; }

 private:
  bool syscall_info_;
};

}  // namespace sysray::capture::ptrace
