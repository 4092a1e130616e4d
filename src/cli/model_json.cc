// The tables of the model, with indices resolved to names and expressions back to text.
#include "cli/model_json.h"

#include "cli/explain.h"
#include "cli/expression_text.h"
#include "sink/json_writer.h"
#include "sink/text_buffer.h"

namespace sysray::cli {

namespace {

using describe::none;
using describe::Range;
using describe::TypeKind;

class ModelWriter {
 public:
  explicit ModelWriter(const describe::Model& model) : model_(model), json_(buffer_) {}

  std::string run() {
    json_.begin_object();
    json_.key("format");
    json_.string("sysray-model");
    json_.key("version");
    json_.number(model_json_version);
    json_.key("syscalls");
    list(model_.syscalls, [&](const describe::Syscall& call) { syscall(call); });
    json_.key("structs");
    list(model_.structs, [&](const describe::Struct& one) { structure(one); });
    json_.key("unions");
    list(model_.unions, [&](const describe::Union& one) { union_type(one); });
    json_.key("sets");
    list(model_.sets, [&](const describe::Set& one) { set(one); });
    json_.key("formats");
    list(model_.formats, [&](const describe::Format& one) { format(one); });
    json_.key("customs");
    list(model_.customs, [&](const describe::Custom& one) { custom(one); });
    json_.key("constants");
    json_.begin_object();
    for (const describe::Constant& one : model_.constants) {
      json_.name(model_.text(one.name));
      json_.signed_number(static_cast<s64>(one.value[0]));
    }
    json_.end_object();
    json_.end_object();
    return std::string(buffer_.view()) + "\n";
  }

 private:
  template <typename Things, typename Write>
  void list(const Things& things, Write write) {
    json_.begin_array();
    for (const auto& one : things) {
      json_.begin_object();
      write(one);
      json_.end_object();
    }
    json_.end_array();
  }
  template <typename Table>
  static auto slice(const Table& table, Range range) {
    return table.subspan(range.first, range.count);
  }

  template <size_t n>
  void text(const char (&key)[n], std::string_view value) {
    if (value.empty()) return;
    json_.key(key);
    json_.string(value);
  }
  template <size_t n>
  void truth(const char (&key)[n], bool value) {
    if (!value) return;
    json_.key(key);
    json_.boolean(true);
  }
  template <size_t n>
  void expression(const char (&key)[n], u32 expr) {
    if (expr != none) text(key, expression_text(model_, expr, parameters_));
  }
  // A number that depends on the ABI: {"lp64": 8, "i386": 4}, or the one number.
  template <size_t n, typename T>
  void by_layout(const char (&key)[n], const T (&value)[describe::layout_count]) {
    json_.key(key);
    if (value[0] == value[1]) return json_.signed_number(static_cast<s64>(value[0]));
    json_.begin_object();
    json_.key("lp64");
    json_.signed_number(static_cast<s64>(value[0]));
    json_.key("i386");
    json_.signed_number(static_cast<s64>(value[1]));
    json_.end_object();
  }

  void declaration(u32 index) {
    if (index >= model_.declarations.size()) return;
    const describe::Declaration& one = model_.declarations[index];
    text("documentation", model_.text(one.documentation));
    text("file", model_.text(one.file));
    json_.key("line");
    json_.number(one.line);
  }
  void parameters(Range range) {
    parameters_ = range;
    if (range.count == 0) return;
    json_.key("parameters");
    json_.begin_array();
    for (describe::Str name : slice(model_.strings, range)) json_.string(model_.text(name));
    json_.end_array();
  }

  void type(u32 index) {
    json_.key("type");
    type_object(index);
  }
  void type_object(u32 index) {
    json_.begin_object();
    json_.key("text");
    json_.string(type_text(model_, index, parameters_));
    if (index != none) type_members(model_.types[index]);
    json_.end_object();
  }
  void type_members(const describe::Type& type) {
    constexpr std::string_view kinds[] = {"none", "integer", "address", "set",   "format",    "semantic", "string",
                                          "path", "chars",   "pointer", "array", "structure", "union",    "custom"};
    text("kind", kinds[static_cast<size_t>(type.kind)]);
    text("name", type_name(model_, type));
    if (type.width != 0 && type.width < describe::width_long) {
      json_.key("width");
      json_.number(type.width);
    }
    truth("signed", type.is_signed);
    truth("big_endian", type.big_endian);
    expression("count", type.count);
    expression("size", type.size);
    expression("valid", type.valid);
    if (type.kind == TypeKind::pointer || type.kind == TypeKind::array) {
      json_.key("of");
      type_object(type.ref);
    }
  }

