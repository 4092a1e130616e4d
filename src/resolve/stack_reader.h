// StackReader: the stack of a stopped thread, unwound and named by elfutils' libdw (-k, -kk).
#pragma once

#include <elfutils/libdwfl.h>

#include <memory>
#include <span>
#include <unordered_map>

#include "base/arena.h"
#include "base/types.h"
#include "event/stack_frame.h"

namespace sysray::resolve {

class StackReader {
 public:
  // At most `limit` frames; with `lines`, their places in the source as well.
  StackReader(size_t limit, bool lines) : limit_(limit), lines_(lines) {}

  // `tid` is stopped by ptrace. From the innermost frame on; the last may say why there are no more.
  std::span<const event::StackFrame> read(Tid tid, Arena& arena);
  // The thread has ended, or runs another program now.
  void forget(Tid tid) { sessions_.erase(number(tid)); }

 private:
  struct End {
    void operator()(Dwfl* session) const { dwfl_end(session); }
  };
  using Session = std::unique_ptr<Dwfl, End>;

  Dwfl* session_of(Tid tid);

  size_t limit_;
  bool lines_;
  std::unordered_map<s32, Session> sessions_;
};

}  // namespace sysray::resolve
