// Structs, unions and formats: their fields, cases and texts.
#include <algorithm>
#include <utility>

#include "describe/checker.h"

namespace sysray::describe {

using AstField = ast::Field;

namespace {

const ast::Attribute* find(const std::vector<ast::Attribute>& attributes, std::string_view name) {
  for (const ast::Attribute& one : attributes)
    if (one.name == name) return &one;
  return nullptr;
}

constexpr int max_use_depth = 16;
constexpr size_t max_fields = 1 << 20;

}  // namespace

// Gives every field its place in the table, `use`d structs' included, so that expressions can name any of them.
Range Checker::plan_fields(const std::vector<AstField>& written, StructInfo& info, int depth) {
  std::vector<const AstField*> flat;
  auto flatten = [&](auto& self, const std::vector<AstField>& list, int level) -> void {
    for (const AstField& one : list) {
      if (tables_.fields.size() + flat.size() >= max_fields) {
        diagnostics_.error(one.position, "these are too many fields (more than a million in all structs)");
        return;
      }
      if (one.kind != AstField::Kind::use) {
        flat.push_back(&one);
        continue;
      }
      auto found = type_names_.find(one.type.name);
      if (found == type_names_.end() || found->second.kind != NameKind::structure || level > max_use_depth) {
        diagnostics_.error(one.position, level > max_use_depth
                                             ? "'use' goes in a circle"
                                             : "'use' needs the name of a struct, not '" + one.type.name + "'");
        continue;
      }
      self(self, found->second.declaration->fields, level + 1);
    }
  };
  flatten(flatten, written, depth);
  const Range range{static_cast<u32>(tables_.fields.size()), static_cast<u32>(flat.size())};
  tables_.fields.resize(range.first + range.count);
  field_info_.resize(tables_.fields.size());
  for (u32 i = 0; i < range.count; i++) {
    const AstField& one = *flat[i];
    const u32 index = range.first + i;
    field_info_[index].written = &one;
    tables_.fields[index].name = tables_.intern(one.name == "_" ? "" : one.name);
    tables_.fields[index].padding = one.name == "_";
    if (one.kind != AstField::Kind::choice) {
      if (one.name != "_") info.names.emplace_back(one.name, index);
      continue;
    }
    std::vector<Arm> arms;
    for (const ast::Arm& arm : one.arms) {
      Arm planned;
      planned.fields = plan_fields(arm.fields, info, depth + 1);
      arms.push_back(planned);
    }
    Switch choice;
    choice.arms = {static_cast<u32>(tables_.arms.size()), static_cast<u32>(arms.size())};
    tables_.arms.insert(tables_.arms.end(), arms.begin(), arms.end());
    tables_.fields[index].switch_index = static_cast<u32>(tables_.switches.size());
    tables_.switches.push_back(choice);
  }
  return range;
}

void Checker::plan_struct(u32 index) {
  const ast::Declaration& written = *structs_[index].declaration;
  Struct st;
  st.name = tables_.intern(written.name);
  st.declaration = declare(written);
  st.parameters = {static_cast<u32>(tables_.strings.size()), static_cast<u32>(written.parameters.size())};
  for (const std::string& parameter : written.parameters) tables_.strings.push_back(tables_.intern(parameter));
  StructInfo info = structs_[index];
  st.fields = plan_fields(written.fields, info, 0);
  structs_[index] = std::move(info);
  for (const ast::Attribute& one : written.attributes) {
    if (one.name == "packed")
      st.is_packed = true;
    else if (one.name == "tuple")
      st.tuple = true;
    else if (one.name == "unnamed_fields")
      st.unnamed_fields = true;
    else if (one.name == "inline")
      st.inlined = true;
    else if (one.name == "split")
      st.split = true;
    else if (one.name == "bracketed")
      st.bracketed = true;
    else if (one.name == "align" && one.values.size() == 1) {
      if (auto value = constant_value(one.values[0]))
        st.alignment[0] = st.alignment[1] = static_cast<u32>(value->value[0]);
    } else if (one.name != "keep") {
      diagnostics_.error(
          one.position, "unknown attribute '@" + one.name + "' of a struct",
          "expected @packed, @align(N), @tuple, @unnamed_fields, @inline, @split, @bracketed or @keep(CONDITION)");
    }
  }
  tables_.structs[index] = st;
}

void Checker::common_attributes(Field& field, const AstField& written, const Names& names) {
  field.direction = written.direction;
  field.nonzero = find(written.attributes, "nonzero") != nullptr;
  field.verbose = find(written.attributes, "v") != nullptr;
  field.unnamed = find(written.attributes, "unnamed") != nullptr;
  field.both = find(written.attributes, "both") != nullptr;
  field.lost = find(written.attributes, "lost") != nullptr;
  field.named = find(written.attributes, "named") != nullptr;
  field.blank = find(written.attributes, "blank") != nullptr;
  field.socket_end = find(written.attributes, "local") != nullptr  ? SocketEnd::local
                     : find(written.attributes, "peer") != nullptr ? SocketEnd::peer
                                                                   : SocketEnd::none;
  field.beside = find(written.attributes, "beside") != nullptr;
  field.untouched = find(written.attributes, "untouched") != nullptr;
  field.transfer = find(written.attributes, "received") != nullptr ? Transfer::received
                   : find(written.attributes, "sent") != nullptr   ? Transfer::sent
                   : find(written.attributes, "data") != nullptr   ? Transfer::buffer
                                                                   : Transfer::none;
  field.always = find(written.attributes, "always") != nullptr || find(written.attributes, "on") != nullptr;
  if (const ast::Attribute* name = find(written.attributes, "name"); name != nullptr && !name->strings.empty())
    field.name = tables_.intern(name->strings[0]);
  if (const ast::Attribute* condition = find(written.attributes, "if");
      condition != nullptr && !condition->values.empty())
    field.condition = expression(condition->values[0], names);
  if (written.value) {
    field.from_expression = true;
    field.value = expression(*written.value, names);
  }
}

Range Checker::key_ranges(const ast::Arm& arm) {
  std::vector<KeyRange> keys;
  for (const auto& [first, last] : arm.keys) {
    const auto from = constant_value(first);
    const auto to = last ? constant_value(*last) : from;
    if (!from || !to) continue;
    keys.push_back({static_cast<s64>(from->value[0]), static_cast<s64>(to->value[0])});
    if (from->value[0] != from->value[1] && !last)
      keys.push_back({static_cast<s64>(from->value[1]), static_cast<s64>(from->value[1])});
  }
  const Range range{static_cast<u32>(tables_.key_ranges.size()), static_cast<u32>(keys.size())};
  tables_.key_ranges.insert(tables_.key_ranges.end(), keys.begin(), keys.end());
  return range;
}

void Checker::fill_field(u32 index, const Names& names) {
  const AstField& written = *field_info_[index].written;
  if (written.kind == AstField::Kind::choice) {
    const u32 choice = tables_.fields[index].switch_index;
    const u32 selector = expression(written.selector, names);
    tables_.switches[choice].selector = selector;
    Field field = tables_.fields[index];
    common_attributes(field, written, names);
    tables_.fields[index] = field;
    const Range arms = tables_.switches[choice].arms;
    for (u32 i = 0; i < arms.count; i++) {
      const Range keys = key_ranges(written.arms[i]);
      tables_.arms[arms.first + i].keys = keys;
      fill_fields(tables_.arms[arms.first + i].fields, names);
    }
    return;
  }
  const u32 type = make_type(written, names);
  Field field = tables_.fields[index];
  field.type = type;
  common_attributes(field, written, names);
  if (written.bits) {
    const auto bits = constant_value(*written.bits);
    const u64 width = bits ? bits->value[0] : 0;
    if (tables_.types[type].width == 0 || width == 0 || width > 64)
      diagnostics_.error(written.bits->position, "a bit-field is an integer type of 1 to 64 bits");
    else
      field.bit_width = static_cast<u8>(width);
  }
  tables_.fields[index] = field;
}

void Checker::fill_fields(Range fields, const Names& names) {
  for (u32 i = 0; i < fields.count; i++) fill_field(fields.first + i, names);
}

bool Checker::has_directions(Range range) const {
  for (u32 i = range.first; i < range.first + range.count; i++) {
    const Field& field = tables_.fields[i];
    if (field.direction != Direction::none) return true;
    if (field.switch_index != none) {
      const Range arms = tables_.switches[field.switch_index].arms;
      for (u32 a = 0; a < arms.count; a++)
        if (has_directions(tables_.arms[arms.first + a].fields)) return true;
    } else if (const u32 inner = struct_of(field.type); inner != none && tables_.structs[inner].field_directions) {
      return true;
    }
  }
  return false;
}

// Which structs have fields with directions of their own, or parts that have.
void Checker::find_directions() {
  for (bool found = true; found;) {
    found = false;
    for (Struct& one : tables_.structs) {
      if (one.field_directions || !has_directions(one.fields)) continue;
      one.field_directions = true;
      found = true;
    }
  }
}

// The field of `range` that is, or (a switch) contains, the given one; none if there is no such field.
u32 Checker::place_of(Range range, u32 field) const {
  for (u32 i = range.first; i < range.first + range.count; i++) {
    if (i == field) return i;
    if (tables_.fields[i].switch_index == none) continue;
    const Range arms = tables_.switches[tables_.fields[i].switch_index].arms;
    for (u32 a = 0; a < arms.count; a++)
      if (place_of(tables_.arms[arms.first + a].fields, field) != none) return i;
  }
  return none;
}

void Checker::fill_struct(u32 index) {
  const bool sizing = std::exchange(sizing_, false);
  const ast::Declaration& written = *structs_[index].declaration;
  Names names;
  names.slots = written.parameters;
  names.structure = index;
  fill_fields(tables_.structs[index].fields, names);
  Struct st = tables_.structs[index];
  for (u32 i = 0; i < st.fields.count; i++) {
    st.has_verbose |= tables_.fields[st.fields.first + i].verbose;
  }
  if (const ast::Attribute* keep = find(written.attributes, "keep"); keep != nullptr && !keep->values.empty())
    st.keep = expression(keep->values[0], names);
  if (!written.show.empty()) {
    st.show.first = static_cast<u32>(tables_.lists.size());
    for (size_t i = 0; i < written.show.size(); i++) {
      const u32 field = place_of(st.fields, field_named(index, written.show[i]));
      if (field == none) {
        std::vector<std::string_view> candidates;
        for (const auto& [name, number] : structs_[index].names) candidates.push_back(name);
        diagnostics_.error(written.show_positions[i], "'" + written.show[i] + "' is no field of '" + written.name + "'",
                           did_you_mean(written.show[i], candidates));
        continue;
      }
      // A name within a switch stands for the switch, which is shown once.
      const auto first = tables_.lists.begin() + st.show.first;
      if (std::find(first, tables_.lists.end(), field - st.fields.first) != tables_.lists.end()) continue;
      tables_.lists.push_back(field - st.fields.first);
    }
    st.show.count = static_cast<u32>(tables_.lists.size()) - st.show.first;
  }
  tables_.structs[index] = st;
  sizing_ = sizing;
}

void Checker::fill_structs() {
  for (u32 i = 0; i < structs_.size(); i++) lay_out(i);
}

// A case of a union that has several fields is a struct of its own.
u32 Checker::struct_for_arm(const ast::Arm& arm, const ast::Declaration& owner) {
  auto body = std::make_unique<ast::Declaration>();
  body->kind = ast::Declaration::Kind::structure;
  body->name = owner.name;
  body->position = arm.position;
  body->file = arm.position.file;
  body->parameters = owner.parameters;
  body->fields = arm.fields;
  synthetic_.push_back(std::move(body));
  const auto index = static_cast<u32>(structs_.size());
  structs_.push_back({synthetic_.back().get(), {}, 0});
  tables_.structs.emplace_back();
  plan_struct(index);
  tables_.structs[index].name = tables_.intern("");
  return index;
}

void Checker::fill_union(u32 index) {
  if (union_states_[index] == 2) return;
  const ast::Declaration& written = *union_declarations_[index];
  if (union_states_[index] == 1) {
    diagnostics_.error(written.position, "union '" + written.name + "' contains itself");
    return;
  }
  union_states_[index] = 1;
  Names names;
  names.slots = written.parameters;
  Union whole;
  whole.name = tables_.intern(written.name);
  whole.declaration = declare(written);
  whole.parameters = {static_cast<u32>(tables_.strings.size()), static_cast<u32>(written.parameters.size())};
  for (const std::string& parameter : written.parameters) tables_.strings.push_back(tables_.intern(parameter));
  whole.selector = expression(*written.value, names);
  for (const ast::Attribute& one : written.attributes) {
    if (one.name == "fits")
      whole.fits = true;
    else
      diagnostics_.error(one.position, "unknown attribute '@" + one.name + "' of a union", "expected @fits");
  }
  std::vector<UnionCase> cases;
  for (const ast::Arm* arm : union_arms_[index]) {
    UnionCase one;
    one.keys = key_ranges(*arm);
    if (arm->keys.empty() && !cases.empty() &&
        std::any_of(cases.begin(), cases.end(), [](const UnionCase& other) { return other.keys.count == 0; }) &&
        !diagnostics_.any())
      diagnostics_.error(arm->position, "a second 'default' in union '" + written.name + "'");
    if (arm->fields.size() == 1 && arm->fields[0].kind == AstField::Kind::plain && !arm->fields[0].bits &&
        arm->fields[0].name != "_" && !find(arm->fields[0].attributes, "if") && !arm->braces) {
      one.type = make_type(arm->fields[0], names);
    } else {
      const u32 structure = struct_for_arm(*arm, written);
      lay_out(structure);
      Type type;
      type.kind = TypeKind::structure;
      type.ref = structure;
      // Parameters are passed on as they are.
      std::vector<u32> list;
      for (u32 slot = 0; slot < written.parameters.size(); slot++) {
        std::vector<Instruction> code;
        push(code, Op::parameter, slot);
        Expr expr;
        expr.code = {static_cast<u32>(tables_.instructions.size()), 1};
        tables_.instructions.push_back(code[0]);
        list.push_back(static_cast<u32>(tables_.exprs.size()));
        tables_.exprs.push_back(expr);
      }
      type.arguments = {static_cast<u32>(tables_.lists.size()), static_cast<u32>(list.size())};
      tables_.lists.insert(tables_.lists.end(), list.begin(), list.end());
      one.type = add_type(type);
    }
    const Extent extent = extent_of(one.type);
    for (u32 layout = 0; layout < layout_count; layout++) {
      whole.size[layout] = std::max(whole.size[layout], static_cast<u32>(extent.size[layout]));
      whole.alignment[layout] = std::max(whole.alignment[layout], extent.alignment[layout]);
    }
    cases.push_back(one);
  }
  whole.cases = {static_cast<u32>(tables_.union_cases.size()), static_cast<u32>(cases.size())};
  tables_.union_cases.insert(tables_.union_cases.end(), cases.begin(), cases.end());
  tables_.unions[index] = whole;
  union_states_[index] = 2;
}

void Checker::pieces(const ast::Alternative& written, Alternative& into) {
  std::vector<Piece> list;
  std::string literal;
  bool abbrev_only = false;
  auto flush = [&] {
    if (literal.empty()) return;
    list.push_back({tables_.intern(literal), none, abbrev_only, {}});
    literal.clear();
  };
  const std::string& text = written.text;
  for (size_t i = 0; i < text.size(); i++) {
    if (text[i] != '$') {
      literal += text[i];
      continue;
    }
    if (i + 1 < text.size() && text[i + 1] == '$') {
      literal += '$';
      i++;
      continue;
    }
    if (i + 1 < text.size() && text[i + 1] == '[') {
      flush();
      const size_t close = text.find(']', i);
      if (close == std::string::npos) diagnostics_.error(written.position, "'$[' has no ']' in the text");
      literal = text.substr(i + 2, close - i - 2);
      abbrev_only = true;
      flush();
      abbrev_only = false;
      if (close == std::string::npos) return;
      i = close;
      continue;
    }
    size_t end = i + 1;
    while (end < text.size() && (isalnum(static_cast<unsigned char>(text[end])) || text[end] == '_')) end++;
    const std::string name = text.substr(i + 1, end - i - 1);
    u32 part = none;
    for (u32 p = 0; p < written.parts.size(); p++)
      if (written.parts[p].name == name) part = p;
    if (part == none) {
      std::vector<std::string_view> candidates;
      for (const AstField& one : written.parts) candidates.push_back(one.name);
      diagnostics_.error(written.position, "the text names '$" + name + "', which is no part of it",
                         did_you_mean(name, candidates));
    } else {
      flush();
      list.push_back({{}, part, false, {}});
    }
    i = end - 1;
  }
  flush();
  into.pieces = {static_cast<u32>(tables_.pieces.size()), static_cast<u32>(list.size())};
  tables_.pieces.insert(tables_.pieces.end(), list.begin(), list.end());
}

Range Checker::alternatives(const std::vector<ast::Alternative>& written, const Names& names) {
  std::vector<Alternative> list;
  for (const ast::Alternative& one : written) {
    Alternative alternative;
    if (one.condition) alternative.condition = expression(*one.condition, names);
    StructInfo unused;
    alternative.parts = plan_fields(one.parts, unused, 0);
    fill_fields(alternative.parts, names);
    pieces(one, alternative);
    list.push_back(alternative);
  }
  const Range range{static_cast<u32>(tables_.alternatives.size()), static_cast<u32>(list.size())};
  tables_.alternatives.insert(tables_.alternatives.end(), list.begin(), list.end());
  return range;
}

// Whether a part of the format is read from memory, not computed from its number.
bool Checker::over_bytes(const ast::Declaration& format) {
  for (const ast::Alternative& one : format.alternatives)
    for (const AstField& part : one.parts)
      if (!part.value) return true;
  return false;
}

// What the parts of a format that are read from memory take. All begin at the same place.
Extent Checker::format_extent(u32 index) {
  if (const auto known = format_extents_.find(index); known != format_extents_.end()) return known->second;
  const ast::Declaration& written = *format_declarations_[index];
  Extent whole;
  whole.dynamic = over_bytes(written);
  format_extents_[index] = whole;  // a format within itself has no size
  Names names;
  if (!written.variable.empty()) names.slots.push_back(written.variable);
  bool fixed = whole.dynamic;
  for (const ast::Alternative& one : written.alternatives)
    for (const AstField& part : one.parts) {
      if (part.value) continue;
      const Extent extent = extent_of(make_type(part, names));
      fixed &= !extent.dynamic;
      for (u32 layout = 0; layout < layout_count; layout++) {
        whole.size[layout] = std::max(whole.size[layout], extent.size[layout]);
        whole.alignment[layout] = std::max(whole.alignment[layout], extent.alignment[layout]);
      }
    }
  if (!fixed) whole = Extent{.dynamic = whole.dynamic};
  if (fixed) whole.dynamic = false;
  return format_extents_[index] = whole;
}

void Checker::format_attributes(Format& format, const ast::Declaration& written) {
  if (const ast::Attribute* raw = find(written.attributes, "raw")) {
    format.raw = true;
    const bool is_named = raw->values.size() == 1 && raw->values[0].kind == ast::Expression::Kind::name;
    format.raw_decimal = is_named && raw->values[0].text == "dec";
    format.raw_only = is_named && raw->values[0].text == "only";
    if (!raw->values.empty() && !format.raw_decimal && !format.raw_only)
      diagnostics_.error(raw->position, "@raw takes nothing, 'dec' or 'only'");
  }
  format.beside = find(written.attributes, "comment") != nullptr;
  format.unless_raw = find(written.attributes, "unless_raw") != nullptr;
  format.nested = find(written.attributes, "nested") != nullptr;
  const ast::Attribute* names = find(written.attributes, "names");
  if (names == nullptr) return;
  const std::string set = names->values.size() == 1 ? names->values[0].text : "";
  const auto found = type_names_.find(set);
  if (found != type_names_.end() && found->second.kind == NameKind::set)
    format.names = found->second.index;
  else
    diagnostics_.error(names->position, "@names takes an enum", "for example @names(v4l2_format)");
}

void Checker::fill_formats() {
  for (u32 i = 0; i < tables_.formats.size(); i++) {
    const ast::Declaration& written = *format_declarations_[i];
    Format format;
    format.name = tables_.intern(written.name);
    format.variable = tables_.intern(written.variable);
    format.declaration = declare(written);
    if (written.has_type) {
      if (auto base = base_type(written.type, {}, 0)) {
        format.width = base->width;
        format.is_signed = base->is_signed;
        format.big_endian = base->big_endian;
      }
    }
    format.unnamed = find(written.attributes, "unnamed") != nullptr;
    format_attributes(format, written);
    format.over_bytes = over_bytes(written);
    if (format.width == 0)
      for (u32 layout = 0; layout < layout_count; layout++)
        format.size[layout] = static_cast<u32>(format_extent(i).size[layout]);
    Names names;
    if (!written.variable.empty()) names.slots.push_back(written.variable);
    format.alternatives = alternatives(written.alternatives, names);
    tables_.formats[i] = format;
  }
}

}  // namespace sysray::describe
