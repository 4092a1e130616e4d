#include "capture/ptrace/call_writer.h"

#include <errno.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#include <algorithm>
#include <cstring>

#include "abi/registers.h"

namespace sysray::capture::ptrace {
namespace {

constexpr int ptrace_set_syscall_info = 0x4212;  // linux/ptrace.h of 6.16

bool poke_register(Tid tid, size_t offset, u64 value) {
  return ::ptrace(PTRACE_POKEUSER, number(tid), offsetof(user, regs) + offset, value) == 0;
}

// Words, aligned, so that none of them reaches into a page that was not asked for.
size_t poke_words(Tid tid, RemoteAddress to, std::span<const std::byte> bytes) {
  size_t done = 0;
  while (done < bytes.size()) {
    u64 address = to.value + done;
    size_t offset = address % sizeof(long);
    size_t n = std::min(bytes.size() - done, sizeof(long) - offset);
    errno = 0;
    long word = ::ptrace(PTRACE_PEEKDATA, number(tid), address - offset, nullptr);
    if (errno) break;
    memcpy(reinterpret_cast<std::byte*>(&word) + offset, bytes.data() + done, n);
    if (::ptrace(PTRACE_POKEDATA, number(tid), address - offset, word) < 0) break;
    done += n;
  }
  return done;
}

}  // namespace

// False also if the kernel has no such request: then `syscall_info_` is false.
template <typename Change>
bool CallWriter::change_info(Tid tid, Change change) {
  __ptrace_syscall_info info;
  if (::ptrace(PTRACE_GET_SYSCALL_INFO, number(tid), sizeof info, &info) > 0) {
    change(info);
    if (::ptrace(static_cast<__ptrace_request>(ptrace_set_syscall_info), number(tid), sizeof info, &info) == 0)
      return true;
  }
  if (errno != ESRCH) syscall_info_ = false;
  return false;
}

bool CallWriter::replace_call(const Tracee& tracee, u64 replacement) {
  if (replacement != event::no_call && tracee.abi == event::Abi::x32) replacement |= abi::x32_bit;
  if (syscall_info_) {
    // The part that begins `seccomp` is that of `entry`.
    if (change_info(tracee.tid, [&](__ptrace_syscall_info& info) { info.entry.nr = replacement; })) return true;
    if (syscall_info_) return false;
  }
  return poke_register(tracee.tid, offsetof(user_regs_struct, orig_rax), replacement);
}

bool CallWriter::replace_result(const Tracee& tracee, s64 value, bool is_error) {
  if (syscall_info_) {
    auto change = [&](__ptrace_syscall_info& info) {
      info.exit.rval = value;
      info.exit.is_error = is_error;
    };
    if (change_info(tracee.tid, change)) return true;
    if (syscall_info_) return false;
  }
  return poke_register(tracee.tid, offsetof(user_regs_struct, rax), static_cast<u64>(value));
}

bool CallWriter::sets_syscall_info(Tid tid) {
  return syscall_info_ && change_info(tid, [](__ptrace_syscall_info&) {});
}

size_t write_memory(Tid tid, RemoteAddress to, std::span<const std::byte> bytes) {
  iovec local{const_cast<std::byte*>(bytes.data()), bytes.size()};
  iovec remote{reinterpret_cast<void*>(to.value), bytes.size()};
  ssize_t n = process_vm_writev(number(tid), &local, 1, &remote, 1, 0);
  if (n == static_cast<ssize_t>(bytes.size())) return bytes.size();
  // Not allowed, not available, or a page that the tracee itself must not write to.
  size_t done = n > 0 ? static_cast<size_t>(n) : 0;
  return done + poke_words(tid, to + done, bytes.subspan(done));
}

}  // namespace sysray::capture::ptrace
