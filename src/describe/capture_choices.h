// CaptureWalk's choices: what is shown only under a condition, and the cases of unions. Where a program can't tell, all
// that may be meant is copied.
#pragma once

#include <functional>
#include <utility>

#include "describe/capture_walk.h"

namespace sysray::describe {

// Behind a test of the condition, unless it is no number that a program can know: then in any case.
template <typename F>
void CaptureWalk::if_shown(u32 condition, const CaptureNames& names, F use) {
  if (condition == none) return use();
  const std::vector<Range> all = expressions_.conjuncts(model_.exprs[condition].code);
  if_all(all, names, std::ref(use));
}

template <typename F>
void CaptureWalk::if_all(std::span<const Range> conditions, const CaptureNames& names, F use) {
  if (conditions.empty()) return use();
  program().scoped([&] {
    const CaptureProgram before = program();
    const Quantity holds = expressions_.value(conditions.front(), names);
    auto rest = [&] { if_all(conditions.subspan(1), names, std::ref(use)); };
    const auto constant = CaptureProgram::constant_value(holds);
    if (holds.exact() && !constant) return program().only_if(holds, rest);
    program().restore(before);
    if (constant != 0) rest();
  });
}

// Behind a test whether the selector is one of the keys. No keys: the default, which is taken in any case.
template <typename F>
void CaptureWalk::guarded(const Quantity& selector, Range keys, F use) {
  if (!selector.exact() || keys.count == 0) return use();
  program().scoped([&] {
    Quantity any = expressions_.constant(0);
    for (const KeyRange& key : model_.key_ranges.subspan(keys.first, keys.count)) {
      const Quantity first = expressions_.constant(static_cast<u64>(key.first));
      const Quantity last = expressions_.constant(static_cast<u64>(key.last));
      const Quantity hit = key.first == key.last
                               ? expressions_.both(CAPTURE_EQUAL, selector, first)
                               : expressions_.both(CAPTURE_AND, expressions_.both(CAPTURE_LESS_EQUAL, first, selector),
                                                   expressions_.both(CAPTURE_LESS_EQUAL, selector, last));
      const bool none_before = CaptureProgram::constant_value(any) == 0;
      any = none_before ? hit : expressions_.both(CAPTURE_OR, any, hit);
    }
    const auto known = CaptureProgram::constant_value(any);
    if (!known) return program().only_if(any, use);
    if (*known != 0) use();
  });
}

template <typename F>
void CaptureWalk::union_cases(const Type& type, const CaptureNames& names, F use) {
  const Union& choice = model_.unions[type.ref];
  const auto cases = model_.union_cases.subspan(choice.cases.first, choice.cases.count);
  auto scope = [&] {
    CaptureNames inner = names;
    inner.parameters = parameters(type.arguments, names);
    return inner;
  };
  // The case for a selector that is known already.
  auto picked = [&](u64 selector) -> const UnionCase* {
    const UnionCase* otherwise = nullptr;
    for (const UnionCase& one : cases) {
      if (one.keys.count == 0) otherwise = &one;
      for (const KeyRange& key : model_.key_ranges.subspan(one.keys.first, one.keys.count))
        if (static_cast<s64>(selector) >= key.first && static_cast<s64>(selector) <= key.last) return &one;
    }
    return otherwise;
  };
  program().scoped([&] {
    const CaptureNames inner = scope();
    const Quantity selector = expressions_.value(choice.selector, inner);
    if (const auto known = CaptureProgram::constant_value(selector)) {
      if (const UnionCase* one = picked(*known)) use(one->type, inner);
      return;
    }
    const UnionCase* common = nullptr;
    if (selector.descriptor) {
      // Most sockets are no netlink sockets; what only those have is not looked for in the data of others.
      const bool before = std::exchange(expressions_.no_netlink, true);
      const auto known = CaptureProgram::constant_value(expressions_.value(choice.selector, scope()));
      expressions_.no_netlink = before;
      if (known) common = picked(*known);
    }
    if (common == nullptr) {
      for (const UnionCase& one : cases) guarded(selector, one.keys, [&] { use(one.type, inner); });
      return;
    }
    program().scoped([&] { use(common->type, inner); });
    program().only_if(exactly({CAPTURE_NETLINK, *selector.descriptor, 8, 0, 0}), [&] {
      for (const UnionCase& one : cases)
        if (&one != common) program().scoped([&] { use(one.type, inner); });
    });
  });
}

}  // namespace sysray::describe
