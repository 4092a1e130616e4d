// Types as they are used: base types, aliases, pointers, arrays, and the attributes that change them.
#include <algorithm>

#include "describe/checker.h"

namespace sysray::describe {

namespace {

struct Builtin {
  std::string_view name;
  TypeKind kind;
  Semantic semantic;
  u8 width;
  bool is_signed;
  bool big_endian;
};

constexpr Builtin builtins[] = {
    {"s8", TypeKind::integer, Semantic::none, 1, true, false},
    {"u8", TypeKind::integer, Semantic::none, 1, false, false},
    {"s16", TypeKind::integer, Semantic::none, 2, true, false},
    {"u16", TypeKind::integer, Semantic::none, 2, false, false},
    {"s32", TypeKind::integer, Semantic::none, 4, true, false},
    {"u32", TypeKind::integer, Semantic::none, 4, false, false},
    {"s64", TypeKind::integer, Semantic::none, 8, true, false},
    {"u64", TypeKind::integer, Semantic::none, 8, false, false},
    {"int", TypeKind::integer, Semantic::none, 4, true, false},
    {"uint", TypeKind::integer, Semantic::none, 4, false, false},
    {"be16", TypeKind::integer, Semantic::none, 2, false, true},
    {"be32", TypeKind::integer, Semantic::none, 4, false, true},
    {"be64", TypeKind::integer, Semantic::none, 8, false, true},
    {"long", TypeKind::integer, Semantic::none, width_long, true, false},
    {"ulong", TypeKind::integer, Semantic::none, width_long, false, false},
    {"size_t", TypeKind::integer, Semantic::none, width_long, false, false},
    {"ssize_t", TypeKind::integer, Semantic::none, width_long, true, false},
    {"kernel_ulong", TypeKind::integer, Semantic::none, width_klong, false, false},
    {"addr", TypeKind::address, Semantic::none, width_long, false, false},
    {"void", TypeKind::none, Semantic::none, 0, false, false},
    {"nothing", TypeKind::none, Semantic::none, 0, false, false},
    {"fd", TypeKind::semantic, Semantic::fd, 4, true, false},
    {"dirfd", TypeKind::semantic, Semantic::dirfd, 4, true, false},
    {"pid", TypeKind::semantic, Semantic::pid, 4, true, false},
    {"tid", TypeKind::semantic, Semantic::tid, 4, true, false},
    {"tgid", TypeKind::semantic, Semantic::tgid, 4, true, false},
    {"pgid", TypeKind::semantic, Semantic::pgid, 4, true, false},
    {"sid", TypeKind::semantic, Semantic::sid, 4, true, false},
    {"uid", TypeKind::semantic, Semantic::uid, 4, false, false},
    {"gid", TypeKind::semantic, Semantic::gid, 4, false, false},
    {"uid16", TypeKind::semantic, Semantic::uid, 2, false, false},
    {"gid16", TypeKind::semantic, Semantic::gid, 2, false, false},
    {"signal", TypeKind::semantic, Semantic::signal, 4, true, false},
    {"sigset", TypeKind::semantic, Semantic::sigset, 0, false, false},
    {"fdset", TypeKind::semantic, Semantic::fdset, 0, false, false},
    {"time_t", TypeKind::semantic, Semantic::time, width_long, true, false},
    {"ipv4", TypeKind::semantic, Semantic::ipv4, 0, false, false},
    {"ipv6", TypeKind::semantic, Semantic::ipv6, 0, false, false},
    {"mac", TypeKind::semantic, Semantic::mac, 0, false, false},
    {"uuid", TypeKind::semantic, Semantic::uuid, 0, false, false},
    {"errno_value", TypeKind::semantic, Semantic::errno_value, 4, true, false},
    {"errno_text", TypeKind::semantic, Semantic::errno_text, 4, true, false},
    {"sysno", TypeKind::semantic, Semantic::sysno, 4, false, false},
    {"ifindex", TypeKind::semantic, Semantic::ifindex, 4, false, false},
    {"string", TypeKind::string, Semantic::none, 0, false, false},
    {"path", TypeKind::path, Semantic::none, 0, false, false},
    {"char", TypeKind::chars, Semantic::none, 1, true, false},
};

constexpr std::string_view known_attributes[] = {
    "if",        "nonzero",  "v",          "valid",   "on",          "always",      "size",     "tail",   "count",
    "bare",      "single",   "carry",      "time",    "comment",     "unnamed",     "name",     "big",    "limit",
    "hex",       "oct",      "dec",        "hex0",    "zero_filled", "cut",         "uncut",    "text",   "trim",
    "partial",   "instead",  "unreadable", "char",    "date",        "mode",        "digits",   "minus1", "both",
    "lost",      "named",    "class",      "noclass", "noreturn",    "new_program", "abi",      "since",  "never_fails",
    "prototype", "received", "sent",       "data",    "untouched",   "closes",      "unshares", "enters", "address",
    "shown",     "arch",     "resumes",    "bits",    "room",        "of",          "blank",    "local",  "peer",
    "linked",    "beside",   "untold"};

// Types that take an array form as their own length: char x[8], sigset x[bytes 8], fdset x[n].
bool absorbs_length(const Type& type) {
  return type.kind == TypeKind::string || type.kind == TypeKind::path || type.kind == TypeKind::chars ||
         (type.kind == TypeKind::semantic &&
          (type.semantic == Semantic::sigset || type.semantic == Semantic::fdset || type.semantic == Semantic::mac));
}

const ast::Attribute* find(const std::vector<ast::Attribute>& attributes, std::string_view name) {
  for (const ast::Attribute& one : attributes)
    if (one.name == name) return &one;
  return nullptr;
}

}  // namespace

u32 Checker::add_type(const Type& type) {
  tables_.types.push_back(type);
  return static_cast<u32>(tables_.types.size() - 1);
}

void Checker::check_attributes(const std::vector<ast::Attribute>& attributes) {
  for (const ast::Attribute& one : attributes) {
    if (std::find(std::begin(known_attributes), std::end(known_attributes), one.name) != std::end(known_attributes))
      continue;
    diagnostics_.error(one.position, "unknown attribute '@" + one.name + "'",
                       did_you_mean(one.name, {std::begin(known_attributes), std::end(known_attributes)}));
  }
}

// Attributes that say nothing where they stand are mistakes.
void Checker::check_places(const ast::Field& written, const Type& base) {
  static constexpr std::string_view of_pointers[] = {"valid", "size",    "tail",       "bare",   "on",
                                                     "cut",   "partial", "unreadable", "address"};
  static constexpr std::string_view of_arrays[] = {"count", "carry", "single", "limit"};
  static constexpr std::string_view of_calls[] = {"class",  "noclass",     "noreturn",  "new_program", "abi",
                                                  "since",  "never_fails", "prototype", "closes",      "unshares",
                                                  "enters", "resumes",     "untold"};
  auto among = [](const auto& list, std::string_view name) {
    return std::find(std::begin(list), std::end(list), name) != std::end(list);
  };
  const bool is_pointer = written.pointers > 0 || base.kind == TypeKind::pointer;
  for (const ast::Attribute& one : written.attributes) {
    const bool inline_size = one.name == "size" && (written.array.has_value() || base.kind == TypeKind::format);
    if (among(of_pointers, one.name) && !is_pointer && !inline_size)
      diagnostics_.error(
          one.position, "'@" + one.name + "' is about the memory behind a pointer, and '" + written.name + "' is none");
    else if (among(of_arrays, one.name) && !written.array)
      diagnostics_.error(one.position,
                         "'@" + one.name + "' is about the elements of an array, and '" + written.name + "' is none");
    else if (among(of_calls, one.name))
      diagnostics_.error(one.position, "'@" + one.name + "' belongs to a system call");
  }
}

void Checker::check_call_attributes(const ast::Declaration& one) {
  static constexpr std::string_view of_fields[] = {"if",        "nonzero", "v",     "valid",    "on",     "always",
                                                   "size",      "tail",    "count", "bare",     "single", "carry",
                                                   "unnamed",   "big",     "limit", "received", "sent",   "data",
                                                   "untouched", "blank",   "local", "peer",     "beside"};
  check_attributes(one.attributes);
  for (const ast::Attribute& attribute : one.attributes)
    if (std::find(std::begin(of_fields), std::end(of_fields), attribute.name) != std::end(of_fields))
      diagnostics_.error(attribute.position,
                         "'@" + attribute.name + "' belongs to an argument or a field, not to a call");
}

Range Checker::arguments(const ast::TypeUse& use, size_t expected, const Names& names) {
  // A size needs no parameters: sizeof(T), _IOR(..., T).
  if (use.arguments.size() != expected && !(sizing_ && use.arguments.empty()))
    diagnostics_.error(use.position, "'" + use.name + "' takes " + std::to_string(expected) + " parameter" +
                                         (expected == 1 ? "" : "s") + ", " + std::to_string(use.arguments.size()) +
                                         " given");
  std::vector<u32> list;
  for (const ast::Expression& one : use.arguments) list.push_back(expression(one, names));
  const Range range{static_cast<u32>(tables_.lists.size()), static_cast<u32>(list.size())};
  tables_.lists.insert(tables_.lists.end(), list.begin(), list.end());
  return range;
}

std::optional<Type> Checker::named_type(const TypeName& name, const ast::TypeUse& use, const Names& names, int depth) {
  Type type;
  const ast::Declaration& declared = *name.declaration;
  switch (name.kind) {
    case NameKind::alias: {
      auto base = base_type(declared.type, names, depth + 1);
      if (!base) return base;
      type = *base;
      for (int i = 0; i < declared.result.pointers; i++) {
        const u32 target = type.kind == TypeKind::none ? none : add_type(type);
        type = {};
        type.kind = TypeKind::pointer;
        type.width = width_long;
        type.ref = target;
      }
      scalar_attributes(type, declared.attributes, names);
      return type;
    }
    case NameKind::set:
      type.kind = TypeKind::set;
      type.width = tables_.sets[name.index].width;
      type.is_signed = tables_.sets[name.index].is_signed;
      break;
    case NameKind::format:
      type.kind = TypeKind::format;
      if (declared.has_type) {
        auto base = base_type(declared.type, names, depth + 1);
        if (!base) return base;
        type.width = base->width;
        type.is_signed = base->is_signed;
        type.big_endian = base->big_endian;
      }
      break;
    case NameKind::structure:
      type.kind = TypeKind::structure;
      type.arguments = arguments(use, declared.parameters.size(), names);
      break;
    case NameKind::union_type:
      type.kind = TypeKind::union_type;
      type.arguments = arguments(use, declared.parameters.size(), names);
      break;
    case NameKind::custom:
      type.kind = TypeKind::custom;
      type.arguments = arguments(use, declared.parameters.size(), names);
      break;
  }
  type.ref = name.index;
  return type;
}

std::optional<Type> Checker::base_type(const ast::TypeUse& use, const Names& names, int depth) {
  if (depth > 20) {
    diagnostics_.error(use.position, "type '" + use.name + "' is an alias of itself");
    return std::nullopt;
  }
  std::optional<Type> type;
  for (const Builtin& one : builtins) {
    if (one.name != use.name) continue;
    type.emplace();
    type->kind = one.kind;
    type->semantic = one.semantic;
    type->width = one.width;
    type->is_signed = one.is_signed;
    type->big_endian = one.big_endian;
  }
  if (!type) {
    auto found = type_names_.find(use.name);
    if (found == type_names_.end()) {
      std::vector<std::string_view> candidates;
      for (const Builtin& one : builtins) candidates.push_back(one.name);
      for (const auto& [name, declared] : type_names_) candidates.push_back(name);
      diagnostics_.error(use.position, "unknown type '" + use.name + "'", did_you_mean(use.name, candidates));
      return std::nullopt;
    }
    type = named_type(found->second, use, names, depth);
  } else if (!use.arguments.empty()) {
    diagnostics_.error(use.position, "'" + use.name + "' takes no parameters");
  }
  if (type && !use.width.empty()) {
    auto width = base_type({use.position, use.width, {}, {}}, names, depth + 1);
    if (!width) return width;
    if (width->kind != TypeKind::integer) {
      diagnostics_.error(use.position, "'" + use.width + "' behind ':' is no integer type");
      return type;
    }
    type->width = width->width;
    type->is_signed = width->is_signed;
    type->big_endian = width->big_endian;
  }
  return type;
}

void Checker::scalar_attributes(Type& type, const std::vector<ast::Attribute>& attributes, const Names& names) {
  for (const ast::Attribute& one : attributes) {
    if (one.name == "hex") {
      type.format = IntFormat::hex;
      type.hex_bytes = true;
    } else if (one.name == "mode")
      type.format = IntFormat::octal_mode;
    else if (one.name == "hex0")
      type.format = IntFormat::hex_padded;
    else if (one.name == "digits")
      type.format = IntFormat::hex_digits;
    else if (one.name == "oct")
      type.format = IntFormat::octal;
    else if (one.name == "dec")
      type.format = IntFormat::decimal;
    else if (one.name == "char")
      type.format = IntFormat::character;
    else if (one.name == "date")
      type.format = IntFormat::date;
    else if (one.name == "shown" && one.values.size() == 1)
      type.shown = expression(one.values[0], names);
    else if (one.name == "arch" && one.values.size() == 1)
      type.step = expression(one.values[0], names);
    else if (one.name == "bits")
      type.bit_names = set_named(one);
    else if (one.name == "of")
      set_owner(type, one, names);
    else if (one.name == "minus1")
      type.minus_one = true;
    else if (one.name == "big")
      type.big_endian = true;
    else if (one.name == "instead")
      stand_in(type, one, names);
    else if (one.name == "trim")
      type.trimmed = true;
    else if (one.name == "limit" && type.kind == TypeKind::string)
      type.limited = true;
    else if (one.name == "time") {
      type.timestamp = true;
      if (!one.values.empty()) type.nanoseconds = expression(one.values[0], names);
      if (one.values.size() > 1) set_fraction_digits(type, one.values[1]);
    } else if (one.name == "comment" && !one.strings.empty()) {
      type.comment = static_cast<u32>(tables_.strings.size());
      tables_.strings.push_back(tables_.intern(one.strings[0]));
    }
  }
}

// @bits(ENUM)
u32 Checker::set_named(const ast::Attribute& written) {
  const bool named = written.values.size() == 1 && written.values[0].kind == ast::Expression::Kind::name;
  const auto found = named ? type_names_.find(written.values[0].text) : type_names_.end();
  if (found != type_names_.end() && found->second.kind == NameKind::set) return found->second.index;
  diagnostics_.error(written.position, "@bits takes the enum that names the bits", "for example @bits(icmp_type)");
  return none;
}

// @of(ARGUMENT): whose descriptor it is.
void Checker::set_owner(Type& type, const ast::Attribute& written, const Names& names) {
  const bool is_descriptor = type.kind == TypeKind::semantic && type.semantic == Semantic::fd;
  if (written.values.size() == 1 && is_descriptor) {
    const u32 owner = expression(written.values[0], names);
    const Range code = tables_.exprs[owner].code;
    if (code.count == 1 && tables_.instructions[code.first].op == Op::argument) {
      type.step = owner;
      return;
    }
  }
  diagnostics_.error(written.position, "@of takes an argument that is a process or a pidfd, and is for 'fd' only",
                     "for example fd target @of(pidfd)");
}

// @instead("TEXT", CONDITION), once or more: pairs one behind another.
void Checker::stand_in(Type& type, const ast::Attribute& written, const Names& names) {
  if (written.strings.size() != 1 || written.values.size() != 1) {
    diagnostics_.error(written.position, "@instead takes a text and a condition",
                       "for example @instead(\"NOW\", t.nsec == NOW)");
    return;
  }
  const u32 condition = expression(written.values[0], names);
  const auto text = static_cast<u32>(tables_.strings.size());
  tables_.strings.push_back(tables_.intern(written.strings[0]));
  const Range former = type.stand_ins;
  type.stand_ins = {static_cast<u32>(tables_.lists.size()), former.count + 2};
  for (u32 i = 0; i < former.count; i++) tables_.lists.push_back(u32{tables_.lists[former.first + i]});
  tables_.lists.push_back(text);
  tables_.lists.push_back(condition);
}

// Behind @time(FRACTION: how many digits the fraction has.
void Checker::set_fraction_digits(Type& type, const ast::Expression& written) {
  const auto digits = constant_value(written);
  if (!digits) return;
  if (digits->value[0] < 1 || digits->value[0] > 9)
    diagnostics_.error(written.position, "a fraction of a second has 1 to 9 digits", "for example @time(tv_usec, 6)");
  else
    type.fraction_digits = static_cast<u8>(digits->value[0]);
}

u32 Checker::struct_of(u32 type) const {
  if (type == none) return none;
  return tables_.types[type].kind == TypeKind::structure ? tables_.types[type].ref : none;
}

void Checker::set_array(Type& array, const ast::ArrayForm& form, u32 element, const Names& names) {
  array.array = form.kind;
  if (form.count) array.count = length(*form.count, names);
  if (form.step) {
    Names inner = names;
    if (u32 structure = struct_of(element); structure != none) inner.structure = structure;
    array.step = expression(*form.step, inner);
  }
  if (form.alignment)
    if (auto value = constant_value(*form.alignment)) {
      array.alignment = static_cast<u32>(value->value[0]);
      const bool power = array.alignment != 0 && (array.alignment & (array.alignment - 1)) == 0;
      if (!power) diagnostics_.error(form.alignment->position, "an alignment must be a power of two");
      if (!power) array.alignment = 1;
    }
}

void Checker::array_attributes(Type& array, const std::vector<ast::Attribute>& attributes, const Names& names) {
  array.single = find(attributes, "single") != nullptr;
  array.limited = find(attributes, "limit") != nullptr;
  if (const ast::Attribute* shown = find(attributes, "shown"); shown != nullptr && shown->values.size() == 1)
    array.shown = expression(shown->values[0], names);
  if (const ast::Attribute* words = find(attributes, "count")) {
    if (words->strings.size() != 2) {
      diagnostics_.error(words->position, "@count takes the word for one and the word for many",
                         "for example @count(\"entry\", \"entries\")");
      return;
    }
    array.count_words = static_cast<u32>(tables_.lists.size());
    for (const std::string& word : words->strings) {
      tables_.lists.push_back(static_cast<u32>(tables_.strings.size()));
      tables_.strings.push_back(tables_.intern(word));
    }
  }
}

void Checker::pointer_attributes(Type& pointer, const std::vector<ast::Attribute>& attributes, const Names& names) {
  pointer.bare = find(attributes, "bare") != nullptr;
  if (const ast::Attribute* filled = find(attributes, "zero_filled")) {
    pointer.zero_filled = filled->values.empty();
    if (!filled->values.empty()) pointer.zero_base = expression(filled->values[0], names);
  }
  pointer.shows_cut = find(attributes, "cut") != nullptr;
  pointer.with_address = find(attributes, "address") != nullptr;
  if (const ast::Attribute* linked = find(attributes, "linked"); linked != nullptr && !linked->values.empty()) {
    constexpr u64 most_links = 32;
    const auto links = constant_value(linked->values[0]);
    if (links) pointer.links = static_cast<u32>(std::min(links->value[0], most_links));
  }
  if (const ast::Attribute* size = find(attributes, "size"); size != nullptr && !size->values.empty())
    pointer.size = expression(size->values[0], names);
  if (const ast::Attribute* partial = find(attributes, "partial")) {
    pointer.partial = partial->values.empty();
    if (!partial->values.empty()) pointer.partial_size = expression(partial->values[0], names);
  }
  if (const ast::Attribute* text = find(attributes, "unreadable"); text != nullptr && text->strings.size() == 1) {
    pointer.unreadable = static_cast<u32>(tables_.strings.size());
    tables_.strings.push_back(tables_.intern(text->strings[0]));
  }
  if (const ast::Attribute* valid = find(attributes, "valid"); valid != nullptr && !valid->values.empty())
    pointer.valid = expression(valid->values[0], names);
  if (const ast::Attribute* on = find(attributes, "on"); on != nullptr && !on->values.empty()) {
    // error == E1 || error == E2
    using ast::Expression;
    std::optional<Expression> any;
    for (const Expression& one : on->values) {
      Expression equal{Expression::Kind::binary, on->position, 0, "==", {}, nullptr};
      equal.operands = {Expression{Expression::Kind::name, on->position, 0, "error", {}, nullptr}, one};
      if (!any) {
        any = std::move(equal);
        continue;
      }
      Expression both{Expression::Kind::binary, on->position, 0, "||", {}, nullptr};
      both.operands = {std::move(*any), std::move(equal)};
      any = std::move(both);
    }
    pointer.valid = expression(*any, names);
  }
  if (const ast::Attribute* tail = find(attributes, "tail")) {
    const bool named = tail->values.size() == 1 && tail->values[0].kind == ast::Expression::Kind::name;
    const std::string what = named ? tail->values[0].text : "";
    if (what == "bytes")
      pointer.tail = Tail::bytes;
    else if (what == "more")
      pointer.tail = Tail::more;
    else if (what == "data")
      pointer.tail = Tail::data;
    else
      diagnostics_.error(tail->position, "@tail takes 'bytes', 'more' or 'data'");
  }
}

// A type of which only the size is asked.
u32 Checker::sized_type(const ast::TypeUse& use) {
  ast::Field field;
  field.type = use;
  field.position = use.position;
  const bool before = sizing_;
  sizing_ = true;
  const u32 type = make_type(field, {});
  sizing_ = before;
  return type;
}

u32 Checker::make_type(const ast::Field& written, const Names& outer) {
  check_attributes(written.attributes);
  Names names = outer;
  const ast::Attribute* carry = find(written.attributes, "carry");
  u32 carry_init = none;
  if (carry != nullptr && carry->values.size() == 2) {
    carry_init = expression(carry->values[0], outer);
    names.slots.push_back(carry->variable);
  } else if (carry != nullptr) {
    diagnostics_.error(carry->position, "@carry takes a variable with its first value, and its next value",
                       "for example @carry(left = ret, left - min(left, iov_len))");
  }
  auto base = base_type(written.type, names, 0);
  if (!base) return add_type({});
  check_places(written, *base);
  Type type = *base;
  type.uncut = find(written.attributes, "uncut") != nullptr;
  type.text = find(written.attributes, "text") != nullptr;
  type.zero_filled = written.pointers == 0 && find(written.attributes, "zero_filled") != nullptr;
  const bool absorbs = written.array && absorbs_length(type) && written.pointers <= 1;
  if (type.kind == TypeKind::chars && !written.array && written.pointers == 0) type.kind = TypeKind::integer;
  scalar_attributes(type, written.attributes, names);
  if (absorbs && written.array->count) type.count = length(*written.array->count, outer);
  u32 index = type.kind == TypeKind::none && written.pointers > 0 ? none : add_type(type);
  for (int i = 1; i < written.pointers; i++) {
    Type pointer;
    pointer.kind = TypeKind::pointer;
    pointer.width = width_long;
    pointer.ref = index;
    index = add_type(pointer);
  }
  if (written.array && !absorbs) {
    if (index == none) {
      diagnostics_.error(written.position, "there are no arrays of void");
      return add_type({});
    }
    Type array;
    array.kind = TypeKind::array;
    array.ref = index;
    set_array(array, *written.array, index, outer);
    array_attributes(array, written.attributes, outer);
    if (carry_init != none) {
      array.carry_init = carry_init;
      Names inner = names;
      if (u32 structure = struct_of(index); structure != none) inner.structure = structure;
      array.carry_next = expression(carry->values[1], inner);
    }
    index = add_type(array);
  }
  if (written.pointers == 0) {
    if (const ast::Attribute* room = find(written.attributes, "room"); room != nullptr && !room->values.empty()) {
      const auto bytes = constant_value(room->values[0]);
      if (bytes) tables_.types[index].room = static_cast<u32>(bytes->value[0]);
    }
    if (const ast::Attribute* size = find(written.attributes, "size"); size != nullptr && !size->values.empty()) {
      const u32 shown = expression(size->values[0], outer);
      tables_.types[index].size = shown;
    }
    return index;
  }
  Type pointer;
  pointer.kind = TypeKind::pointer;
  pointer.width = width_long;
  pointer.ref = index;
  pointer_attributes(pointer, written.attributes, outer);
  return add_type(pointer);
}

}  // namespace sysray::describe
