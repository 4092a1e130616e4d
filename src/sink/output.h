// Output: where sinks write bytes: a file, a pipe to a command, standard error. Buffered; a failed write is
// reported once, and afterwards writes are dropped, so that the tracee runs on.
#pragma once

#include <string_view>

#include "base/types.h"

namespace sysray::sink {

class Output {
 public:
  virtual ~Output() = default;
  virtual void write(std::string_view bytes) = 0;
  virtual void flush() = 0;
};

// Chooses the output of a thread: one for all, or one a thread (-ff).
class OutputSet {
 public:
  virtual ~OutputSet() = default;
  virtual Output& of(Tid tid) = 0;
  virtual bool one_per_thread() const = 0;
  virtual void thread_ended(Tid tid) = 0;
  virtual void flush_all() = 0;
};

}  // namespace sysray::sink
