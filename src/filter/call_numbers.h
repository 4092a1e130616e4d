// CallNumbers: a set of system calls, by ABI and number: what -e trace= and its like name.
#pragma once

#include <algorithm>
#include <bitset>
#include <string_view>

#include "base/result.h"
#include "describe/model.h"
#include "event/call_set.h"
#include "event/raw_event.h"

namespace sysray::filter {

class CallNumbers {
 public:
  static constexpr size_t size = 1024;  // numbers from here on are no known call in any ABI

  // strace(1), -e trace=. The hint of an error is a name that exists. Error::code is EINVAL when the expression itself
  // is malformed (an unknown personality), 0 when a name in it is not known.
  static Result<CallNumbers> parse(std::string_view text, const describe::Model& model);

  bool contains(event::Abi abi, u64 number) const { return number < size && of(abi)[number]; }
  const std::bitset<size>& of(event::Abi abi) const { return calls_[static_cast<size_t>(abi)]; }

  bool empty() const {
    return std::ranges::all_of(calls_, [](const auto& calls) { return calls.none(); });
  }

  // Adds the numbers that are no known call: strace traces these whatever the filter says.
  void add_unknown(const describe::Model& model);
  // The described calls among them, in any ABI.
  event::CallSet described(const describe::Model& model) const;

 private:
  friend class CallExpression;
  std::bitset<size> calls_[event::abi_count];
};

}  // namespace sysray::filter
