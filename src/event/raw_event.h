// RawEvent: what capture delivers to decode. Numbers, registers and times; memory is reached through a MemoryView.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "base/types.h"

namespace sysray::event {

// ABI of one system call (not of the process: `int 0x80` makes an i386 call from a 64-bit program).
enum class Abi : u8 { x86_64 = 0, i386 = 1, x32 = 2 };
inline constexpr size_t abi_count = 3;

enum class RawKind : u8 {
  call_enter,
  call_exit,
  signal,      // a signal is about to be delivered: `siginfo` (PTRACE_GETSIGINFO)
  group_stop,  // the thread is stopped by signal `status` (job control)
  exited,      // exit status in `status`
  killed,      // ended by signal `status`; `core_dumped`
  superseded,  // another thread of the process called execve: `tid` goes on as thread `other`'s successor
  exec,        // execve succeeded (PTRACE_EVENT_EXEC), before its call_exit
  attached,    // tracing of the thread begins; `other` is its creator, or 0 if it existed before
  detached,    // the thread is traced no longer, and lives on
  lost,        // `status` events of the thread were not captured at this point; tid 0: of threads that are not known
};

inline constexpr u64 no_call = ~u64{0};

// What tampering did to a call; complete at its exit.
struct Tampering {
  bool args = false;     // bytes behind arguments were overwritten
  bool result = false;   // the call was not made, and its result is made up
  bool delayed = false;  // by `delay_enter` before it was made, `delay_exit` after; either may be 0
  u8 signal = 0;         // sent to the thread at its entry
  Nanoseconds delay_enter = 0;
  Nanoseconds delay_exit = 0;
  bool any() const { return args || result || delayed || signal; }
};

// What socket was behind a descriptor at that moment, for sources that know better than a look at it later.
struct SocketFact {
  bool known = false;
  s32 descriptor = 0;
  s32 protocol = 0;  // of a netlink socket its family, -1: it is none
};

class CapturedFiles;
class EndedTasks;

struct RawEvent {
  RawKind kind{};
  Abi abi{};
  bool is_error = false;   // call_exit: `result` is a negated errno value
  bool has_result = true;  // call_exit: false when the call has no result to show (`= ?`)
  bool core_dumped = false;
  bool siginfo_valid = false;
  Tid tid{};
  Tgid tgid{};
  Tid other{};
  s32 status = 0;
  u64 number = 0;  // system call number as the kernel saw it, without ABI bits
  std::array<u64, 6> args{};
  s64 result = 0;
  u64 resumes = no_call;  // call_enter of restart_syscall: number of the call that it resumes, if known
  u64 instruction_pointer = 0;
  u64 stack_pointer = 0;
  Nanoseconds time = 0;                  // CLOCK_REALTIME
  Nanoseconds monotonic = 0;             // CLOCK_MONOTONIC
  Nanoseconds system_time = 0;           // system CPU time of the thread so far, if the source was asked for it
  std::array<std::byte, 128> siginfo{};  // signal: as the tracer's native ABI lays it out
  Tampering tampering;                   // call_exit
  SocketFact socket;                     // calls
  const CapturedFiles* files = nullptr;  // calls, from sources that capture them; valid during the callback
  EndedTasks* ended = nullptr;           // calls, from sources that note names; valid during the callback
  u32 network = 0;                       // calls: inode number of the thread's network namespace; 0: not known
  std::string_view comm;                 // name of the thread, valid during the callback
};

}  // namespace sysray::event
