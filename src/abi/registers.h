// From a tracee's registers to the numbers of its system call: which registers carry what, by ABI.
#pragma once

#include <sys/user.h>

#include <array>
#include <optional>

#include "base/types.h"
#include "event/raw_event.h"

namespace sysray::abi {

// Set in the number of an x32 call (__X32_SYSCALL_BIT, asm/unistd.h).
inline constexpr u64 x32_bit = 0x40000000;

struct CallNumber {
  event::Abi abi{};
  u64 number = 0;  // without x32_bit
};

// From an AUDIT_ARCH_* value (linux/audit.h) and a number as the kernel saw it; nullopt: an architecture unknown here.
std::optional<CallNumber> call_number(u32 audit_arch, u64 number);

// AUDIT_ARCH_* of an ABI.
u32 audit_arch(event::Abi abi);

struct CallRegisters {
  CallNumber call;
  std::array<u64, 6> args{};  // valid at the entry of the call
  s64 result = 0;             // valid at its exit
  bool is_error = false;      // `result` is a negated errno value
  u64 instruction_pointer = 0;
  u64 stack_pointer = 0;
};

// NT_PRSTATUS registers of a thread in 64-bit mode, x86_64 or x32. `int80`: the call was made by `int $0x80`, which
// takes the i386 number and arguments from the low halves of the registers; the registers alone do not tell.
CallRegisters call_registers(const user_regs_struct& registers, bool int80);

// The same for a thread in 32-bit mode: user_regs_struct of i386 (asm/user_32.h).
struct UserRegisters32 {
  u32 ebx, ecx, edx, esi, edi, ebp, eax, xds, xes, xfs, xgs, orig_eax, eip, xcs, eflags, esp, xss;
};
CallRegisters call_registers(const UserRegisters32& registers);

}  // namespace sysray::abi
