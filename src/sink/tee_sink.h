// TeeSink: gives each event to several sinks, in order.
#pragma once

#include <memory>
#include <vector>

#include "sink/sink.h"

namespace sysray::sink {

class TeeSink : public Sink {
 public:
  void add(std::unique_ptr<Sink> sink) { sinks_.push_back(std::move(sink)); }

  void on_event(const event::Event& event) override {
    for (auto& sink : sinks_) sink->on_event(event);
  }
  void flush() override {
    for (auto& sink : sinks_) sink->flush();
  }
  void tick(Nanoseconds now) override {
    for (auto& sink : sinks_) sink->tick(now);
  }
  void finish() override {
    for (auto& sink : sinks_) sink->finish();
  }

 private:
  std::vector<std::unique_ptr<Sink>> sinks_;
};

}  // namespace sysray::sink
