// Twofold: decodes each event twice, from live memory and from what the capture plan named alone, and compares texts.
#pragma once

#include <map>
#include <string>

#include "capture/snapshot/call_capture.h"
#include "capture/source.h"
#include "decode/decoder.h"
#include "describe/capture_resolve.h"
#include "resolve/resolver.h"
#include "sink/output.h"
#include "sink/text_sink.h"

namespace sysray::test {

class TextOutput : public sink::OutputSet, public sink::Output {
 public:
  sink::Output& of(Tid) override { return *this; }
  bool one_per_thread() const override { return false; }
  void thread_ended(Tid) override {}
  void flush_all() override {}
  void write(std::string_view bytes) override { text.append(bytes); }
  void flush() override {}
  std::string text;
};

class Twofold {
 public:
  // A resolver for each side: decoders tell them what they see.
  Twofold(const describe::Model& model, const decode::Options& options, resolve::Resolver& live,
          resolve::Resolver& planned);

  void on(const event::RawEvent& raw, event::MemoryView& memory);

  struct Difference {
    u64 times = 0;
    std::string live;  // of the first one
    std::string planned;
  };
  // By name of the call.
  const std::map<std::string, Difference>& differences() const { return differences_; }
  std::string report() const;
  u64 calls() const { return calls_; }
  // Calls that were not compared: the limits of capture programs cut what they copy.
  u64 cut() const { return cut_; }

 private:
  struct Side {
    Side(const describe::Model& model, const decode::Options& options, resolve::Resolver& resolver);
    void show(const event::RawEvent& raw, event::MemoryView& memory);
    TextOutput output;
    sink::TextOptions text_options;
    decode::Decoder decoder;
    sink::TextSink sink;
    std::string name;  // of the last call
  };
  void compare(const event::RawEvent& raw, bool whole);

  capture::CallCapture capture_;
  Side live_;
  Side planned_;
  event::MemorySnapshot snapshot_;
  std::map<std::string, Difference> differences_;
  u64 calls_ = 0;
  u64 cut_ = 0;
};

}  // namespace sysray::test
