#include "tamper/injector.h"

#include <fmt/format.h>

namespace sysray::tamper {

using event::Abi;

Injector::Injector(std::span<const Rule> rules, const describe::Model& model, capture::Messages& messages)
    : messages_(messages) {
  entries_.emplace_back();
  for (auto& places : places_) places.resize(rules.empty() ? 0 : filter::CallNumbers::size);
  for (size_t abi = 0; abi < event::abi_count; abi++) {
    for (u32 number = 0; number < places_[abi].size(); number++) {
      for (size_t i = rules.size(); i-- > 0;) {
        if (!rules[i].calls.contains(static_cast<Abi>(abi), number)) continue;
        add(rules[i], static_cast<Abi>(abi), number, model);
        break;
      }
    }
  }
  // From here on they stay where they are.
  for (Entry& entry : entries_) {
    entry.intervention.poke_enter = entry.poke_enter;
    entry.intervention.poke_exit = entry.poke_exit;
  }
}

void Injector::add(const Rule& rule, Abi abi, u32 number, const describe::Model& model) {
  const auto& table = model.tables[static_cast<size_t>(abi)];
  if (number >= table.size() || table[number].syscall == describe::none) return;
  places_[static_cast<size_t>(abi)][number] = static_cast<u16>(entries_.size());
  Entry& entry = entries_.emplace_back();
  entry.rule = &rule;
  entry.call = model.c_str(table[number].name);
  entry.arguments = model.syscalls[table[number].syscall].register_count;
  take_pokes(entry, rule.poke_enter, entry.poke_enter);
  take_pokes(entry, rule.poke_exit, entry.poke_exit);
  entry.intervention.result = rule.result;
  entry.intervention.signal = rule.signal;
  entry.intervention.delay_enter = rule.delay_enter;
  entry.intervention.delay_exit = rule.delay_exit;
}

void Injector::take_pokes(Entry& entry, std::span<const PokeBytes> from, std::vector<capture::Poke>& to) const {
  for (const PokeBytes& poke : from) {
    if (poke.argument < entry.arguments)
      to.push_back({poke.argument, poke.bytes});
    else
      entry.missing_arguments.push_back(poke.argument);
  }
}

const Injector::Entry* Injector::entry_of(const event::RawEvent& call) const {
  const auto& places = places_[static_cast<size_t>(call.abi)];
  if (call.number >= places.size() || places[call.number] == 0) return nullptr;
  return &entries_[places[call.number]];
}

const capture::Intervention* Injector::enter(const event::RawEvent& call) {
  const Entry* entry = entry_of(call);
  if (!entry) return nullptr;
  u32& count = counts_[number(call.tid)][static_cast<u16>(entry - entries_.data())];
  if (count < When::no_end) count++;
  if (!entry->rule->when.contains(count)) return nullptr;
  if (!entry->missing_arguments.empty()) complain(*entry, call.tid);
  return &entry->intervention;
}

void Injector::complain(const Entry& entry, Tid tid) {
  for (u8 argument : entry.missing_arguments) {
    messages_.say(
        fmt::format("Failed to tamper with process {}: requested to tamper with argument #{}, but system call '{}' has "
                    "only {} arguments",
                    number(tid), argument + 1, entry.call, entry.arguments));
  }
}

void Injector::thread_renamed(Tid from, Tid to) {
  auto node = counts_.extract(number(from));
  counts_.erase(number(to));
  if (node.empty()) return;
  node.key() = number(to);
  counts_.insert(std::move(node));
}

}  // namespace sysray::tamper
