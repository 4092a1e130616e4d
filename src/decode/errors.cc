#include "decode/errors.h"

#include <algorithm>
#include <cstring>

namespace sysray::decode {

namespace {

struct InternalError {
  u16 number;
  const char* text;
};

constexpr InternalError internal_errors[] = {
    {512, "To be restarted if SA_RESTART is set"},
    {513, "To be restarted"},
    {514, "To be restarted if no handler"},
    {516, "Interrupted by signal"},
};

}  // namespace

const char* error_name(const Context& context, u16 error) {
  if (context.error_set == describe::none) return nullptr;
  const describe::Model& model = context.model;
  const describe::Set& set = model.sets[context.error_set];
  const auto member = [&](u32 number) -> const describe::Member& { return model.members[set.members.first + number]; };
  const auto order = model.lists.subspan(set.by_value.first, set.by_value.count);
  const auto at = std::ranges::lower_bound(order, u64{error}, {}, [&](u32 number) { return member(number).value[0]; });
  return at != order.end() && member(*at).value[0] == error ? model.c_str(member(*at).name) : nullptr;
}

const char* error_text(u16 error) {
  for (const InternalError& one : internal_errors)
    if (one.number == error) return one.text;
  return error < 512 ? strerrordesc_np(error) : nullptr;
}

bool mentions_error(const describe::Model& model, u32 expr) {
  const describe::Range code = model.exprs[expr].code;
  for (u32 i = 0; i < code.count; i++)
    if (model.instructions[code.first + i].op == describe::Op::error) return true;
  return false;
}

}  // namespace sysray::decode
