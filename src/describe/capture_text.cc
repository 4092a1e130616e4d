#include "describe/capture_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "describe/capture_arithmetic.h"
#include "describe/measure.h"

namespace sysray::describe {

namespace {

std::string_view sign_of(unsigned arithmetic) {
  constexpr std::string_view signs[] = {"+",  "-", "*",  "/",  "%",  "&",   "|",   "^",     "<<",
                                        ">>", "<", "<=", "==", "!=", "min", "max", "align", "?"};
  return arithmetic < std::size(signs) ? signs[arithmetic] : "?";
}

std::string limit_text(const capture_op& op) {
  switch (op.limit) {
    case CAPTURE_LIMIT_STRING_NUL: return ", at most -s + 1";
    case CAPTURE_LIMIT_ELEMENTS: return ", at most -s if abbreviated";
    case CAPTURE_LIMIT_ELEMENTS_MORE: return ", at most -s + 1 if abbreviated";
    case CAPTURE_LIMIT_CUT_LIST: return ", at most -s + 1";
    default: return "";
  }
}

// Texts of the ops of one program.
class OpTexts {
 public:
  OpTexts(const Model& model, const CaptureNaming& naming) : model_(model), naming_(naming) {}

  std::string op_text(const capture_op& op) const {
    const std::string at = operand_text(op.a);
    switch (op.kind) {
      case CAPTURE_BYTES: return fmt::format("{} at {}{}", bytes_text(op), at, limit_text(op));
      case CAPTURE_STRING: {
        const std::string bound =
            op.b.source == CAPTURE_ABSENT ? "" : fmt::format(" of at most {} bytes", operand_text(op.b));
        return fmt::format("the string{} at {}{}", bound, at, limit_text(op));
      }
      case CAPTURE_UNTIL_ZERO:
        return fmt::format("elements of {} bytes at {} until a zero{}", op.stride, at, limit_text(op));
      case CAPTURE_EACH: {
        const std::string times = op.b.source == CAPTURE_ABSENT ? "" : fmt::format(", {} of them", operand_text(op.b));
        return fmt::format("for each {} bytes from {}{}{}:", op.stride, at, times, limit_text(op));
      }
      case CAPTURE_TEST: return fmt::format("if {}:", at);
      case CAPTURE_COMPUTE: return compute_text(op);
      case CAPTURE_SWITCH: {
        const auto cases = model_.capture_cases.subspan(op.stride, op.cap);
        return fmt::format("by {}: {} cases from {:#x} to {:#x}, else:", at, cases.size(),
                           static_cast<u64>(cases.front().first), static_cast<u64>(cases.back().last));
      }
      case CAPTURE_LIVE: return fmt::format("the rest from live memory: {}", capture_live_text(op.slot));
      case CAPTURE_DESCRIPTOR: return fmt::format("the file behind descriptor {}", at);
      default: return "nothing";
    }
  }

 private:
  std::string register_text(u8 slot) const {
    if (slot < naming_.registers.size() && !naming_.registers[slot].empty())
      return std::string(naming_.registers[slot]);
    return fmt::format("register {}", slot);
  }
  std::string operand_text(const capture_operand& operand) const {
    switch (operand.source) {
      case CAPTURE_CONSTANT: {
        const auto value =
            static_cast<s64>(capture_extend(static_cast<u64>(s64{operand.value}), operand.width, operand.flags));
        return value >= -4096 && value <= 65536 ? fmt::format("{}", value)
                                                : fmt::format("{:#x}", static_cast<u64>(value));
      }
      case CAPTURE_ARGUMENT: return register_text(operand.slot);
      case CAPTURE_RESULT: return "the result";
      case CAPTURE_ERROR: return "the error";
      case CAPTURE_STACK: return "the stack pointer";
      case CAPTURE_TEMPORARY: return fmt::format("t{}", operand.slot);
      case CAPTURE_VERBOSE: return "verbose";
      case CAPTURE_NETLINK: return register_text(operand.slot) + " may be a netlink socket";
      case CAPTURE_FIELD: return fmt::format("#{}+{}", operand.slot, operand.value);
      case CAPTURE_ELEMENT: return fmt::format("element+{}", operand.value);
      default: return "";
    }
  }

