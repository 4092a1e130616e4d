// A decompiler for the small stack code of describe::Op.
#include "cli/expression_text.h"

#include <fmt/format.h>

#include <vector>

namespace sysray::cli {

namespace {

using describe::Instruction;
using describe::Model;
using describe::Op;

std::string_view binary_operator(Op op) {
  switch (op) {
    case Op::add: return "+";
    case Op::subtract: return "-";
    case Op::multiply: return "*";
    case Op::divide: return "/";
    case Op::modulo: return "%";
    case Op::bit_and: return "&";
    case Op::bit_or: return "|";
    case Op::bit_xor: return "^";
    case Op::shift_left: return "<<";
    case Op::shift_right: return ">>";
    case Op::less: return "<";
    case Op::less_equal: return "<=";
    case Op::greater: return ">";
    case Op::greater_equal: return ">=";
    case Op::equal: return "==";
    case Op::not_equal: return "!=";
    default: return {};
  }
}

std::string_view function(Op op) {
  switch (op) {
    case Op::minimum: return "min";
    case Op::maximum: return "max";
    case Op::align: return "align";
    case Op::unsigned_divide: return "udiv";
    case Op::unsigned_modulo: return "umod";
    default: return {};
  }
}

std::string_view word(Op op) {
  switch (op) {
    case Op::result: return "ret";
    case Op::error: return "error";
    case Op::index: return "index";
    case Op::extent: return "extent";
    case Op::readable: return "readable";
    case Op::stack_pointer: return "sp";
    case Op::wordsize: return "wordsize";
    case Op::compat: return "compat";
    case Op::at_exit: return "exit";
    case Op::verbose: return "verbose";
    default: return {};
  }
}

class Decompiler {
 public:
  Decompiler(const Model& model, describe::Range parameters) : model_(model), parameters_(parameters) {}

  // The value that the instructions [first, end) leave.
  std::string run(u32 first, u32 end) {
    std::vector<std::string> stack;
    for (u32 at = first; at < end; at++) {
      const Instruction& one = model_.instructions[at];
      if (one.op == Op::jump_if_zero) {
        stack.back() = choice(stack.back(), at, end);
        continue;
      }
      if (!binary_operator(one.op).empty() || !function(one.op).empty()) {
        std::string right = std::move(stack.back());
        stack.pop_back();
        std::string& left = stack.back();
        left = function(one.op).empty() ? fmt::format("({} {} {})", left, binary_operator(one.op), right)
                                        : fmt::format("{}({}, {})", function(one.op), left, right);
        continue;
      }
      if (is_unary(one.op)) {
        stack.back() = unary(one.op, stack.back());
      } else {
        stack.push_back(leaf(one));
      }
    }
    return stack.empty() ? "" : stack.back();
  }

 private:
  // a ? b : c lies as: a, jump_if_zero → c, b, jump → end, c. `at` is moved to the last instruction of it.
  std::string choice(const std::string& condition, u32& at, u32 end) {
    const u32 otherwise = at + 1 + model_.instructions[at].operand;
    const u32 after = std::min(end, otherwise + model_.instructions[otherwise - 1].operand);
    std::string then = run(at + 1, otherwise - 1);
    std::string other = run(otherwise, after);
    at = after - 1;
    // && and || are choices whose other arm is a number.
    if (then.starts_with("!!") && other == "0") return fmt::format("({} && {})", condition, then.substr(2));
    if (then.starts_with("!!") && other == "1" && condition.starts_with("!")) {
      return fmt::format("({} || {})", condition.substr(1), then.substr(2));
    }
    return fmt::format("({} ? {} : {})", condition, then, other);
  }

  static bool is_unary(Op op) {
    return op == Op::negate || op == Op::complement || op == Op::logical_not || op == Op::fd_protocol ||
           op == Op::fd_device || op == Op::fd_link || op == Op::fd_vcpu;
  }
  static std::string unary(Op op, const std::string& operand) {
    switch (op) {
      case Op::negate: return "-" + operand;
      case Op::complement: return "~" + operand;
      case Op::logical_not: return "!" + operand;
      case Op::fd_vcpu: return "fd_vcpu(" + operand + ")";
      case Op::fd_device: return "fd_device(" + operand + ")";
      case Op::fd_link: return "fd_link(" + operand + ")";
      default: return "fd_protocol(" + operand + ")";
    }
  }

  std::string name(u32 field) const { return std::string(model_.text(model_.fields[field].name)); }

