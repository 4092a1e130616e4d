#include "capture/bpf/ended_names.h"

#include <string.h>

#include <cstddef>

namespace sysray::capture::bpf {

std::optional<std::string_view> EndedNames::name_of(Tid tid) {
  const bpf_ended& found = slot(tid);
  if (__atomic_load_n(&found.tid, __ATOMIC_ACQUIRE) != number(tid)) return std::nullopt;
  // What comes next is read later than these.
  static_assert(sizeof name_ == 2 * sizeof(u64) && offsetof(bpf_ended, name) % sizeof(u64) == 0);
  for (size_t at = 0; at < sizeof name_; at += sizeof(u64)) {
    const u64 part = __atomic_load_n(reinterpret_cast<const u64*>(found.name + at), __ATOMIC_ACQUIRE);
    memcpy(name_ + at, &part, sizeof part);
  }
  if (__atomic_load_n(&found.tid, __ATOMIC_RELAXED) != number(tid)) return std::nullopt;
  return std::string_view(name_, strnlen(name_, sizeof name_));
}

void EndedNames::forget(Tid tid) {
  s32 own = number(tid);
  __atomic_compare_exchange_n(&slot(tid).tid, &own, 0, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

}  // namespace sysray::capture::bpf
