// Every described call of every ABI, and every member of each enumeration among its arguments (so every case of the
// multiplexers), with hostile registers and memory: an event each, text and JSON, in bounded time. The sanitizer builds
// find what is wrong inside. And whatever a decoder has seen before, a call is shown as if it were the first.
#include "support/sweep.h"

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "decode/decoder.h"
#include "sink/json_sink.h"
#include "sink/text_sink.h"
#include "support/hostile_memory.h"

namespace sysray {
namespace {

using describe::Model;
using describe::none;

class Sweep {
 public:
  explicit Sweep(event::Abi abi)
      : text_(text_options_, outputs_),
        json_(outputs_),
        calls_(model_, abi, [this](const event::RawEvent& raw, event::MemoryView& memory) { decode(raw, memory); }) {}

  void run(u32 number, int rounds) { calls_.run(number, rounds); }
  u64 executions() const { return calls_.executions(); }
  size_t written() const { return outputs_.written(); }

 private:
  static sink::TextOptions text_options() {
    sink::TextOptions options;
    options.xlat = sink::XlatStyle::verbose;
    return options;
  }
  static decode::Options verbose() {
    decode::Options options;
    options.abbreviate = event::CallSet::nothing();
    return options;
  }

  void decode(const event::RawEvent& raw, event::MemoryView& memory) {
    if (raw.kind == event::RawKind::call_enter)
      decoder_.emplace(model_, calls_.executions() % 2 ? verbose_ : abbreviated_, resolver_);
    const event::Event* event = decoder_->on(raw, memory);
    ASSERT_NE(event, nullptr);
    text_.on_event(*event);
    json_.on_event(*event);
  }

  const Model& model_ = describe::built_in();
  resolve::Resolver resolver_;
  const decode::Options abbreviated_;
  const decode::Options verbose_ = verbose();
  std::optional<decode::Decoder> decoder_;
  testing::CountingOutputs outputs_;
  const sink::TextOptions text_options_ = text_options();
  sink::TextSink text_;
  sink::JsonSink json_;
  testing::CallSweep calls_;
};

class EveryCall : public ::testing::TestWithParam<event::Abi> {};

TEST_P(EveryCall, SurvivesHostileRegistersAndMemory) {
  constexpr int rounds = 2;
  Sweep sweep(GetParam());
  const auto table = describe::built_in().tables[static_cast<size_t>(GetParam())];
  size_t calls = 0;
  for (u32 number = 0; number < table.size(); number++) {
    if (table[number].syscall == none) continue;
    sweep.run(number, rounds);
    calls++;
  }
  EXPECT_GT(calls, 300u);
  EXPECT_GT(sweep.written(), sweep.executions() * 10);  // each was shown
  std::cout << calls << " calls, " << sweep.executions() << " executions\n";
}

// Text that can be taken.
class KeptText : public sink::OutputSet, private sink::Output {
 public:
  sink::Output& of(Tid) override { return *this; }
  bool one_per_thread() const override { return false; }
  void thread_ended(Tid) override {}
  void flush_all() override {}
  std::string take() { return std::exchange(text_, {}); }

 private:
  void write(std::string_view bytes) override { text_.append(bytes); }
  void flush() override {}
  std::string text_;
};

TEST_P(EveryCall, LooksAsInANewDecoder) {
  const Model& model = describe::built_in();
  resolve::Resolver resolver;
  const decode::Options options;
  const sink::TextOptions text_options;
  KeptText old_text, new_text;
  sink::TextSink old_sink(text_options, old_text), new_sink(text_options, new_text);
  decode::Decoder old_decoder(model, options, resolver);
  std::optional<decode::Decoder> new_decoder;
  testing::CallSweep calls(model, GetParam(), [&](const event::RawEvent& raw, event::MemoryView& memory) {
    if (raw.kind == event::RawKind::call_enter) new_decoder.emplace(model, options, resolver);
    old_sink.on_event(*old_decoder.on(raw, memory));
    new_sink.on_event(*new_decoder->on(raw, memory));
    if (raw.kind != event::RawKind::call_exit) return;
    const std::string text = old_text.take();
    EXPECT_FALSE(text.empty());
    EXPECT_EQ(text, new_text.take());
  });
  calls.be_tame();
  const auto table = model.tables[static_cast<size_t>(GetParam())];
  for (u32 number = 0; number < table.size(); number++)
    if (table[number].syscall != none) calls.run(number, 1);
}

const char* abi_name(const ::testing::TestParamInfo<event::Abi>& abi) {
  constexpr std::array names = {"x86_64", "i386", "x32"};
  return names[static_cast<size_t>(abi.param)];
}
INSTANTIATE_TEST_SUITE_P(Abi, EveryCall, ::testing::Values(event::Abi::x86_64, event::Abi::i386, event::Abi::x32),
                         abi_name);

}  // namespace
}  // namespace sysray
