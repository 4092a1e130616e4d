// Seccomp filter: makes the kernel stop a thread only at the calls that are traced.
#pragma once

#include <linux/filter.h>

#include <span>
#include <vector>

#include "capture/source.h"

namespace sysray::capture::ptrace {

// Classic BPF over struct seccomp_data (seccomp(2)): SECCOMP_RET_TRACE for the calls of the set, by architecture,
// SECCOMP_RET_ALLOW for the others. A binary search over runs of numbers out of comparisons and returns of constants
// only, so that the kernel can answer "allow" from its cache without running the program (Linux 5.11). If the program
// would exceed BPF_MAXINSNS, neighbouring runs are joined: more calls stop than were asked for, never fewer.
std::vector<sock_filter> seccomp_filter(const SyscallSet& calls);

// The set with the calls by which a thread gets a filter of its own. What that one refuses does not come to the tracer,
// since a refusal outranks SECCOMP_RET_TRACE.
SyscallSet with_filter_makers(SyscallSet calls);
// Whether the number is that of one of these calls.
bool is_filter_maker(event::Abi abi, u64 number);

// What a call does to the filters of its thread, or of all threads of the process.
enum class FilterMade : u8 { none, own, shared };
FilterMade filter_made(event::Abi abi, u64 number, std::span<const u64> args);

}  // namespace sysray::capture::ptrace
