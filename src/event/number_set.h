// NumberSet: some numbers, or all but some: descriptors, as qualifiers such as -e read=SET select them.
#pragma once

#include <algorithm>
#include <climits>
#include <utility>
#include <vector>

#include "base/types.h"

namespace sysray::event {

class NumberSet {
 public:
  NumberSet() = default;
  // `inverted`: all numbers but these.
  NumberSet(std::vector<int> numbers, bool inverted) : numbers_(std::move(numbers)), inverted_(inverted) {
    std::ranges::sort(numbers_);
  }

  // Negative numbers are never members.
  bool contains(s64 number) const {
    if (number < 0 || number > INT_MAX) return false;
    return std::ranges::binary_search(numbers_, static_cast<int>(number)) != inverted_;
  }
  bool empty() const { return numbers_.empty() && !inverted_; }

 private:
  std::vector<int> numbers_;
  bool inverted_ = false;
};

}  // namespace sysray::event
