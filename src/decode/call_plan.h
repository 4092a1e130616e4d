// CallPlans: what can be said of the arguments of a call's signature before there is a call: most are numbers in
// registers that always look alike.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "decode/value_builder.h"

namespace sysray::decode {

// How a register gets its value.
enum class Way : u8 {
  decoded,   // as its type says
  number,    // `pattern` with the register's number
  folder,    // the same, unless it is AT_FDCWD
  withheld,  // nothing before the exit; then as its type says
};

// A value that is the same for all calls but for its number.
struct NumberPattern {
  Way way = Way::decoded;
  u8 width = 0;
  bool is_signed = false;
  event::Value value;

  // Whether the register is shown by the pattern; if it is, `to` becomes its value.
  bool show(u64 raw, event::Value& to) const {
    constexpr u64 at_fdcwd = ~u64{99};
    if (way != Way::number && way != Way::folder) return false;
    const u64 number = extend(raw, width, is_signed);
    if (way == Way::folder && number == at_fdcwd) return false;
    to = value;
    to.number = number;
    return true;
  }
};

struct PlannedArgument {
  const describe::Field* field = nullptr;
  u32 slot = 0;         // register
  bool buffer = false;  // a pointer to chars, and nothing else is said of it
  NumberPattern pattern;
};

struct CallPlan {
  std::vector<PlannedArgument> arguments;  // that are shown, or looked at, at all
  NumberPattern result;
};

// Plans are made when they are asked for first.
class CallPlans {
 public:
  // `context` must outlive the plans.
  explicit CallPlans(const Context& context) : context_(context) {}
  const CallPlan& of(u32 signature, event::Abi abi) {
    const Plans& plans = plans_[static_cast<size_t>(abi)];
    if (signature < plans.size() && plans[signature]) [[likely]]
      return *plans[signature];
    return make(signature, abi);
  }

 private:
  using Plans = std::vector<std::unique_ptr<CallPlan>>;
  const CallPlan& make(u32 signature, event::Abi abi);

  const Context& context_;
  std::array<Plans, event::abi_count> plans_;
};

}  // namespace sysray::decode
