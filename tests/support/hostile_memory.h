// HostileMemory: a tracee's memory as an attacker would fill it, for the fuzzer and the sweep over all calls.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "event/memory_view.h"
#include "sink/output.h"

namespace sysray::testing {

inline constexpr u64 hostile_base = 0x10000;  // of what is readable

// The bytes again and again over the address space, but for holes: every 5th page is not there.
class HostileMemory : public event::MemoryView {
 public:
  explicit HostileMemory(std::span<const uint8_t> bytes) : bytes_(bytes) {}
  size_t read(RemoteAddress from, void* to, size_t size) override {
    constexpr u64 page = 4096;
    if (bytes_.empty()) return 0;
    for (size_t done = 0; done < size;) {
      const u64 at = from.value + done;
      if (at < hostile_base || at / page % 5 == 4) return done;
      const size_t chunk = std::min<size_t>(size - done, page - at % page);
      for (size_t i = 0; i < chunk; i++) static_cast<uint8_t*>(to)[done + i] = bytes_[(at + i) % bytes_.size()];
      done += chunk;
    }
    return size;
  }

 private:
  std::span<const uint8_t> bytes_;
};

// Counts what it is given, and drops it.
class CountingOutput : public sink::Output {
 public:
  void write(std::string_view bytes) override { written += bytes.size(); }
  void flush() override {}
  size_t written = 0;
};

class CountingOutputs : public sink::OutputSet {
 public:
  sink::Output& of(Tid) override { return output_; }
  bool one_per_thread() const override { return false; }
  void thread_ended(Tid) override {}
  void flush_all() override {}
  size_t written() const { return output_.written; }

 private:
  CountingOutput output_;
};

}  // namespace sysray::testing
