#include "capture/ptrace/seccomp_filter.h"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

#include <cstddef>
#include <span>

#include "abi/registers.h"

namespace sysray::capture::ptrace {
namespace {

constexpr u32 traced = SECCOMP_RET_TRACE;
constexpr u32 allowed = SECCOMP_RET_ALLOW;
constexpr size_t farthest_jump = 255;  // jt and jf are bytes

sock_filter statement(u16 code, u32 k) { return BPF_STMT(code, k); }
sock_filter jump(u16 code, u32 k, u8 if_true, u8 if_false) { return BPF_JUMP(code, k, if_true, if_false); }

using Program = std::vector<sock_filter>;

void append(Program& to, const Program& part) { to.insert(to.end(), part.begin(), part.end()); }

// Numbers at which the answer changes; below the first it is `allowed`.
std::vector<u32> boundaries(const std::bitset<SyscallSet::size>& calls, u32 base, u32 joined_gap) {
  std::vector<u32> out;
  bool in_run = false;
  for (u32 number = 0; number < SyscallSet::size; number++) {
    if (calls[number] == in_run) continue;
    if (!in_run && !out.empty() && base + number - out.back() <= joined_gap) {
      out.pop_back();
    } else {
      out.push_back(base + number);
    }
    in_run = calls[number];
  }
  // Numbers past the end are always traced.
  if (!in_run) out.push_back(base + SyscallSet::size);
  return out;
}

// The number is in A. `below`: the answer for numbers under the first boundary.
Program search(std::span<const u32> bounds, u32 below) {
  if (bounds.empty()) return {statement(BPF_RET | BPF_K, below)};
  size_t middle = bounds.size() / 2;
  u32 above = middle % 2 == 0 ? (below == traced ? allowed : traced) : below;  // each boundary turns the answer
  Program lower = search(bounds.first(middle), below);
  Program upper = search(bounds.subspan(middle + 1), above);
  Program out;
  if (lower.size() <= farthest_jump) {
    out.push_back(jump(BPF_JMP | BPF_JGE | BPF_K, bounds[middle], static_cast<u8>(lower.size()), 0));
  } else {
    out.push_back(jump(BPF_JMP | BPF_JGE | BPF_K, bounds[middle], 0, 1));
    out.push_back(statement(BPF_JMP | BPF_JA, static_cast<u32>(lower.size())));
  }
  append(out, lower);
  append(out, upper);
  return out;
}

Program build(const SyscallSet& calls, u32 joined_gap) {
  auto part = [&](event::Abi abi, u32 base) {
    return search(boundaries(calls.calls[static_cast<size_t>(abi)], base, joined_gap), allowed);
  };
  Program native = part(event::Abi::x86_64, 0);
  Program x32 = part(event::Abi::x32, static_cast<u32>(abi::x32_bit));
  Program i386 = part(event::Abi::i386, 0);

  Program out;
  out.push_back(statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)));
  // i386 stands last: 4 instructions and two searches ahead.
  out.push_back(jump(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 3, 0));
  out.push_back(jump(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_I386, 1, 0));
  out.push_back(statement(BPF_RET | BPF_K, traced));
  out.push_back(statement(BPF_JMP | BPF_JA, static_cast<u32>(3 + native.size() + x32.size())));
  out.push_back(statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
  out.push_back(jump(BPF_JMP | BPF_JGE | BPF_K, static_cast<u32>(abi::x32_bit), 0, 1));
  out.push_back(statement(BPF_JMP | BPF_JA, static_cast<u32>(native.size())));
  append(out, native);
  append(out, x32);
  out.push_back(statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
  append(out, i386);
  return out;
}

}  // namespace

std::vector<sock_filter> seccomp_filter(const SyscallSet& calls) {
  for (u32 joined_gap = 0;; joined_gap = joined_gap * 2 + 1) {
    Program program = build(calls, joined_gap);
    if (program.size() <= BPF_MAXINSNS) return program;
  }
}

namespace {

constexpr u64 seccomp_call[event::abi_count] = {317, 354, 317};  // by event::Abi
constexpr u64 prctl_call[event::abi_count] = {157, 172, 157};

}  // namespace

SyscallSet with_filter_makers(SyscallSet calls) {
  for (size_t abi = 0; abi < event::abi_count; abi++) {
    calls.calls[abi].set(seccomp_call[abi]);
    calls.calls[abi].set(prctl_call[abi]);
  }
  return calls;
}

bool is_filter_maker(event::Abi abi, u64 number) {
  const auto index = static_cast<size_t>(abi);
  return number == seccomp_call[index] || number == prctl_call[index];
}

FilterMade filter_made(event::Abi abi, u64 number, std::span<const u64> args) {
  const auto index = static_cast<size_t>(abi);
  if (number == prctl_call[index]) return args[0] == PR_SET_SECCOMP ? FilterMade::own : FilterMade::none;
  if (number != seccomp_call[index] || args[0] > SECCOMP_SET_MODE_FILTER) return FilterMade::none;
  const bool for_all = args[0] == SECCOMP_SET_MODE_FILTER && (args[1] & SECCOMP_FILTER_FLAG_TSYNC) != 0;
  return for_all ? FilterMade::shared : FilterMade::own;
}

}  // namespace sysray::capture::ptrace
