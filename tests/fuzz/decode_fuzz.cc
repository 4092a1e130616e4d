// Fuzzer of decoding: hostile registers and memory of any described call lead to an event, and to text and JSON, in
// bounded time. The input's head picks the call; the rest is the tracee's memory, which every pointer can reach.
#include <algorithm>
#include <cstdint>
#include <cstring>

#include "decode/decoder.h"
#include "sink/json_sink.h"
#include "sink/output.h"
#include "sink/text_sink.h"

namespace {

using namespace sysray;

constexpr u64 base = 0x10000;

// The bytes of the input, again and again over the address space, but for holes: every 5th page is not there.
class HostileMemory : public event::MemoryView {
 public:
  HostileMemory(const uint8_t* data, size_t size) : data_(data), size_(size) {}
  size_t read(RemoteAddress from, void* to, size_t size) override {
    constexpr u64 page = 4096;
    if (size_ == 0) return 0;
    for (size_t done = 0; done < size;) {
      const u64 at = from.value + done;
      if (at < base || at / page % 5 == 4) return done;
      const size_t chunk = std::min<size_t>(size - done, page - at % page);
      for (size_t i = 0; i < chunk; i++) static_cast<uint8_t*>(to)[done + i] = data_[(at + i) % size_];
      done += chunk;
    }
    return size;
  }

 private:
  const uint8_t* data_;
  size_t size_;
};

class NullOutput : public sink::Output {
 public:
  void write(std::string_view) override {}
  void flush() override {}
};

class NullOutputs : public sink::OutputSet {
 public:
  sink::Output& of(Tid) override { return output_; }
  bool one_per_thread() const override { return false; }
  void thread_ended(Tid) override {}
  void flush_all() override {}

 private:
  NullOutput output_;
};

struct Head {
  uint16_t number;
  uint8_t abi;
  uint8_t options;
  int64_t result;
  uint64_t registers[6];
};

event::RawEvent call(const Head& head) {
  event::RawEvent raw;
  raw.kind = event::RawKind::call_enter;
  raw.abi = head.abi % 2 == 0 ? event::Abi::x86_64 : event::Abi::i386;
  raw.tid = Tid{1};
  raw.tgid = Tgid{1};
  raw.number = head.number % 512;
  raw.stack_pointer = base;
  // Registers are numbers as they come, or places in memory.
  for (size_t i = 0; i < 6; i++)
    raw.args[i] = (head.registers[i] & 1) != 0 ? base + (head.registers[i] >> 1) % 0x10000 : head.registers[i] >> 1;
  return raw;
}

}  // namespace

// One input of the fuzzer; sanitizers and limits of time and memory find what is wrong.
int fuzz_decoder(const uint8_t* data, size_t size) {
  Head head{};
  if (size < sizeof head) return 0;
  memcpy(&head, data, sizeof head);
  HostileMemory memory(data + sizeof head, size - sizeof head);
  decode::Options options;
  if ((head.options & 1) != 0) options.abbreviate = event::CallSet::nothing();
  if ((head.options & 2) != 0) options.string_limit = 4096;
  resolve::Resolver resolver;
  decode::Decoder decoder(describe::built_in(), options, resolver);
  sink::TextOptions text_options;
  text_options.xlat = static_cast<sink::XlatStyle>((head.options >> 2) % 3);
  NullOutputs outputs;
  sink::TextSink text(text_options, outputs);
  sink::JsonSink json(outputs);
  event::RawEvent raw = call(head);
  for (int phase = 0; phase < 2; phase++) {
    if (const event::Event* event = decoder.on(raw, memory)) {
      text.on_event(*event);
      json.on_event(*event);
    }
    raw.kind = event::RawKind::call_exit;
    raw.result = head.result;
    raw.is_error = head.result < 0 && head.result > -4096;
  }
  raw.kind = event::RawKind::signal;
  raw.siginfo_valid = true;
  memory.read({base}, raw.siginfo.data(), raw.siginfo.size());
  raw.status = static_cast<s32>(head.number % 80);
  if (const event::Event* event = decoder.on(raw, memory)) {
    text.on_event(*event);
    json.on_event(*event);
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) { return fuzz_decoder(data, size); }