  std::string compute_text(const capture_op& op) const {
    const std::string a = operand_text(op.a);
    const std::string b = operand_text(op.b);
    if (op.b.source == CAPTURE_ABSENT) return fmt::format("t{} = {}", op.slot, a);
    const std::string_view sign = sign_of(op.arithmetic);
    if (op.arithmetic == CAPTURE_SELECT) return fmt::format("t{} = {} if {} is not 0", op.slot, b, a);
    if (op.arithmetic == CAPTURE_MINIMUM || op.arithmetic == CAPTURE_MAXIMUM || op.arithmetic == CAPTURE_ALIGN)
      return fmt::format("t{} = {}({}, {})", op.slot, sign, a, b);
    return fmt::format("t{} = {} {} {}", op.slot, a, sign, b);
  }

  std::string bytes_text(const capture_op& op) const {
    const std::string count = operand_text(op.b);
    if (count.empty()) return fmt::format("{} bytes", op.cap);
    if (op.stride == 1) return count + " bytes";
    return fmt::format("{} times {} bytes", count, op.stride);
  }

  const Model& model_;
  const CaptureNaming& naming_;
};

}  // namespace

std::string_view capture_live_text(unsigned reason) {
  switch (reason) {
    case CAPTURE_LIVE_DEEP: return "pointers are nested too deeply";
    case CAPTURE_LIVE_LOOP: return "lists are nested too deeply";
    case CAPTURE_LIVE_PLACE: return "where a pointer lies depends on what is in front of it";
    case CAPTURE_LIVE_EXPRESSION: return "an address can't be computed";
    case CAPTURE_LIVE_DESCRIPTOR: return "which descriptors are meant can't be computed";
    default: return "the program is too large";
  }
}

std::vector<std::string> capture_text(const Model& model, capture_range program, const CaptureNaming& naming) {
  const OpTexts texts(model, naming);
  std::vector<std::string> lines;
  std::vector<u32> ends;  // of the tests and loops that are open
  for (u32 i = 0; i < program.count; i++) {
    while (!ends.empty() && ends.back() <= i) ends.pop_back();
    const capture_op& op = model.capture_ops[program.first + i];
    std::string line(ends.size() * 2, ' ');
    line += texts.op_text(op);
    const bool notes = op.kind == CAPTURE_BYTES || op.kind == CAPTURE_STRING || op.kind == CAPTURE_UNTIL_ZERO;
    if (notes && op.slot != CAPTURE_NO_SLOT) line += fmt::format(" as #{}", op.slot);
    if ((op.flags & CAPTURE_ON_SUCCESS) != 0) line += " on success";
    lines.push_back(std::move(line));
    if (op.kind == CAPTURE_TEST || op.kind == CAPTURE_EACH) ends.push_back(i + 1 + op.length);
  }
  return lines;
}

void CaptureNaming::add(const Model& model, const Signature& signature, u32 abi) {
  for (const Field& field : model.fields.subspan(signature.arguments.first, signature.arguments.count)) {
    const u32 slot = field.offset[Target{abi}.layout_index()];
    if (!field.from_expression && !field.padding && slot < registers.size()) registers[slot] = model.text(field.name);
  }
}

bool capture_is_choice(const Model& model, capture_range program) {
  const auto ops = model.capture_ops.subspan(program.first, program.count);
  return !ops.empty() && ops.back().kind == CAPTURE_SWITCH &&
         std::all_of(ops.begin(), ops.end() - 1,
                     [](const capture_op& op) { return op.kind == CAPTURE_COMPUTE || op.kind == CAPTURE_TEST; });
}

capture_range capture_of_case(const Model& model, capture_range program, const Case& one) {
  for (u32 i = 0; i < one.keys.count; i++) {
    const long long key = model.key_ranges[one.keys.first + i].first;
    const auto ops = model.capture_ops.subspan(program.first, program.count);
    const auto choice =
        std::find_if(ops.begin(), ops.end(), [](const capture_op& op) { return op.kind == CAPTURE_SWITCH; });
    if (choice == ops.end()) return {0, 0};
    const auto cases = model.capture_cases.subspan(choice->stride, choice->cap);
    const auto found = std::find_if(cases.begin(), cases.end(), [key](const capture_case& candidate) {
      return candidate.first <= key && key <= candidate.last;
    });
    if (found == cases.end()) return {0, 0};
    program = found->ops;
  }
  return program;
}

unsigned capture_live_reasons(const Model& model, capture_range program) {
  unsigned reasons = 0;
  for (const capture_op& op : model.capture_ops.subspan(program.first, program.count)) {
    if (op.kind == CAPTURE_LIVE) reasons |= 1u << op.slot;
    if (op.kind != CAPTURE_SWITCH) continue;
    for (const capture_case& one : model.capture_cases.subspan(op.stride, op.cap))
      reasons |= capture_live_reasons(model, one.ops);
  }
  return reasons;
}

}  // namespace sysray::describe
