// RecordListener: what takes the records of the rings, in order.
#pragma once

#include "capture/bpf/program/record.h"
#include "capture/ptrace/call_feed.h"
#include "capture/ptrace/waiter.h"

namespace sysray::capture::bpf {

class RecordListener {
 public:
  virtual ~RecordListener() = default;
  // A call has begun or ended.
  virtual void on_captured(const ptrace::CapturedCall& call) = 0;
  // A record of another kind.
  virtual void on_life(const bpf_record& record, const ptrace::Timestamps& when) = 0;
  // Events of the thread are missing before this record, which comes next.
  virtual void on_loss(const bpf_record&, const ptrace::Timestamps&) {}
  // Ends the stop of a thread that was throttled.
  virtual void end_throttling(Tid, int) {}
};

}  // namespace sysray::capture::bpf