  std::string leaf(const Instruction& one) const {
    switch (one.op) {
      case Op::constant: {
        const auto value = static_cast<s64>(model_.numbers[one.operand].value[0]);
        return value >= -4096 && value < 10 ? fmt::format("{}", value) : fmt::format("{:#x}", static_cast<u64>(value));
      }
      case Op::parameter:
        if (one.operand < parameters_.count) {
          return std::string(model_.text(model_.strings[parameters_.first + one.operand]));
        }
        return fmt::format("${}", one.operand);
      case Op::field:
      case Op::argument: return name(one.operand);
      case Op::deref: return "*" + name(one.operand);
      case Op::old_deref: return "old(*" + name(one.operand) + ")";
      case Op::old_field: return "old(" + name(one.operand) + ")";
      case Op::whole: return "whole(" + name(one.operand) + ")";
      case Op::size_of: return "sizeof(" + type_text(model_, one.operand) + ")";
      case Op::argument_member:
      case Op::nested_field: {
        std::string path;
        for (u32 i = 1; i <= model_.lists[one.operand]; i++) {
          path += (i > 1 ? "." : "") + name(model_.lists[one.operand + i]);
        }
        return path;
      }
      default: return std::string(word(one.op));
    }
  }

  const Model& model_;
  describe::Range parameters_;
};

std::string integer_name(const describe::Type& type) {
  if (type.width == describe::width_long) return type.is_signed ? "long" : "ulong";
  if (type.width == describe::width_klong) return "kernel_ulong";
  return fmt::format("{}{}", type.big_endian ? "be" : type.is_signed ? "s" : "u", type.width * 8);
}

std::string_view semantic_name(describe::Semantic semantic) {
  constexpr std::string_view names[] = {"",     "fd",   "dirfd", "pid",    "tid",         "tgid",  "pgid",
                                        "sid",  "uid",  "gid",   "signal", "sigset",      "fdset", "time_t",
                                        "ipv4", "ipv6", "mac",   "uuid",   "errno_value", "sysno", "ifindex"};
  return names[static_cast<size_t>(semantic)];
}

std::string array_form(const Model& model, const describe::Type& type, describe::Range parameters) {
  const std::string count = expression_text(model, type.count, parameters);
  switch (type.array) {
    case describe::ArrayKind::counted: return "[" + count + "]";
    case describe::ArrayKind::bytes: return "[bytes " + count + "]";
    case describe::ArrayKind::until_zero: return "[until 0]";
    case describe::ArrayKind::flexible: return "[]";
    case describe::ArrayKind::chain:
      return "[chain " + expression_text(model, type.step) + " align " + std::to_string(type.alignment) +
             (count.empty() ? "" : " bytes " + count) + "]";
  }
  return {};
}

}  // namespace

std::string expression_text(const Model& model, u32 expr, describe::Range parameters) {
  if (expr == describe::none) return {};
  const describe::Range code = model.exprs[expr].code;
  return Decompiler(model, parameters).run(code.first, code.first + code.count);
}

std::string_view type_name(const Model& model, const describe::Type& type) {
  using enum describe::TypeKind;
  switch (type.kind) {
    case set: return model.text(model.sets[type.ref].name);
    case format: return model.text(model.formats[type.ref].name);
    case structure: return model.text(model.structs[type.ref].name);
    case union_type: return model.text(model.unions[type.ref].name);
    case custom: return model.text(model.customs[type.ref].name);
    default: return {};
  }
}

std::string type_text(const Model& model, u32 index, describe::Range parameters) {
  if (index == describe::none) return "long";
  const describe::Type& type = model.types[index];
  using enum describe::TypeKind;
  switch (type.kind) {
    case none: return "nothing";
    case integer: return integer_name(type);
    case address: return "addr";
    case semantic: return std::string(semantic_name(type.semantic));
    case string:
      return "string" +
             (type.count == describe::none ? "" : "[" + expression_text(model, type.count, parameters) + "]");
    case path: return "path";
    case chars: return "char[" + expression_text(model, type.count, parameters) + "]";
    case pointer: {
      const std::string pointee = type_text(model, type.ref, parameters);
      const size_t bracket = pointee.find('[');
      if (bracket == std::string::npos) return pointee + " *";
      return pointee.substr(0, bracket) + (pointee[bracket - 1] == '*' ? "*" : " *") + pointee.substr(bracket);
    }
    case array: return type_text(model, type.ref, parameters) + array_form(model, type, parameters);
    default: break;
  }
  std::string text(type_name(model, type));
  if (type.arguments.count == 0) return text;
  for (u32 i = 0; i < type.arguments.count; i++) {
    text += (i ? ", " : "(") + expression_text(model, model.lists[type.arguments.first + i], parameters);
  }
  return text + ")";
}

}  // namespace sysray::cli
