#include "event/memory_view.h"

#include <algorithm>
#include <cstring>

namespace sysray::event {

MemoryView::StringRead MemoryView::read_string(RemoteAddress from, char* to, size_t limit) {
  constexpr size_t page = 4096;
  StringRead result;
  size_t chunk_limit = 256;
  while (result.length < limit) {
    RemoteAddress at = from + result.length;
    size_t chunk = std::min({limit - result.length, chunk_limit, page - at.value % page});
    size_t got = read(at, to + result.length, chunk);
    if (const void* nul = memchr(to + result.length, 0, got)) {
      result.length = static_cast<size_t>(static_cast<const char*>(nul) - to);
      result.terminated = true;
      return result;
    }
    result.length += got;
    if (got < chunk) {
      result.faulted = true;
      return result;
    }
    chunk_limit = page;
  }
  return result;
}

}  // namespace sysray::event
