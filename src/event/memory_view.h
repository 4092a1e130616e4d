// MemoryView: how decoding reads a tracee's memory, live or from a snapshot. Unreadable memory is an answer.
#pragma once

#include <cstddef>

#include "base/types.h"

namespace sysray::event {

class MemoryView {
 public:
  virtual ~MemoryView() = default;

  // Reads up to `size` bytes at `from` and returns how many could be read: the readable prefix, 0 if none.
  virtual size_t read(RemoteAddress from, void* to, size_t size) = 0;

  struct StringRead {
    size_t length = 0;        // bytes before the NUL (or all that were read)
    bool terminated = false;  // a NUL was found within `limit` bytes
    bool faulted = false;     // memory ended before a NUL or the limit
  };
  // Reads a NUL-terminated string of at most `limit` bytes (the NUL counts) into `to`, which holds `limit` bytes.
  virtual StringRead read_string(RemoteAddress from, char* to, size_t limit);

  // Whether any of what was asked for since the last call of this may have been different at the moment that the memory
  // is to be of: it was looked at later, or couldn't be any more.
  bool take_uncertain() {
    if (!uncertain_) [[likely]]
      return false;
    uncertain_ = false;
    return true;
  }

 protected:
  void note_uncertain() { uncertain_ = true; }
  // For views that pass reads on.
  void note_uncertain_of(MemoryView& inner) { uncertain_ |= inner.take_uncertain(); }

 private:
  bool uncertain_ = false;
};

// No memory at all: every read fails.
class NoMemory : public MemoryView {
 public:
  size_t read(RemoteAddress, void*, size_t) override { return 0; }
};

}  // namespace sysray::event
