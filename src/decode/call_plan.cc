#include "decode/call_plan.h"

namespace sysray::decode {

using describe::Direction;
using describe::Field;
using describe::IntFormat;
using describe::none;
using describe::Semantic;
using describe::Type;
using describe::TypeKind;

namespace {

// Whether values of the type differ in their numbers alone, with what the options ask for.
Way way_of(const Type& type, const Options& options) {
  const bool commented = type.timestamp || type.comment != none || type.format == IntFormat::date;
  if (commented || type.bit_names != none) return Way::decoded;
  switch (type.kind) {
    case TypeKind::integer:
    case TypeKind::address: return Way::number;
    case TypeKind::semantic:
      if (options.wants_descriptors() || options.security_contexts) return Way::decoded;
      if (type.semantic == Semantic::fd) return Way::number;
      return type.semantic == Semantic::dirfd ? Way::folder : Way::decoded;
    default: return Way::decoded;
  }
}

NumberPattern pattern_of(const Context& context, u32 index, event::Abi abi) {
  NumberPattern pattern;
  if (index == none) return pattern;
  const Type& type = context.model.types[index];
  pattern.way = way_of(type, context.options);
  if (pattern.way == Way::decoded) return pattern;
  CallState call;
  call.abi = abi;
  event::NoMemory memory;
  Arena arena;
  pattern.value = ValueBuilder(context, call, memory, arena, true, true).from_register(index, 0, Scope{});
  pattern.width = pattern.value.width;
  pattern.is_signed = type.kind == TypeKind::integer ? type.is_signed : type.kind == TypeKind::semantic;
  return pattern;
}

// Registers that hold the argument alone, and nothing else that decides how it is shown.
bool is_simple(const Field& field, const NumberPattern& pattern, event::Abi abi) {
  const bool conditional = field.condition != none || field.exit_only || field.blank || field.beside;
  const bool two_registers = abi == event::Abi::i386 && pattern.width == 8;
  return !conditional && !field.from_expression && !two_registers &&
         (field.direction == Direction::none || field.direction == Direction::in) &&
         field.offset[static_cast<size_t>(layout_of(abi))] < std::tuple_size_v<decltype(CallState::registers)>;
}

bool is_buffer(const describe::Model& model, const Type& type, event::Abi abi) {
  return type.kind == TypeKind::pointer && type.ref != none && model.types[type.ref].kind == TypeKind::chars &&
         type.valid == none && type.links == 0 && type.unreadable == none && !type.with_address &&
         abi == event::Abi::x86_64;
}

}  // namespace

const CallPlan& CallPlans::make(u32 index, event::Abi abi) {
  const describe::Model& model = context_.model;
  const describe::Signature& signature = model.signatures[index];
  auto plan = std::make_unique<CallPlan>();
  for (const Field& field : model.fields.subspan(signature.arguments.first, signature.arguments.count)) {
    if (field.padding || (field.beside && !context_.options.states)) continue;
    PlannedArgument& argument = plan->arguments.emplace_back();
    argument.field = &field;
    argument.buffer = field.type != none && is_buffer(model, model.types[field.type], abi);
    argument.pattern = pattern_of(context_, field.type, abi);
    if (is_simple(field, argument.pattern, abi))
      argument.slot = field.offset[static_cast<size_t>(layout_of(abi))];
    else
      argument.pattern.way = Way::decoded;
    const bool read_at_exit = field.exit_only && field.direction != Direction::inout;
    if (read_at_exit || field.direction == Direction::out) argument.pattern.way = Way::withheld;
    argument.pattern.value.name = model.c_str(field.name);
    argument.pattern.value.labeled = field.named;
  }
  plan->result = pattern_of(context_, signature.result, abi);
  Plans& plans = plans_[static_cast<size_t>(abi)];
  if (plans.empty()) plans.resize(model.signatures.size());
  plans[index] = std::move(plan);
  return *plans[index];
}

}  // namespace sysray::decode
