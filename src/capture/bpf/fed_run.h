// FedRun: the event loop of a ptrace session whose calls come from the rings of the BPF program.
#pragma once

#include <memory>
#include <optional>

#include "capture/bpf/alarm.h"
#include "capture/bpf/guard.h"
#include "capture/bpf/object.h"
#include "capture/bpf/record_feed.h"
#include "capture/ptrace/session.h"
#include "capture/source.h"

namespace sysray::capture::bpf {

class FedRun {
 public:
  // `object` is loaded. `files`: it notes what is behind descriptors. The session must outlive the run.
  FedRun(ptrace::Session& session, std::unique_ptr<Object> object, bool files);
  ~FedRun() { session_.tracer.end_feeding(); }
  FedRun(const FedRun&) = delete;
  FedRun& operator=(const FedRun&) = delete;

  RecordFeed& feed() { return feed_; }
  // Attaches the program. Nothing is captured before threads are fed.
  Result<void> attach();
  // To be called once before run().
  Result<void> open_alarm();
  // Runs until all targets are gone, the consumer wants to stop, or the user interrupts. Meanwhile this process is told
  // of children and signals through here alone.
  Result<Ending> run(Consumer& consumer);

 private:
  // The calls of the feed are a Tracer's; of the rest ptrace tells, but for the moment at which a thread ends.
  class TracerListener : public RecordListener {
   public:
    explicit TracerListener(ptrace::Tracer& tracer) : tracer_(tracer) {}
    void on_captured(const ptrace::CapturedCall& call) override { tracer_.on_captured(call); }
    void on_life(const bpf_record& record, const ptrace::Timestamps& when) override {
      if (record.kind == BPF_RECORD_END) tracer_.on_captured_end(Tid{record.tid}, when);
    }
    void end_throttling(Tid tid, int status) override { tracer_.end_throttling(tid, status); }

   private:
    ptrace::Tracer& tracer_;
  };

  // One look at all that may have happened. Nothing: go on.
  std::optional<Result<Ending>> look(Consumer& consumer);
  // Collects and handles what ptrace tells. False: nothing.
  bool handle_changes();
  void handle(const ptrace::Change& change);
  void rest(Consumer& consumer, bool busy);
  Result<void> let_all_go(int fatal_signal);
  // Nothing more is captured.
  void finish();

  ptrace::Session& session_;
  ptrace::Tracer& tracer_;
  TracerListener listener_;
  std::unique_ptr<Object> object_;
  RecordFeed feed_;
  std::optional<Guard> guard_;
  std::optional<Alarm> alarm_;
  bool files_;
  bool alone_ = false;  // the kernel knows of no tracee
  Nanoseconds last_event_ = 0;
};

}  // namespace sysray::capture::bpf
