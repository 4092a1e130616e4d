#include "decode/call_decoder.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <limits>

#include "decode/errors.h"
#include "decode/merge.h"

namespace sysray::decode {

using describe::Direction;
using describe::Field;
using describe::none;
using describe::Signature;
using describe::TypeKind;
using event::Event;
using event::EventKind;
using event::IntStyle;
using event::Value;
using event::ValueKind;

void CallDecoder::start_event(const Context& context, const event::RawEvent& raw) {
  const describe::Model& model = context.model;
  arena_.reset();
  old_fields_.clear();
  call_.begin(raw, old_fields_);
  event_ = {};
  event_.kind = EventKind::call_start;
  event_.abi = raw.abi;
  event_.tid = raw.tid;
  event_.tgid = raw.tgid;
  event_.number = raw.number;
  event_.registers = raw.args;
  event_.instruction_pointer = raw.instruction_pointer;
  event_.time = raw.time;
  event_.monotonic = raw.monotonic;
  if (!raw.comm.empty()) event_.comm = arena_.copy(raw.comm);
  if (context.options.tells_of_tasks()) [[unlikely]]
    add_task_facts(context, arena_, event_);
  syscall_ = nullptr;
  signature_ = nullptr;
  result_type_ = none;
  result_pattern_ = nullptr;
  some_hidden_ = some_decoded_ = all_known_ = false;
  notes_ = {};
  entered_kinds_ = 0;
  uncertain_ = 0;
  argument_count_ = 0;
  in_call_ = true;

  const auto& table = model.tables[static_cast<size_t>(raw.abi)];
  if (raw.number == event::no_call) {
    event_.call = "???";
    event_.known_call = false;
    return;
  }
  if (raw.number >= table.size() || table[raw.number].syscall == none) {
    char text[40];
    const int n = snprintf(text, sizeof text, "syscall_0x%llx", static_cast<unsigned long long>(raw.number));
    event_.call = arena_.copy({text, static_cast<size_t>(n)}).data();
    event_.known_call = false;
    event_.register_count = 6;
    return;
  }
  const describe::TableEntry& entry = table[raw.number];
  syscall_ = &model.syscalls[entry.syscall];
  event_.syscall = entry.syscall;
  event_.call = model.c_str(entry.name);
  event_.register_count = syscall_->register_count;
  abbreviate_ = context.options.abbreviate.contains(event_.syscall);
  dereference_ = context.options.dereference.contains(event_.syscall);
  call_.verbose = !abbreviate_;
  // A stack that will not be there any more when the call is over.
  if (context.options.stacks && (syscall_->noreturn || syscall_->new_program)) [[unlikely]]
    event_.stack = context.resolver.stack(raw.tid, arena_);
}

void CallDecoder::enter(const Context& context, const event::RawEvent& raw, event::MemoryView& memory) {
  start_event(context, raw);
  raw_display_ = context.options.raw.contains(event_.syscall);
  if (context.options.wants_descriptors()) [[unlikely]]
    tell_descriptors(context, Evaluator(context.model, call_, memory, context.resolver));
  if (syscall_ == nullptr || raw_display_) {
    raw_arguments(event_.register_count);
    if (syscall_ == nullptr || !context.options.find_targets) return;
    collect_arguments(context, memory);
    find_targets(context, memory);
    return;
  }
  if (syscall_->resumes) {
    resumed_call(context, raw.resumes);
    return;
  }
  collect_arguments(context, memory);
  if (context.options.namespaces && syscall_->enters != none) [[unlikely]]
    entered_kinds_ =
        static_cast<u64>(Evaluator(context.model, call_, memory, context.resolver).value(syscall_->enters, Scope{}));
  if (some_decoded_) enter_arguments(context, memory);
  publish(false);
  all_known_ = event_.ready == argument_count_ && !some_hidden_ && notes_.count == 0 && entered_kinds_ == 0;
  if (context.options.find_targets) [[unlikely]]
    find_targets(context, memory);
}

// What the call does to the table of descriptors, beside making some.
void CallDecoder::tell_descriptors(const Context& context, const Evaluator& evaluator) {
  if (syscall_ == nullptr) return context.resolver.descriptors_untold(call_.tid);
  if (syscall_->closes_first != none) {
    constexpr s64 most = std::numeric_limits<s32>::max();
    const auto bound = [&](u32 expr) {
      return static_cast<int>(std::clamp<s64>(static_cast<s64>(evaluator.value(expr, Scope{})), -1, most));
    };
    const int first = bound(syscall_->closes_first), last = bound(syscall_->closes_last);
    constexpr u16 ebadf = 9;
    if (!call_.at_exit && first <= last) context.resolver.descriptors_closing(call_.tid, first, last);
    // Whatever else goes wrong, the descriptor is gone (close(2)).
    if (call_.at_exit) context.resolver.descriptors_closed(call_.tid, call_.error != ebadf);
  }
  if (!call_.at_exit && syscall_->untold != none && evaluator.value(syscall_->untold, Scope{}) != 0)
    context.resolver.descriptors_untold(call_.tid);
  if (call_.at_exit && !call_.failed && syscall_->unshares != none && evaluator.value(syscall_->unshares, Scope{}) != 0)
    context.resolver.descriptors_unshared(call_.tid);
}

// A descriptor as the result: of the file that a path argument names, if there is one.
void CallDecoder::tell_result(const Context& context) {
  if (call_.failed || result_type_ == none || call_.result < 0) return;
  const describe::Type& type = context.model.types[result_type_];
  if (type.kind != TypeKind::semantic || type.semantic != describe::Semantic::fd) return;
  resolve::NamedFile file;
  for (size_t i = 0; i < argument_count_ && !raw_display_; i++) {
    const Argument& argument = arguments_[i];
    const u32 type_of_it = argument.field().type;
    if (type_of_it != none && context.model.types[type_of_it].semantic == describe::Semantic::dirfd)
      file.folder = static_cast<int>(static_cast<s64>(argument.value->number));
    if (argument.value->kind == ValueKind::string && argument.value->is_path && file.path.empty())
      file.path = argument.value->text();
  }
  context.resolver.descriptor_made(call_.tid, static_cast<int>(call_.result), file);
}

// Addresses of the ends of a socket: the one that the call made, or the first argument.
void CallDecoder::tell_names(const Context& context, const Evaluator& evaluator, event::MemoryView& memory) {
  constexpr u16 einprogress = 115;  // connect(2): the peer is decided all the same
  if (syscall_ == nullptr || !syscall_->names_sockets) return;
  if (call_.failed && call_.error != einprogress) return;
  const bool made = result_type_ != none && context.model.types[result_type_].semantic == describe::Semantic::fd;
  const auto fd = static_cast<int>(made ? call_.result : static_cast<s64>(call_.registers[0]));
  for (size_t i = 0; i < argument_count_; i++) {
    const Field& field = arguments_[i].field();
    if (field.socket_end == describe::SocketEnd::none) continue;
    const describe::Type& type = context.model.types[field.type];
    const auto size = type.size == none ? s64{0} : static_cast<s64>(evaluator.value(type.size, Scope{}));
    std::byte address[128];  // struct sockaddr_storage
    const auto wanted = static_cast<size_t>(std::clamp<s64>(size, 0, sizeof address));
    const size_t got = memory.read({evaluator.argument(field)}, address, wanted);
    if (got == wanted && got > 0)
      context.resolver.socket_named(
          call_.tid, fd,
          field.socket_end == describe::SocketEnd::local ? resolve::SocketEnd::local : resolve::SocketEnd::peer,
          {address, got});
  }
}

void CallDecoder::raw_arguments(u8 count) {
  auto* values = arena_.make<Value>(count);
  for (u8 i = 0; i < count; i++) {
    values[i].kind = ValueKind::integer;
    values[i].style = IntStyle::hex;
    values[i].width = static_cast<u8>(word_size(call_.abi));
    values[i].number = call_.registers[i];
  }
  event_.args = {values, count};
  event_.ready = count;
}

// What the call goes on with is no argument: the source knows it, or the thread's own history tells.
void CallDecoder::resumed_call(const Context& context, u64 number) {
  const auto& table = context.model.tables[static_cast<size_t>(call_.abi)];
  const bool known = number < table.size() && table[number].syscall != none;
  const char* name = known                     ? context.model.c_str(table[number].name)
                     : interrupted_ != nullptr ? interrupted_
                                               : "system call";
  char text[120];
  const int n = snprintf(text, sizeof text, "<... resuming interrupted %s ...>", name);
  auto* value = arena_.make<Value>();
  value->kind = ValueKind::literal;
  value->set_text(arena_.copy({text, std::min<size_t>(static_cast<size_t>(n), sizeof text - 1)}));
  event_.args = {value, 1};
  event_.ready = 1;
}

// What a pattern shows has its value at once.
void CallDecoder::add_arguments(const CallPlan& plan) {
  for (const PlannedArgument& planned : plan.arguments) {
    if (argument_count_ == max_arguments) return;
    Value& value = values_[argument_count_];
    Argument& argument = arguments_[argument_count_++];
    argument.plan = &planned;
    argument.value = &value;
    argument.shown = true;
    argument.decided = planned.pattern.show(call_.registers[planned.slot], value);
    some_hidden_ |= planned.field->beside;
    if (argument.decided) continue;
    value.kind = ValueKind::none;
    some_decoded_ |= planned.pattern.way != Way::withheld;
  }
}

void CallDecoder::collect_arguments(const Context& context, event::MemoryView& memory) {
  const describe::Model& model = context.model;
  const Evaluator evaluator(model, call_, memory, context.resolver);
  signature_ = &model.signatures[syscall_->signature];
  for (;;) {
    const CallPlan& plan = context.plans.of(static_cast<u32>(signature_ - model.signatures.data()), call_.abi);
    add_arguments(plan);
    if (signature_->result != none) {
      result_type_ = signature_->result;
      result_pattern_ = &plan.result;
    }
    if (signature_->notes.count > 0) notes_ = signature_->notes;
    if (signature_->dispatch == none) return;
    const Signature* chosen = pick_case(context, evaluator, model.dispatches[signature_->dispatch]);
    if (chosen == nullptr || chosen == signature_) return;
    signature_ = chosen;
  }
}

const Signature* CallDecoder::pick_case(const Context& context, const Evaluator& evaluator,
                                        const describe::Dispatch& dispatch) const {
  const describe::Model& model = context.model;
  constexpr size_t max_selectors = 4;
  std::array<s64, max_selectors> wanted{};
  const size_t count = std::min<size_t>(dispatch.selectors.count, max_selectors);
  for (size_t i = 0; i < count; i++)
    wanted[i] = static_cast<s64>(evaluator.value(model.lists[dispatch.selectors.first + i], Scope{}));
  auto key = [&](const describe::Case& one, size_t i) { return model.key_ranges[one.keys.first + i]; };
  const auto cases = model.cases.subspan(dispatch.cases.first, dispatch.cases.count);
  const describe::Case* found = nullptr;
  if (count == 1) {
    // Sorted by first key, ranges do not overlap.
    auto behind = std::upper_bound(cases.begin(), cases.end(), wanted[0],
                                   [&](s64 v, const describe::Case& one) { return v < key(one, 0).first; });
    if (behind != cases.begin() && wanted[0] <= key(*(behind - 1), 0).last) found = &*(behind - 1);
  } else {
    for (const describe::Case& one : cases) {
      bool all = true;
      for (size_t i = 0; i < count; i++) all &= wanted[i] >= key(one, i).first && wanted[i] <= key(one, i).last;
      if (all) {
        found = &one;
        break;
      }
    }
  }
  if (found != nullptr) return &model.signatures[found->signature];
  return dispatch.fallback == none ? nullptr : &model.signatures[dispatch.fallback];
}

void CallDecoder::save_integer(const Context& context, const Evaluator& evaluator, const Field& field) {
  const describe::Type& pointer = context.model.types[field.type];
  if (pointer.kind != TypeKind::pointer || pointer.ref == none || call_.saved_count >= call_.saved.size()) return;
  if (auto value = evaluator.pointed(field))
    call_.saved[call_.saved_count++] = {static_cast<u32>(&field - context.model.fields.data()), *value};
}

namespace {

bool holds_nothing(const Value& value) {
  switch (value.kind) {
    case ValueKind::structure:
    case ValueKind::array: return std::ranges::all_of(value.items(), holds_nothing);
    case ValueKind::string: return false;
    default: return value.number == 0;
  }
}

}  // namespace

void CallDecoder::enter_arguments(const Context& context, event::MemoryView& memory) {
  ValueBuilder builder(context, call_, memory, arena_, abbreviate_, dereference_);
  for (size_t i = 0; i < argument_count_; i++) {
    Argument& argument = arguments_[i];
    if (!argument.decided && argument.plan->pattern.way != Way::withheld) enter_argument(context, builder, argument);
  }
}

void CallDecoder::enter_argument(const Context& context, ValueBuilder& builder, Argument& argument) {
  const Field& field = argument.field();
  const bool reads_exit = field.direction == Direction::out || field.direction == Direction::inout;
  if (field.direction == Direction::inout) save_integer(context, builder.evaluator(), field);
  if (field.exit_only) return;
  if (field.condition != none && builder.evaluator().value(field.condition, Scope{}) == 0) {
    argument.shown = false;
    argument.decided = true;
    some_hidden_ = true;
    return;
  }
  const u64 raw = builder.evaluator().argument(field);
  new (argument.value) Value(argument.plan->buffer ? builder.buffer(context.model.types[field.type], raw, Scope{})
                                                   : builder.from_register(field.type, raw, Scope{}));
  argument.value->name = context.model.c_str(field.name);
  argument.value->labeled = field.named;
  argument.decided = !reads_exit && !field.beside;
  if (field.blank && holds_nothing(*argument.value)) *argument.value = {};
  note_uncertain(builder, bit_of(argument));
}

void CallDecoder::exit(const Context& context, const event::RawEvent& raw, event::MemoryView& memory) {
  event_.kind = EventKind::call_end;
  // An execve may have given it to another thread (superseded).
  event_.tid = raw.tid;
  event_.tgid = raw.tgid;
  event_.end_time = raw.time;
  event_.raw_result = raw.result;
  event_.tampering = raw.tampering;
  // A call that is to be restarted has no result, but says how it ended.
  event_.has_result = raw.has_result || raw.is_error;
  call_.at_exit = true;
  call_.old_fields = &old_fields_;
  if (raw.socket.known) call_.socket = raw.socket;
  call_.result = raw.result;
  call_.failed = raw.is_error || !raw.has_result;
  if (raw.is_error) set_error(context, raw.result);
  if (context.options.wants_descriptors()) [[unlikely]] {
    const Evaluator evaluator(context.model, call_, memory, context.resolver);
    tell_descriptors(context, evaluator);
    tell_result(context);
    tell_names(context, evaluator, memory);
  }
  if (!all_known_ || !set_plain_result(context)) finish_values(context, memory);
  if (context.options.stacks && event_.stack.empty() && event_.has_result) [[unlikely]]
    event_.stack = context.resolver.stack(raw.tid, arena_);
  if (!context.options.dump_received.empty() || !context.options.dump_sent.empty()) [[unlikely]]
    add_dumps(context, memory);
  if (uncertain_ != 0) [[unlikely]]
    tell_uncertain();
  constexpr u16 erestart_restartblock = 516;  // include/linux/errno.h: to be continued by restart_syscall
  // One that was broken off again still resumes the first call.
  if (event_.error == erestart_restartblock && syscall_ != nullptr && !syscall_->resumes)
    interrupted_ = context.model.c_str(syscall_->display);
  in_call_ = false;
}

void CallDecoder::finish_values(const Context& context, event::MemoryView& memory) {
  ValueBuilder builder(context, call_, memory, arena_, abbreviate_, dereference_);
  memory.take_uncertain();
  if (signature_ != nullptr && !raw_display_) {
    for (size_t i = 0; i < argument_count_; i++)
      if (!arguments_[i].decided && !arguments_[i].field().beside) exit_argument(context, builder, arguments_[i]);
    publish(true);
    if (context.options.states) [[unlikely]]
      add_states(context, builder);
    add_notes(context, builder);
  } else {
    event_.ready = event_.args.size();
  }
  if (!set_plain_result(context)) set_result(builder);
}

void CallDecoder::exit_argument(const Context& context, ValueBuilder& builder, Argument& argument) {
  const Field& field = argument.field();
  argument.decided = true;
  if (field.condition != none && builder.evaluator().value(field.condition, Scope{}) == 0) {
    argument.shown = false;
    some_hidden_ = true;
    return;
  }
  const u64 raw = builder.evaluator().argument(field);
  const describe::Type& type = context.model.types[field.type];
  const bool is_out = field.direction == Direction::out || (field.blank && argument.value->kind == ValueKind::none);
  builder.makes_descriptors(is_out && !call_.failed);
  const bool is_memory = field.direction == Direction::out || field.direction == Direction::inout;
  if (call_.failed && is_memory && !field.always) {
    Value address;
    address.kind = ValueKind::address;
    address.width = static_cast<u8>(word_size(call_.abi));
    address.number = extend(raw, address.width, false);
    const bool invalid = type.valid != none && builder.evaluator().value(type.valid, Scope{}) == 0;
    *argument.value = is_out || invalid ? address : Merge(context.model, arena_).given(field, *argument.value, address);
  } else if (!is_out && field.direction == Direction::inout && type.kind == TypeKind::pointer) {
    const Value after = builder.from_register(field.type, raw, Scope{});
    *argument.value = Merge(context.model, arena_).merged(field, *argument.value, after);
  } else {
    new (argument.value) Value(argument.plan->buffer ? builder.buffer(type, raw, Scope{})
                                                     : builder.from_register(field.type, raw, Scope{}));
  }
  argument.value->name = context.model.c_str(field.name);
  argument.value->labeled = field.named;
  note_uncertain(builder, bit_of(argument));
}

// By their places among those that are shown.
void CallDecoder::tell_uncertain() {
  event_.uncertain = uncertain_ & (event::uncertain_notes | event::uncertain_dumps);
  u32 place = 0;
  for (size_t i = 0; i < argument_count_; i++) {
    if (!arguments_[i].shown || arguments_[i].field().beside) continue;
    event_.uncertain |= (uncertain_ >> i & 1) << place++;
  }
}

// Makes the arguments visible in the event: those before the first undecided one, or all.
void CallDecoder::publish(bool all) {
  event_.awaits_exit = notes_.count > 0;
  if (some_hidden_) return publish_shown(all);
  size_t ready = all ? argument_count_ : 0;
  while (ready < argument_count_ && arguments_[ready].decided) ready++;
  event_.args = {values_.data(), argument_count_};
  event_.ready = ready;
}

// The same if some are not to be seen.
void CallDecoder::publish_shown(bool all) {
  auto* values = static_cast<Value*>(arena_.allocate(argument_count_ * sizeof(Value), alignof(Value)));
  size_t count = 0;
  size_t ready = 0;
  bool prefix = true;
  for (size_t i = 0; i < argument_count_; i++) {
    const Argument& argument = arguments_[i];
    if (argument.field().beside) continue;
    prefix &= argument.decided;
    if (!argument.shown) continue;
    if (all || prefix) {
      new (values + count++) Value(*argument.value);
      ready = count;
    } else {
      new (values + count++) Value();
    }
  }
  event_.args = {values, count};
  event_.ready = all ? count : ready;
}

void CallDecoder::set_error(const Context& context, s64 result) {
  event_.failed = true;
  event_.error = static_cast<u16>(-result);
  call_.error = event_.error;
  event_.error_name = error_name(context, event_.error);
  event_.error_text = error_text(event_.error);
}

// Results that no call returns are shown in full: as a number without a sign, whatever the type holds.
void CallDecoder::whole_result(Value& result) {
  const bool decimal = result.kind == ValueKind::none || result.style == IntStyle::signed_decimal ||
                       result.style == IntStyle::unsigned_decimal;
  if (!decimal) return;
  result.kind = ValueKind::integer;
  result.style = IntStyle::unsigned_decimal;
  result.negative_one = false;
  result.width = static_cast<u8>(word_size(call_.abi));
  result.number = extend(static_cast<u64>(event_.raw_result), result.width, false);
}

// What -P and trace-fds look at: the arguments that are known at entry, in full.
void CallDecoder::find_targets(const Context& context, event::MemoryView& memory) {
  ValueBuilder builder(context, call_, memory, arena_, false, true);
  builder.ignore_limits();
  ValueList list(arena_, argument_count_ + 1);
  for (size_t i = 0; i < argument_count_; i++) {
    const Field& field = arguments_[i].field();
    if (field.direction == Direction::out || field.untouched || field.beside) continue;
    if (field.condition != none && (field.exit_only || builder.evaluator().value(field.condition, Scope{}) == 0))
      continue;
    list.add(builder.from_register(field.type, builder.evaluator().argument(field), Scope{}));
  }
  event_.targets = {list.data(), list.size()};
}

// The arguments are walked once more, without the limits of what is shown.
void CallDecoder::add_dumps(const Context& context, event::MemoryView& memory) {
  memory.take_uncertain();
  const auto fd = static_cast<s32>(call_.registers[0]);
  ValueBuilder builder(context, call_, memory, arena_, false, true);
  DumpWalk walk;
  builder.collect_dumps(&walk);
  builder.ignore_limits();
  for (size_t i = 0; i < argument_count_; i++) {
    const Field& field = arguments_[i].field();
    const bool received = field.transfer == describe::Transfer::received;
    if (!received && field.transfer != describe::Transfer::sent) continue;
    if (!(received ? context.options.dump_received : context.options.dump_sent).contains(fd)) continue;
    const describe::Type& type = context.model.types[field.type];
    const u64 address = extend(builder.evaluator().argument(field), static_cast<u32>(word_size(call_.abi)), false);
    const TypeKind target = type.ref == none ? TypeKind::none : context.model.types[type.ref].kind;
    const bool direct = target == TypeKind::chars || target == TypeKind::union_type;
    // One buffer that should have been sent is there whatever came of it.
    if ((event_.failed || !event_.has_result) && (received || !direct)) continue;
    if (direct)
      builder.dump(type, address, Scope{});
    else
      builder.pointed(type, address, Scope{});
  }
  note_uncertain(builder, event::uncertain_dumps);
  const std::vector<event::Dump>& found = walk.dumps();
  auto* dumps = arena_.make<event::Dump>(found.size());
  std::ranges::copy(found, dumps);
  event_.dumps = {dumps, found.size()};
}

// False: the result takes more than its number.
bool CallDecoder::set_plain_result(const Context& context) {
  if (event_.tampering.result) return false;  // even where the call itself does not return
  if (result_type_ != none && context.model.types[result_type_].kind == TypeKind::none) {
    event_.has_result = false;
    return true;
  }
  if (result_type_ != none && !event_.failed && !raw_display_)
    return result_pattern_->show(static_cast<u64>(event_.raw_result), event_.result);
  set_bare_result();
  return true;
}

void CallDecoder::set_bare_result() {
  Value& result = event_.result;
  result.kind = ValueKind::integer;
  result.style = raw_display_ ? IntStyle::hex : IntStyle::signed_decimal;
  result.width = static_cast<u8>(word_size(call_.abi));
  result.number = static_cast<u64>(event_.raw_result);
}

void CallDecoder::set_result(ValueBuilder& builder) {
  Value& result = event_.result;
  const bool made_up = event_.tampering.result;
  if (result_type_ != none && !event_.failed && !raw_display_) {
    new (&result) Value(builder.from_register(result_type_, static_cast<u64>(event_.raw_result), Scope{}));
    const bool no_descriptor = result.kind == ValueKind::fd && event_.raw_result != static_cast<s32>(event_.raw_result);
    const bool plain = result.kind == ValueKind::integer || result.kind == ValueKind::none || no_descriptor;
    if (made_up && plain) whole_result(result);
    return;
  }
  set_bare_result();
  if (made_up && !event_.failed) whole_result(result);
}

namespace {

// Whether a part that is shown only if it holds something (@nonzero) is an empty list.
bool empty_note(const describe::Model& model, const describe::Alternative& note, const Value& text) {
  for (u32 i = 0; i < note.parts.count; i++) {
    const Field& part = model.fields[note.parts.first + i];
    if (!part.nonzero) continue;
    for (const Value& item : text.items())
      if (item.kind == ValueKind::array && item.count == 0 && !item.more) return true;
  }
  return false;
}

}  // namespace

// A note that reads the result's own number by a set tells what the number before it doesn't: names, in any style but
// the raw one, and nothing if there is no name. Sets that are shown by name everywhere (@by_name) speak for themselves,
// and so do those that take a number apart (@separate).
void CallDecoder::name_result(const describe::Model& model, const describe::Alternative& note, Value& text) {
  for (u32 i = 0; i < note.pieces.count; i++) {
    const describe::Piece& piece = model.pieces[note.pieces.first + i];
    if (piece.part == none) continue;
    const Field& part = model.fields[note.parts.first + piece.part];
    const describe::Type& type = model.types[part.type];
    if (!part.from_expression || type.kind != TypeKind::set) continue;
    if (model.sets[type.ref].by_name || model.sets[type.ref].separate) continue;
    const describe::Range code = model.exprs[part.value].code;
    if (code.count != 1 || model.instructions[code.first].op != describe::Op::result) continue;
    Value names = text.items()[i];
    const auto is_number = [](const Value& item) { return item.kind == ValueKind::integer; };
    const bool nothing_known = names.kind == ValueKind::flags
                                   ? names.count > 0 && std::ranges::all_of(names.items(), is_number)
                                   : names.count == 0;
    if (nothing_known && note.pieces.count == 1) {
      text = {};
      return;
    }
    names.always_named = true;
    names.comment_only = false;
    text.unless_raw = true;
    auto* items = arena_.make<Value>(text.count);
    std::copy_n(text.items().begin(), text.count, items);
    items[i] = names;
    text.set_items(items, text.count);
  }
}

// Whether all that the note could say would be where things are (-e verbose=none).
bool CallDecoder::shows_addresses(const Context& context, const describe::Alternative& note) const {
  if (context.options.dereference.contains(event_.syscall)) return false;
  const auto parts = context.model.fields.subspan(note.parts.first, note.parts.count);
  return std::ranges::any_of(
      parts, [&](const Field& part) { return context.model.types[part.type].kind == TypeKind::pointer; });
}

void CallDecoder::add_notes(const Context& context, ValueBuilder& builder) {
  if ((notes_.count == 0 && entered_kinds_ == 0) || !event_.has_result) return;
  constexpr size_t most_kinds = 8;
  ValueList list(arena_, notes_.count + (entered_kinds_ != 0 ? most_kinds : 0));
  for (u32 i = 0; i < notes_.count; i++) {
    const describe::Alternative& note = context.model.alternatives[notes_.first + i];
    // Notes are made on success, unless their condition asks for the error.
    const bool always = note.condition != none && mentions_error(context.model, note.condition);
    if (call_.failed && !always) continue;
    if (note.condition != none && builder.evaluator().value(note.condition, Scope{}) == 0) continue;
    if (shows_addresses(context, note)) continue;
    Value text = builder.alternative(note, Scope{}, {});
    // A note without any text makes the parentheses appear, whatever else there is.
    if (text.count == 0) text.kind = ValueKind::none;
    for (const Value& part : text.items()) text.unless_raw |= part.unless_raw;
    const bool speaks = text.count > 0;
    name_result(context.model, note, text);
    if (speaks && text.count == 0) continue;
    if (!empty_note(context.model, note, text)) list.add(text);
  }
  note_uncertain(builder, event::uncertain_notes);
  if (entered_kinds_ != 0 && !call_.failed) add_namespaces(context, list);
  event_.notes = {list.data(), list.size()};
}

// States are told apart by what stands at the end of the name of the call's descriptor: anon_inode:kvm-vcpu:0.
void CallDecoder::add_states(const Context& context, ValueBuilder& builder) {
  auto* states = arena_.make<event::State>(argument_count_);
  size_t count = 0;
  for (size_t i = 0; i < argument_count_; i++) {
    const Argument& argument = arguments_[i];
    const Field& field = argument.field();
    if (!field.beside || !argument.shown) continue;
    event::State& state = states[count++];
    state.name = context.model.c_str(field.name);
    const auto target = context.resolver.descriptor_target(call_.tid, static_cast<int>(call_.registers[0]), arena_);
    const std::string_view name = target ? target->name : std::string_view();
    state.instance = name.substr(std::min(name.rfind(':') + 1, name.size()));
    state.before = *argument.value;
    state.after = builder.from_register(field.type, builder.evaluator().argument(field), Scope{});
    state.before.name = state.after.name = nullptr;
  }
  event_.states = {states, count};
}

void CallDecoder::add_namespaces(const Context& context, ValueList& notes) {
  const bool makes_task = result_type_ != none && context.model.types[result_type_].semantic == describe::Semantic::tid;
  Tid task = call_.tid;
  if (makes_task) {
    const auto made = static_cast<s32>(call_.result);
    const resolve::TranslatedId translated = context.resolver.translated_id(call_.tid, resolve::IdKind::task, made);
    task = Tid{translated.id > 0 ? translated.id : made};
  }
  for (std::string_view name : context.resolver.namespaces(task, entered_kinds_, arena_)) {
    Value value;
    value.kind = ValueKind::word;
    value.set_text(name);
    notes.add(value);
  }
}

}  // namespace sysray::decode
