#include "cli/short_reads.h"

#include <errno.h>
#include <fmt/format.h>
#include <string.h>

namespace sysray::cli {

event::MemoryView::StringRead ShortReads::read_string(RemoteAddress from, char* to, size_t limit) {
  const StringRead got = inner_.read_string(from, to, limit);
  note_uncertain_of(inner_);
  if (got.faulted && got.length > 0) {
    messages_.say(fmt::format("short read ({} < {}) @{:#x}: {}", got.length, limit, from.value, strerror(EFAULT)));
  }
  return got;
}

}  // namespace sysray::cli
