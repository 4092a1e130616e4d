// Where members lie in the running kernel's own types: for those that the BPF program needs so rarely that it had
// better not name them (each type that it names takes time at every start).
#pragma once

#include <span>
#include <string_view>

#include "base/result.h"
#include "base/types.h"

namespace sysray::capture::bpf {

struct Member {
  std::string_view structure;
  std::string_view name;
  u32* offset;  // in bytes, is put here
};

// Looks up all of them in /sys/kernel/btf/vmlinux.
Result<void> find_members(std::span<const Member> members);

}  // namespace sysray::capture::bpf
