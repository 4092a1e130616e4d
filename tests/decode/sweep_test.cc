// Every described call of every ABI, and every member of each enumeration among its arguments (so every case of the
// multiplexers), with hostile registers and memory: an event each, text and JSON, in bounded time. The sanitizer builds
// find what is wrong inside.
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <vector>

#include "decode/decoder.h"
#include "sink/json_sink.h"
#include "sink/text_sink.h"
#include "support/hostile_memory.h"

namespace sysray {
namespace {

using describe::Model;
using describe::none;

// An argument that picks: its register, and what it may hold.
struct Selector {
  u32 place = 0;
  std::vector<u64> values;
};

class Sweep {
 public:
  explicit Sweep(event::Abi abi)
      : abi_(abi), layout_(abi == event::Abi::i386 ? 1 : 0), text_(text_options_, outputs_), json_(outputs_) {}

  // Each selector's values with `rounds` inputs, and as many inputs without a choice.
  void run(u32 number, int rounds) {
    const describe::Syscall& call = model_.syscalls[model_.tables[static_cast<size_t>(abi_)][number].syscall];
    for (int i = 0; i < rounds; i++) decode(number, random_registers());
    for (const Selector& selector : selectors(model_.signatures[call.signature])) {
      for (const u64 value : selector.values) {
        for (int i = 0; i < rounds; i++) {
          auto registers = random_registers();
          registers[selector.place] = value;
          decode(number, registers);
        }
      }
    }
  }

  u64 executions() const { return executions_; }
  size_t written() const { return outputs_.written(); }

 private:
  static sink::TextOptions text_options() {
    sink::TextOptions options;
    options.xlat = sink::XlatStyle::verbose;
    return options;
  }

  std::vector<Selector> selectors(const describe::Signature& signature) const {
    std::vector<Selector> all;
    collect(signature, all);
    return all;
  }
  void collect(const describe::Signature& signature, std::vector<Selector>& all) const {
    for (const describe::Field& field : model_.fields.subspan(signature.arguments.first, signature.arguments.count)) {
      if (field.type == none || field.from_expression || field.offset[layout_] >= 6) continue;
      Selector selector{field.offset[layout_], {}};
      collect_values(model_.types[field.type], selector.values);
      if (!selector.values.empty()) all.push_back(std::move(selector));
    }
  }
  void collect_values(const describe::Type& type, std::vector<u64>& values) const {
    if (type.kind == describe::TypeKind::set) {
      const describe::Range members = model_.sets[type.ref].members;
      for (const describe::Member& member : model_.members.subspan(members.first, members.count)) {
        values.push_back(member.value[layout_]);
      }
    } else if (type.kind == describe::TypeKind::union_type) {
      const describe::Range cases = model_.unions[type.ref].cases;
      for (const describe::UnionCase& one : model_.union_cases.subspan(cases.first, cases.count)) {
        if (one.type != none) collect_values(model_.types[one.type], values);
      }
    }
  }

  // Small numbers, places in memory, and anything.
  u64 random_register() {
    switch (random_() % 4) {
      case 0: return random_() % 64;
      case 1: return testing::hostile_base + random_() % 0x10000;
      case 2: return u64{1} << random_() % 64;
      default: return random_();
    }
  }
  std::array<u64, 6> random_registers() {
    std::array<u64, 6> registers{};
    for (u64& one : registers) one = random_register();
    return registers;
  }
  // Words of the same kinds: memory that holds pointers, counts and flags.
  void fill_memory() {
    for (size_t at = 0; at < bytes_.size(); at += 8) {
      const u64 word = random_() % 8 == 0 ? random_() % 8 << 32 | random_() % 8 : random_register();
      for (size_t i = 0; i < 8; i++) bytes_[at + i] = static_cast<uint8_t>(word >> 8 * i);
    }
  }

  void decode(u32 number, const std::array<u64, 6>& registers) {
    if (executions_ % 64 == 0) fill_memory();
    testing::HostileMemory memory(bytes_);
    decode::Options options;
    if (executions_ % 2) options.abbreviate = event::CallSet::nothing();
    decode::Decoder decoder(model_, options, resolver_);
    event::RawEvent raw;
    raw.kind = event::RawKind::call_enter;
    raw.abi = abi_;
    raw.tid = Tid{1};
    raw.tgid = Tgid{1};
    raw.number = number;
    raw.args = registers;
    raw.stack_pointer = testing::hostile_base + 64;
    show(decoder.on(raw, memory));
    raw.kind = event::RawKind::call_exit;
    raw.result = executions_ % 3 ? static_cast<s64>(random_() % 512) : -static_cast<s64>(random_() % 134);
    raw.is_error = raw.result < 0;
    show(decoder.on(raw, memory));
    executions_++;
  }
  void show(const event::Event* event) {
    ASSERT_NE(event, nullptr);
    text_.on_event(*event);
    json_.on_event(*event);
  }

  const Model& model_ = describe::built_in();
  const event::Abi abi_;
  const size_t layout_;
  std::mt19937_64 random_{20260701};
  std::vector<uint8_t> bytes_ = std::vector<uint8_t>(8192 - 24);
  resolve::Resolver resolver_;
  testing::CountingOutputs outputs_;
  const sink::TextOptions text_options_ = text_options();
  sink::TextSink text_;
  sink::JsonSink json_;
  u64 executions_ = 0;
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

const char* abi_name(const ::testing::TestParamInfo<event::Abi>& abi) {
  constexpr std::array names = {"x86_64", "i386", "x32"};
  return names[static_cast<size_t>(abi.param)];
}
INSTANTIATE_TEST_SUITE_P(Abi, EveryCall, ::testing::Values(event::Abi::x86_64, event::Abi::i386, event::Abi::x32),
                         abi_name);

}  // namespace
}  // namespace sysray
