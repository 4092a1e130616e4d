// Calls of every kind for tests: each described call, and each member of the enumerations among its arguments (so every
// case of the multiplexers), with random registers and memory that holds pointers, counts and flags.
#pragma once

#include <array>
#include <functional>
#include <random>
#include <vector>

#include "describe/model.h"
#include "event/raw_event.h"
#include "support/hostile_memory.h"

namespace sysray::testing {

class CallSweep {
 public:
  using Use = std::function<void(const event::RawEvent& raw, event::MemoryView& memory)>;
  CallSweep(const describe::Model& model, event::Abi abi, Use use)
      : model_(model), abi_(abi), layout_(abi == event::Abi::i386 ? 1 : 0), use_(std::move(use)) {}

  // Each selector's values with `rounds` inputs, and as many inputs without a choice. An entry and an exit each.
  void run(u32 number, int rounds) {
    const describe::Syscall& call = model_.syscalls[model_.tables[static_cast<size_t>(abi_)][number].syscall];
    for (int i = 0; i < rounds; i++) make(number, random_registers());
    std::vector<Selector> selectors;
    collect(model_.signatures[call.signature], selectors);
    for (const Selector& selector : selectors) {
      for (const u64 value : selector.values) {
        for (int i = 0; i < rounds; i++) {
          auto registers = random_registers();
          registers[selector.place] = value;
          make(number, registers);
        }
      }
    }
  }
  u64 executions() const { return executions_; }
  // From now on registers and memory are such as programs have: most pointers point to something, most numbers are
  // small.
  void be_tame() { tame_ = true; }

 private:
  // An argument that picks: its register, and what it may hold.
  struct Selector {
    u32 place = 0;
    std::vector<u64> values;
  };

  void collect(const describe::Signature& signature, std::vector<Selector>& all) const {
    for (const describe::Field& field : model_.fields.subspan(signature.arguments.first, signature.arguments.count)) {
      if (field.type == describe::none || field.from_expression || field.offset[layout_] >= 6) continue;
      Selector selector{field.offset[layout_], {}};
      collect_values(model_.types[field.type], selector.values);
      if (!selector.values.empty()) all.push_back(std::move(selector));
    }
  }
  void collect_values(const describe::Type& type, std::vector<u64>& values) const {
    if (type.kind == describe::TypeKind::set) {
      const describe::Range members = model_.sets[type.ref].members;
      for (const describe::Member& member : model_.members.subspan(members.first, members.count))
        values.push_back(member.value[layout_]);
    } else if (type.kind == describe::TypeKind::union_type) {
      const describe::Range cases = model_.unions[type.ref].cases;
      for (const describe::UnionCase& one : model_.union_cases.subspan(cases.first, cases.count))
        if (one.type != describe::none) collect_values(model_.types[one.type], values);
    }
  }

  // Small numbers, places in memory, and anything.
  u64 random_register() {
    switch (tame_ ? 1 - random_() % 4 / 3 : random_() % 4) {
      case 0: return random_() % 64;
      case 1: return hostile_base + random_() % 0x10000;
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
    if (tame_) return fill_tamely();
    for (size_t at = 0; at < bytes_.size(); at += 8) {
      const u64 word = random_() % 8 == 0 ? random_() % 8 << 32 | random_() % 8 : random_register();
      for (size_t i = 0; i < 8; i++) bytes_[at + i] = static_cast<uint8_t>(word >> 8 * i);
    }
  }

  // Pointers and small numbers as wide as a word of the ABI, some numbers half as wide.
  void fill_tamely() {
    const size_t word = abi_ == event::Abi::x86_64 ? 8 : 4;
    for (size_t at = 0; at + word <= bytes_.size(); at += word) {
      const u64 small = random_() % 8 == 0 ? 0 : random_() % 64;
      const u64 half = word == 8 && random_() % 4 == 0 ? (random_() % 64) << 32 : 0;
      const u64 value = random_() % 2 == 0 ? hostile_base + random_() % 0x10000 / word * word : small | half;
      for (size_t i = 0; i < word; i++) bytes_[at + i] = static_cast<uint8_t>(value >> 8 * i);
    }
  }

  void make(u32 number, const std::array<u64, 6>& registers) {
    if (executions_ % 64 == 0) fill_memory();
    HostileMemory memory(bytes_);
    event::RawEvent raw;
    raw.kind = event::RawKind::call_enter;
    raw.abi = abi_;
    raw.tid = Tid{1};
    raw.tgid = Tgid{1};
    raw.number = number;
    raw.args = registers;
    raw.stack_pointer = hostile_base + 64;
    use_(raw, memory);
    raw.kind = event::RawKind::call_exit;
    raw.result = executions_ % 3 ? static_cast<s64>(random_() % 512) : -static_cast<s64>(random_() % 134);
    raw.is_error = raw.result < 0;
    use_(raw, memory);
    executions_++;
  }

  const describe::Model& model_;
  const event::Abi abi_;
  const size_t layout_;
  Use use_;
  std::mt19937_64 random_{20260701};
  std::vector<uint8_t> bytes_ = std::vector<uint8_t>(8192 - 24);
  u64 executions_ = 0;
  bool tame_ = false;
};

}  // namespace sysray::testing
