#include "abi/registers.h"

#include <linux/audit.h>

namespace sysray::abi {
namespace {

constexpr s64 max_errno = 4095;

void set_result(CallRegisters& out, s64 value) {
  out.result = value;
  out.is_error = value < 0 && value >= -max_errno;
}

}  // namespace

std::optional<CallNumber> call_number(u32 audit_arch, u64 number) {
  // The kernel's number is a signed int: -1 is no call with an ABI bit.
  u64 low = static_cast<u32>(number);
  if (audit_arch == AUDIT_ARCH_I386) return CallNumber{event::Abi::i386, low};
  if (audit_arch != AUDIT_ARCH_X86_64) return std::nullopt;
  if (static_cast<s32>(low) >= 0 && (low & x32_bit)) return CallNumber{event::Abi::x32, low & ~x32_bit};
  return CallNumber{event::Abi::x86_64, low};
}

u32 audit_arch(event::Abi abi) { return abi == event::Abi::i386 ? AUDIT_ARCH_I386 : AUDIT_ARCH_X86_64; }

CallRegisters call_registers(const user_regs_struct& r, bool int80) {
  CallRegisters out;
  if (int80) {
    out.call = {event::Abi::i386, static_cast<u32>(r.orig_rax)};
    for (size_t i = 0; u64 arg : {r.rbx, r.rcx, r.rdx, r.rsi, r.rdi, r.rbp}) out.args[i++] = static_cast<u32>(arg);
    set_result(out, static_cast<s32>(r.rax));
  } else {
    out.call = *call_number(AUDIT_ARCH_X86_64, r.orig_rax);
    out.args = {r.rdi, r.rsi, r.rdx, r.r10, r.r8, r.r9};
    set_result(out, static_cast<s64>(r.rax));
  }
  out.instruction_pointer = r.rip;
  out.stack_pointer = r.rsp;
  return out;
}

CallRegisters call_registers(const UserRegisters32& r) {
  CallRegisters out;
  out.call = {event::Abi::i386, r.orig_eax};
  out.args = {r.ebx, r.ecx, r.edx, r.esi, r.edi, r.ebp};
  set_result(out, static_cast<s32>(r.eax));
  out.instruction_pointer = r.eip;
  out.stack_pointer = r.esp;
  return out;
}

}  // namespace sysray::abi
