// Decoder: RawEvents in, Events out. Pure but for what it asks of the MemoryView and the Resolver.
#pragma once

#include <memory>
#include <unordered_map>

#include "decode/call_decoder.h"
#include "decode/call_plan.h"

namespace sysray::decode {

class Decoder {
 public:
  // All three must outlive the decoder.
  Decoder(const describe::Model& model, const Options& options, resolve::Resolver& resolver);

  // Decodes one event. nullptr: nothing to show. The Event (and all it points to) is valid until the next event of the
  // same thread is decoded.
  const event::Event* on(const event::RawEvent& raw, event::MemoryView& memory);

 private:
  struct Thread {
    CallDecoder call;
    Nanoseconds started = 0;  // CLOCK_MONOTONIC
    Nanoseconds system_time = 0;
    event::Event last;  // that is no call
    Arena arena;        // of events that are no calls
  };

  Thread& thread(Tid tid) {
    if (tid == last_tid_ && last_thread_ != nullptr) [[likely]]
      return *last_thread_;
    return find_thread(tid);
  }
  Thread& find_thread(Tid tid);
  const event::Event* call_exit(Thread& thread, const event::RawEvent& raw, event::MemoryView& memory);
  const event::Event* other(Thread& thread, const event::RawEvent& raw);
  void decode_siginfo(Thread& thread, const event::RawEvent& raw);
  void supersede(const event::RawEvent& raw);

  Options options_;
  Context context_;
  CallPlans plans_;
  u32 siginfo_type_ = describe::none;
  std::unordered_map<s32, std::unique_ptr<Thread>> threads_;
  Tid last_tid_{-1};
  Thread* last_thread_ = nullptr;
  std::unique_ptr<Thread> ended_;  // the thread that ended last: its event is still in use
};

}  // namespace sysray::decode
