#include "capture/bpf/ended_names.h"

#include <string.h>

namespace sysray::capture::bpf {

std::optional<std::string_view> EndedNames::name_of(Tid tid) {
  const bpf_ended& found = slot(tid);
  if (__atomic_load_n(&found.tid, __ATOMIC_ACQUIRE) != number(tid)) return std::nullopt;
  memcpy(name_, found.name, sizeof name_);
  __atomic_thread_fence(__ATOMIC_ACQUIRE);
  if (__atomic_load_n(&found.tid, __ATOMIC_RELAXED) != number(tid)) return std::nullopt;
  return std::string_view(name_, strnlen(name_, sizeof name_));
}

void EndedNames::forget(Tid tid) {
  s32 own = number(tid);
  __atomic_compare_exchange_n(&slot(tid).tid, &own, 0, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

}  // namespace sysray::capture::bpf
