// Pipeline: the consumer of capture: filters, decodes, and feeds the sinks.
#pragma once

#include <unordered_set>

#include "capture/messages.h"
#include "capture/source.h"
#include "cli/options.h"
#include "decode/decoder.h"
#include "resolve/resolver.h"
#include "sink/sink.h"
#include "tamper/injector.h"

namespace sysray::cli {

class Pipeline : public capture::Consumer {
 public:
  // All must outlive the pipeline.
  Pipeline(const Options& options, decode::Decoder& decoder, resolve::Resolver& resolver, sink::Sink& sink,
           tamper::Injector& injector, capture::Messages& messages)
      : options_(options),
        decoder_(decoder),
        resolver_(resolver),
        sink_(sink),
        injector_(injector),
        messages_(messages) {}

  void on_world(std::span<const std::byte> answers) override { resolver_.recall(answers); }
  capture::Verdict judge(const event::RawEvent& raw, event::MemoryView& memory) override;

  capture::Verdict on_event(const event::RawEvent& raw, event::MemoryView& memory) override;
  void on_idle() override { sink_.flush(); }
  void on_tick() override;
  bool wants_stop() const override { return limit_reached_; }

 private:
  void pass_on(const event::RawEvent& raw, event::MemoryView& memory);
  void call_enter(const event::RawEvent& raw, event::MemoryView& memory);
  void call_exit(const event::RawEvent& raw, event::MemoryView& memory);
  void follow_threads(const event::RawEvent& raw);
  bool signal_wanted(const event::RawEvent& raw) const;
  bool touches_target(const event::Event& call);
  void count(const event::Event& call);

  const Options& options_;
  decode::Decoder& decoder_;
  resolve::Resolver& resolver_;
  sink::Sink& sink_;
  tamper::Injector& injector_;
  capture::Messages& messages_;
  Arena arena_;                             // of paths that the target filter compares
  std::unordered_set<s32> in_wanted_call_;  // threads, while a target filter hides the calls of others
  Tid judged_{};                            // the thread that is entering a call that touches a target
  u64 counted_ = 0;
  bool limit_reached_ = false;
};

// How a finished call counts for -e status=.
sink::Status status_of(const event::Event& call);

}  // namespace sysray::cli
