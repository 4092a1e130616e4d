// CallWriter: changes what a stopped thread is about to call, and what its call has returned.
#pragma once

#include <span>

#include "capture/ptrace/tracee.h"

namespace sysray::capture::ptrace {

// Each returns false if the thread can't be changed: it was killed. Registers are written with PTRACE_SET_SYSCALL_INFO
// (Linux 6.16), or directly where that does not exist.
class CallWriter {
 public:
  // `syscall_info`: false leaves PTRACE_SET_SYSCALL_INFO alone.
  explicit CallWriter(bool syscall_info) : syscall_info_(syscall_info) {}

  // At a syscall-enter-stop or seccomp stop: another number of the ABI that the call is of; no_call: the kernel makes
  // no call.
  bool replace_call(const Tracee& tracee, u64 number);
  // At a syscall-exit-stop.
  bool replace_result(const Tracee& tracee, s64 value, bool is_error);
  // Whether PTRACE_SET_SYSCALL_INFO is in use, found out by setting what is there; at one of these stops.
  bool sets_syscall_info(Tid tid);

 private:
  template <typename Change>
  bool change_info(Tid tid, Change change);
  bool syscall_info_;
};

// Writes to the memory of a stopped thread, read-only pages included; how many bytes could be written.
size_t write_memory(Tid tid, RemoteAddress to, std::span<const std::byte> bytes);

}  // namespace sysray::capture::ptrace
