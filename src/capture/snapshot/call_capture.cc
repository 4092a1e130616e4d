#include "capture/snapshot/call_capture.h"

namespace sysray::capture {

using event::RawKind;

bool CallCapture::capture(const event::RawEvent& raw, event::MemoryView& memory, event::MemorySnapshot& snapshot) {
  switch (raw.kind) {
    case RawKind::call_enter: {
      CapturedCall& call = open_[number(raw.tid)];
      call = {};
      call.abi = raw.abi;
      call.number = raw.number;
      call.args = raw.args;
      call.stack_pointer = raw.stack_pointer;
      return runner_.at_entry(call, memory, snapshot);
    }
    case RawKind::call_exit: {
      const auto open = open_.find(number(raw.tid));
      if (open == open_.end()) return true;  // its entry was not seen: nothing is known of its arguments
      CapturedCall& call = open->second;
      call.result = raw.result;
      call.failed = raw.is_error || !raw.has_result;
      call.error = raw.is_error ? static_cast<u16>(-raw.result) : 0;
      return runner_.at_exit(call, memory, snapshot);
    }
    case RawKind::superseded:
      // execve of another thread: its call goes on under this id.
      if (auto former = open_.extract(number(raw.other))) {
        former.key() = number(raw.tid);
        open_.erase(number(raw.tid));
        open_.insert(std::move(former));
      }
      return true;
    case RawKind::exited:
    case RawKind::killed:
    case RawKind::detached: open_.erase(number(raw.tid)); return true;
    default: return true;
  }
}

}  // namespace sysray::capture
