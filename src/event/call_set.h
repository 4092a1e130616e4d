// CallSet: a set of described system calls (by index in the model), as qualifiers such as -e abbrev=SET select them.
#pragma once

#include <vector>

#include "base/types.h"

namespace sysray::event {

class CallSet {
 public:
  static CallSet everything() { return CallSet(true); }
  static CallSet nothing() { return CallSet(false); }

  bool contains(u32 syscall) const { return syscall < members_.size() ? members_[syscall] : rest_; }
  void set(u32 syscall, bool member) {
    if (syscall >= members_.size()) members_.resize(syscall + 1, rest_);
    members_[syscall] = member;
  }

 private:
  explicit CallSet(bool rest) : rest_(rest) {}
  std::vector<bool> members_;
  bool rest_;  // calls that are not listed, unknown ones included
};

}  // namespace sysray::event
