// Injector: counts the calls that rules name, and decides what is done with each.
#pragma once

#include <span>
#include <unordered_map>
#include <vector>

#include "capture/messages.h"
#include "describe/model.h"
#include "tamper/rule.h"

namespace sysray::tamper {

class Injector {
 public:
  // Of several rules that name a call, the last holds. All must outlive the injector.
  Injector(std::span<const Rule> rules, const describe::Model& model, capture::Messages& messages);

  // Whether a rule names the call.
  bool names(const event::RawEvent& call) const { return entry_of(call) != nullptr; }
  // Counts the call that a thread is entering; what is to be done with it: nullptr, or valid as long as the injector.
  const capture::Intervention* enter(const event::RawEvent& call);

  void thread_ended(Tid tid) { counts_.erase(number(tid)); }
  // Thread `from` goes on under the id `to`.
  void thread_renamed(Tid from, Tid to);

 private:
  // One for each call that a rule names: pokes depend on how many arguments it has.
  struct Entry {
    const Rule* rule = nullptr;
    const char* call = nullptr;
    u8 arguments = 0;
    std::vector<capture::Poke> poke_enter;
    std::vector<capture::Poke> poke_exit;
    std::vector<u8> missing_arguments;  // that pokes ask for (0 ..)
    capture::Intervention intervention;
  };

  const Entry* entry_of(const event::RawEvent& call) const;
  void add(const Rule& rule, event::Abi abi, u32 number, const describe::Model& model);
  void take_pokes(Entry& entry, std::span<const PokeBytes> from, std::vector<capture::Poke>& to) const;
  void complain(const Entry& entry, Tid tid);

  capture::Messages& messages_;
  std::vector<Entry> entries_;
  std::vector<u16> places_[event::abi_count];  // by number of the call: place in entries_, 0 for none
  std::unordered_map<s32, std::unordered_map<u16, u32>> counts_;  // of entries, by thread
};

}  // namespace sysray::tamper
