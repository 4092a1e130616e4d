// Values that mean something only in the world of the tracee: descriptors and ids of tasks. The resolver tells what
// is behind them.
#include <sys/sysmacros.h>

#include <algorithm>
#include <cstdio>

#include "decode/value_builder.h"

namespace sysray::decode {

using describe::Semantic;
using event::IntStyle;
using event::Value;
using event::ValueKind;
using resolve::DescriptorDetails;
using resolve::DescriptorKind;

namespace {

constexpr size_t max_levels = 33;  // pid_namespaces(7)

Value literal(std::string_view text) {
  Value value;
  value.kind = ValueKind::literal;
  value.set_text(text);
  return value;
}

Value named(ValueKind kind, const char* name, std::string_view text) {
  Value value;
  value.kind = kind;
  value.name = name;
  value.set_text(text);
  return value;
}

Value number_part(const char* name, u64 number, IntStyle style = IntStyle::unsigned_decimal) {
  Value value;
  value.kind = ValueKind::integer;
  value.style = style;
  value.width = 8;
  value.name = name;
  value.number = number;
  return value;
}

resolve::IdKind id_kind(Semantic semantic) {
  if (semantic == Semantic::pgid) return resolve::IdKind::group;
  return semantic == Semantic::sid ? resolve::IdKind::session : resolve::IdKind::task;
}

}  // namespace

Value* ValueBuilder::kept_format(std::span<const Value> pieces) {
  auto* items = arena_.make<Value>(pieces.size());
  std::copy(pieces.begin(), pieces.end(), items);
  auto* value = arena_.make<Value>();
  value->kind = ValueKind::format;
  value->set_items(items, pieces.size());
  return value;
}

// TCP:[127.0.0.1:80->127.0.0.1:4711], UNIX-STREAM:[12->13,"/run/x"], NETLINK:[ROUTE:7]
Value* ValueBuilder::socket_text(const DescriptorDetails& details) {
  ValueList list(arena_, 20);
  // What the text does not show.
  auto data = [&](Value value) {
    value.data_only = true;
    list.add(value);
  };
  auto end = [&](const char* host, std::string_view address, const char* port, u32 number) {
    if (address.empty()) return;
    data(named(ValueKind::string, host, address));
    data(number_part(port, number));
  };
  list.add(named(ValueKind::word, "protocol", details.protocol));
  list.add(literal(":["));
  if (details.local.empty()) {
    list.add(number_part("inode", details.number));
    if (details.peer_inode != 0) {
      list.add(literal("->"));
      list.add(number_part("peer_inode", details.peer_inode));
    }
  } else {
    list.add(named(ValueKind::word, "local", details.local));
  }
  if (!details.peer.empty()) {
    list.add(literal("->"));
    list.add(named(ValueKind::word, "peer", details.peer));
  }
  if (!details.path.empty()) {
    const bool abstract = details.path[0] == 0;
    list.add(literal(abstract ? ",@" : ","));
    list.add(named(ValueKind::string, abstract ? "abstract" : "path", details.path.substr(abstract)));
  }
  list.add(literal("]"));
  if (!details.local.empty() && details.number != 0) data(number_part("inode", details.number));
  end("local_address", details.local_host, "local_port", details.local_port);
  end("peer_address", details.peer_host, "peer_port", details.peer_port);
  if (!details.state.empty()) data(named(ValueKind::string, "state", details.state));
  return kept_format({list.data(), list.size()});
}

// Facts as a structure: {tfd=[{tfd=5, events=0x19}, {...}], ...}. Those of a group follow each other.
Value* ValueBuilder::facts(std::span<const resolve::DescriptorFact> facts) {
  auto structure_of = [&](const ValueList& list) {
    Value value;
    value.kind = ValueKind::structure;
    value.set_items(list.data(), list.size());
    return value;
  };
  ValueList fields(arena_, facts.size() + 1);
  for (size_t i = 0; i < facts.size();) {
    if (facts[i].group.empty()) {
      fields.add(fact(facts[i++]));
      continue;
    }
    const std::string_view group = facts[i].group;
    ValueList members(arena_);
    while (i < facts.size() && facts[i].group == group) {
      const u32 number = facts[i].number_of_group;
      ValueList parts(arena_);
      for (; i < facts.size() && facts[i].group == group && facts[i].number_of_group == number; i++)
        parts.add(fact(facts[i]));
      members.add(structure_of(parts));
    }
    Value list;
    list.kind = ValueKind::array;
    list.name = arena_.copy(group).data();
    list.set_items(members.data(), members.size());
    fields.add(list);
  }
  auto* value = arena_.make<Value>();
  *value = structure_of(fields);
  return value;
}

Value ValueBuilder::fact(const resolve::DescriptorFact& one) {
  const char* name = arena_.copy(one.name).data();
  if (!one.text.empty()) return named(ValueKind::string, name, one.text);
  return number_part(name, one.number, one.hex ? IntStyle::hex : IntStyle::unsigned_decimal);
}

// Details that stand in the place of the target, or behind it.
void ValueBuilder::add_details(Value& value, Tid owner, int fd) {
  const DescriptorDetails details =
      context_.resolver.descriptor_details(owner, fd, context_.options.fd_details, arena_);
  switch (details.kind) {
    case DescriptorKind::other: return;
    case DescriptorKind::character_device:
    case DescriptorKind::block_device: {
      const bool block = details.kind == DescriptorKind::block_device;
      const Value pieces[] = {literal(block ? "<block " : "<char "),
                              number_part("major", major(details.number)),
                              literal(":"),
                              number_part("minor", minor(details.number)),
                              literal(" @"),
                              named(ValueKind::word, "terminal", details.terminal),
                              literal(">")};
      if (!details.terminal.empty()) {
        value.annotation = kept_format(pieces);
      } else {
        const Value plain[] = {pieces[0], pieces[1], pieces[2], pieces[3], pieces[6]};
        value.annotation = kept_format(plain);
      }
      // Asked for devices alone, those have their names all the same.
      if (value.count == 0) add_target(value, owner, fd);
      return;
    }
    case DescriptorKind::info:
      if (value.count == 0) add_target(value, owner, fd);
      value.annotation = facts(details.facts);
      return;
    case DescriptorKind::socket: value.annotation = socket_text(details); break;
    case DescriptorKind::pidfd: {
      const Value pieces[] = {literal("pid:"), number_part("pid", static_cast<u64>(details.id))};
      value.annotation = kept_format(pieces);
      break;
    }
    case DescriptorKind::signalfd: {
      Value mask =
          signal_set({reinterpret_cast<const u8*>(
                          arena_.copy({reinterpret_cast<const char*>(&details.number), sizeof details.number}).data()),
                      sizeof details.number,
                      {}});
      mask.name = "mask";
      const Value pieces[] = {literal("signalfd:"), mask};
      value.annotation = kept_format(pieces);
      break;
    }
    case DescriptorKind::eventfd: {
      const Value pieces[] = {literal("{eventfd-count="),
                              number_part("count", details.number, IntStyle::hex),
                              literal(", eventfd-id="),
                              number_part("id", static_cast<u64>(details.id)),
                              literal(", eventfd-semaphore="),
                              number_part("semaphore", static_cast<u64>(details.semaphore)),
                              literal("}")};
      const size_t known = details.id < 0 ? 2 : details.semaphore < 0 ? 4 : 6;  // older kernels say less
      ValueList list(arena_, 8);
      for (size_t i = 0; i < known; i++) list.add(pieces[i]);
      list.add(pieces[6]);
      value.annotation = kept_format({list.data(), list.size()});
      break;
    }
  }
  value.data_only = true;  // the details stand in its place
}

void ValueBuilder::add_target(Value& value, Tid owner, int fd) {
  const auto target = context_.resolver.descriptor_target(owner, fd, arena_);
  if (!target) return;
  value.set_text(target->name);
  value.deleted = target->deleted;
}

// The arena's copies end in a NUL.
void ValueBuilder::add_security(Value& value, std::optional<std::string_view> context) {
  if (context) value.security = context->data();
}

// Whose descriptor it is: the thread's own, or one of the process that another argument is (@of). 0: not known.
Tid ValueBuilder::owner_of(const Type& type) {
  if (type.step == describe::none) return call_.tid;
  const describe::Instruction& named = model_.instructions[model_.exprs[type.step].code.first];
  if (named.op != describe::Op::argument) return call_.tid;
  const auto id = static_cast<s32>(static_cast<s64>(evaluator_.value(type.step, Scope{})));
  if (id < 0) return Tid{0};
  const Type& kind = model_.types[model_.fields[named.operand].type];
  if (kind.semantic != Semantic::fd)
    return Tid{context_.resolver.translated_id(call_.tid, id_kind(kind.semantic), id).id};
  const auto process = context_.resolver.descriptor_details(call_.tid, id, resolve::detail_pidfd, arena_);
  return Tid{process.kind == DescriptorKind::pidfd ? process.id : 0};
}

Value ValueBuilder::descriptor(const Type& type, u64 raw) {
  constexpr int at_fdcwd = -100;
  Value value;
  value.width = 4;
  value.number = extend(raw, 4, true);
  value.style = IntStyle::signed_decimal;
  const int fd = static_cast<int>(static_cast<s64>(value.number));
  if (type.semantic == Semantic::dirfd) last_dirfd_ = fd;
  if (context_.options.security_contexts && (fd >= 0 || (type.semantic == Semantic::dirfd && fd == at_fdcwd)))
    add_security(value, context_.resolver.descriptor_security(call_.tid, fd, arena_));
  if (type.semantic == Semantic::dirfd && fd == at_fdcwd) {
    value.kind = ValueKind::symbol;
    value.signed_symbol = true;
    value.set_text("AT_FDCWD");
    if (!context_.options.fd_paths) return value;
    if (auto path = context_.resolver.working_directory(call_.tid, arena_)) {
      auto* target = arena_.make<Value>();
      *target = named(ValueKind::string, nullptr, *path);
      target->is_path = true;
      value.annotation = target;
    }
    return value;
  }
  value.kind = ValueKind::fd;
  if (fd < 0) return value;
  if (!context_.options.wants_descriptors()) return value;
  if (makes_descriptors_) context_.resolver.descriptor_made(call_.tid, fd, {});
  const Tid owner = owner_of(type);
  if (number(owner) <= 0) return value;
  if (context_.options.fd_paths) add_target(value, owner, fd);
  if (context_.options.fd_details != 0) add_details(value, owner, fd);
  return value;
}

Value ValueBuilder::process_id(const Type& type, u64 raw) {
  Value value;
  value.kind = ValueKind::pid;
  value.style = IntStyle::signed_decimal;
  value.width = 4;
  value.number = extend(raw, 4, true);
  const auto id = static_cast<s32>(static_cast<s64>(value.number));
  const Options& options = context_.options;
  if (id <= 0 || !(options.pid_names || options.translate_pids || options.security_contexts)) return value;
  const auto here = context_.resolver.translated_id(call_.tid, id_kind(type.semantic), id);
  if (here.id <= 0) return value;
  const bool is_task = type.semantic != Semantic::pgid && type.semantic != Semantic::sid;
  if (options.pid_names && is_task) {
    if (auto name = context_.resolver.thread_name(Tid{here.id}, arena_)) value.set_text(*name);
  }
  if (options.security_contexts && is_task) add_security(value, context_.resolver.task_security(Tid{here.id}, arena_));
  if (options.translate_pids && here.foreign) add_ids(value, here);
  return value;
}

// A user or a group.
Value ValueBuilder::account(const Type& type, u64 raw) {
  Value value = integer(type, raw);
  value.negative_one = true;
  value.style = IntStyle::unsigned_decimal;
  value.number = extend(raw, value.width, false);
  if (!context_.options.user_names || value.number == extend(~u64{0}, value.width, false)) return value;
  const auto id = static_cast<u32>(value.number);
  const auto name = type.semantic == Semantic::uid ? context_.resolver.user_name(call_.tid, id, arena_)
                                                   : context_.resolver.group_name(call_.tid, id, arena_);
  if (!name || name->empty()) return value;
  value.kind = ValueKind::symbol;
  value.comment_only = true;
  value.set_text(*name);
  return value;
}

void add_task_facts(const Context& context, Arena& arena, event::Event& event) {
  const Options& options = context.options;
  if (options.security_contexts) event.security = context.resolver.task_security(event.tid, arena).value_or("");
  if (options.id_chains) {
    s32 ids[max_levels];
    const size_t count = context.resolver.id_chain(event.tid, ids, max_levels);
    if (count > 1) {
      auto* kept = arena.make<s32>(count);
      std::copy_n(ids, count, kept);
      event.ids = {kept, count};
    }
  }
  if (options.containers) event.container = context.resolver.container(event.tid, arena);
}

void ValueBuilder::add_ids(Value& value, resolve::TranslatedId here) {
  char text[48];
  const int n = snprintf(text, sizeof text, "%d in strace's PID NS", here.id);
  if (here.id != static_cast<s32>(value.number)) value.comment = arena_.copy({text, static_cast<size_t>(n)}).data();
  if (!context_.options.id_chains) return;
  s32 ids[max_levels];
  const size_t count = context_.resolver.id_chain(Tid{here.id}, ids, max_levels);
  if (count == 0) return;
  auto* items = arena_.make<Value>(count);
  for (size_t i = 0; i < count; i++) items[i] = number_part(nullptr, static_cast<u64>(ids[i]));
  auto* chain = arena_.make<Value>();
  chain->kind = ValueKind::array;
  chain->set_items(items, count);
  value.annotation = chain;
}

}  // namespace sysray::decode
