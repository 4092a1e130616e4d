#include "event/memory_snapshot.h"

#include <algorithm>
#include <cstring>

namespace sysray::event {

std::vector<MemorySnapshot::Stored>::iterator MemorySnapshot::behind(u64 address) {
  return std::partition_point(ranges_.begin(), ranges_.end(), [&](const Stored& r) { return r.end() <= address; });
}

void MemorySnapshot::add(RemoteAddress at, std::span<const std::byte> bytes, bool uncertain) {
  // Up to the last address: nothing is mapped behind it.
  if (bytes.size() > ~u64{0} - at.value) bytes = bytes.first(~u64{0} - at.value);
  u64 from = at.value;
  while (!bytes.empty()) {
    auto next = behind(from);
    if (next != ranges_.end() && next->address <= from) {  // known already
      size_t known = std::min<u64>(bytes.size(), next->end() - from);
      bytes = bytes.subspan(known);
      from += known;
      continue;
    }
    size_t gap = bytes.size();
    if (next != ranges_.end()) gap = std::min<u64>(gap, next->address - from);
    ranges_.insert(next, {from, gap, bytes_.size(), uncertain});
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(gap));
    bytes = bytes.subspan(gap);
    from += gap;
  }
}

void MemorySnapshot::clear() {
  ranges_.clear();
  bytes_.clear();
  take_uncertain();
}

size_t MemorySnapshot::read(RemoteAddress from, void* to, size_t size) {
  std::byte* out = static_cast<std::byte*>(to);
  size_t done = 0;
  for (auto range = behind(from.value); done < size && range != ranges_.end(); ++range) {
    u64 at = from.value + done;
    if (range->address > at || at < from.value) break;
    if (range->uncertain) note_uncertain();
    size_t n = std::min<u64>(size - done, range->end() - at);
    memcpy(out + done, bytes_.data() + range->offset + (at - range->address), n);
    done += n;
  }
  return done;
}

size_t RecordingMemory::read(RemoteAddress from, void* to, size_t size) {
  size_t n = inner_.read(from, to, size);
  add(from, to, n);
  return n;
}

MemoryView::StringRead RecordingMemory::read_string(RemoteAddress from, char* to, size_t limit) {
  StringRead result = inner_.read_string(from, to, limit);
  add(from, to, result.length + result.terminated);
  return result;
}

void RecordingMemory::add(RemoteAddress from, const void* bytes, size_t size) {
  const bool uncertain = inner_.take_uncertain();
  if (uncertain) note_uncertain();
  snapshot_.add(from, {static_cast<const std::byte*>(bytes), size}, uncertain);
}

}  // namespace sysray::event