  void fields(Range range, bool in_memory) {
    list(slice(model_.fields, range), [&](const describe::Field& one) { field(one, in_memory); });
  }
  void field(const describe::Field& one, bool in_memory) {
    constexpr std::string_view directions[] = {"", "in", "out", "inout"};
    text("name", model_.text(one.name));
    if (one.switch_index != none) return choice(model_.switches[one.switch_index]);
    text("direction", directions[static_cast<size_t>(one.direction)]);
    type(one.type);
    if (in_memory && !one.dynamic_offset) by_layout("offset", one.offset);
    if (one.bit_width) {
      json_.key("bits");
      json_.number(one.bit_width);
    }
    expression("condition", one.condition);
    expression("value", one.value);
    truth("verbose", one.verbose);
    truth("always", one.always);
    truth("padding", one.padding);
  }
  void choice(const describe::Switch& one) {
    expression("switch", one.selector);
    json_.key("arms");
    list(slice(model_.arms, one.arms), [&](const describe::Arm& arm) {
      keys(arm.keys);
      json_.key("fields");
      fields(arm.fields, true);
    });
  }
  void keys(Range range) {
    json_.key("keys");
    json_.begin_array();
    for (const describe::KeyRange& key : slice(model_.key_ranges, range)) {
      if (key.first == key.last) {
        json_.signed_number(key.first);
        continue;
      }
      json_.begin_array();
      json_.signed_number(key.first);
      json_.signed_number(key.last);
      json_.end_array();
    }
    json_.end_array();
  }

  void syscall(const describe::Syscall& call) {
    text("name", model_.text(call.name));
    text("display", model_.text(call.display));
    numbers(static_cast<u32>(&call - model_.syscalls.data()));
    json_.key("classes");
    json_.begin_array();
    for (std::string_view name : class_names(call.classes)) json_.string(name);
    json_.end_array();
    text("subsystem", model_.text(model_.subsystems[call.subsystem].name));
    declaration(call.declaration);
    truth("in_depth", call.in_depth);
    truth("noreturn", call.noreturn);
    truth("never_fails", call.never_fails);
    signature(model_.signatures[call.signature]);
  }
  void numbers(u32 index) {
    constexpr std::string_view names[] = {"x86_64", "i386", "x32"};
    json_.key("numbers");
    json_.begin_object();
    for (size_t abi = 0; abi < describe::table_count; abi++) {
      for (u32 number = 0; number < model_.tables[abi].size(); number++) {
        if (model_.tables[abi][number].syscall != index) continue;
        json_.name(names[abi]);
        json_.number(number);
        break;
      }
    }
    json_.end_object();
  }
  void signature(const describe::Signature& one) {
    json_.key("arguments");
    fields(one.arguments, false);
    json_.key("result");
    type_object(one.result);
    if (one.dispatch == none) return;
    const describe::Dispatch& dispatch = model_.dispatches[one.dispatch];
    json_.key("selectors");
    json_.begin_array();
    for (u32 expr : slice(model_.lists, dispatch.selectors)) json_.string(expression_text(model_, expr));
    json_.end_array();
    json_.key("cases");
    list(slice(model_.cases, dispatch.cases), [&](const describe::Case& one_case) {
      keys(one_case.keys);
      declaration(one_case.declaration);
      signature(model_.signatures[one_case.signature]);
    });
    if (dispatch.fallback == none) return;
    json_.key("fallback");
    json_.begin_object();
    signature(model_.signatures[dispatch.fallback]);
    json_.end_object();
  }

  void structure(const describe::Struct& one) {
    text("name", model_.text(one.name));
    parameters(one.parameters);
    by_layout("size", one.size);
    by_layout("alignment", one.alignment);
    truth("flexible", one.flexible);
    declaration(one.declaration);
    json_.key("fields");
    fields(one.fields, true);
    parameters_ = {};
  }
  void union_type(const describe::Union& one) {
    text("name", model_.text(one.name));
    parameters(one.parameters);
    by_layout("size", one.size);
    by_layout("alignment", one.alignment);
    declaration(one.declaration);
    expression("selector", one.selector);
    json_.key("cases");
    list(slice(model_.union_cases, one.cases), [&](const describe::UnionCase& one_case) {
      keys(one_case.keys);
      type(one_case.type);
    });
    parameters_ = {};
  }
  void set(const describe::Set& one) {
    text("name", model_.text(one.name));
    text("kind", one.is_flags ? "flags" : "enum");
    json_.key("width");
    json_.number(one.width);
    declaration(one.declaration);
    json_.key("members");
    list(slice(model_.members, one.members), [&](const describe::Member& member) {
      text("name", model_.text(member.name));
      by_layout("value", member.value);
      truth("mask", member.is_mask);
      truth("rest", member.is_rest);
      if (member.sub_type != none) type(member.sub_type);
    });
  }
  void format(const describe::Format& one) {
    text("name", model_.text(one.name));
    json_.key("width");
    json_.number(one.width);
    declaration(one.declaration);
  }
  void custom(const describe::Custom& one) {
    text("name", model_.text(one.name));
    text("reason", model_.text(one.reason));
    declaration(one.declaration);
  }

  const describe::Model& model_;
  sink::TextBuffer buffer_;
  sink::JsonWriter json_;
  Range parameters_;
};

}  // namespace

std::string model_json(const describe::Model& model) { return ModelWriter(model).run(); }

}  // namespace sysray::cli
