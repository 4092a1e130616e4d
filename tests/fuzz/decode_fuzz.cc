// Fuzzer of decoding: hostile registers and memory of any described call lead to an event, and to text and JSON, in
// bounded time. The input's head picks the call; the rest is the tracee's memory, which every pointer can reach.
#include <cstdint>
#include <cstring>

#include "decode/decoder.h"
#include "sink/json_sink.h"
#include "sink/text_sink.h"
#include "support/hostile_memory.h"

namespace {

using namespace sysray;

constexpr u64 base = testing::hostile_base;

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
  testing::HostileMemory memory({data + sizeof head, size - sizeof head});
  decode::Options options;
  if ((head.options & 1) != 0) options.abbreviate = event::CallSet::nothing();
  if ((head.options & 2) != 0) options.string_limit = 4096;
  resolve::Resolver resolver;
  decode::Decoder decoder(describe::built_in(), options, resolver);
  sink::TextOptions text_options;
  text_options.xlat = static_cast<sink::XlatStyle>((head.options >> 2) % 3);
  testing::CountingOutputs outputs;
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
