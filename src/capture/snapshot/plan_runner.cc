#include "capture/snapshot/plan_runner.h"

#include <algorithm>

#include "describe/capture_arithmetic.h"

namespace sysray::capture {

using namespace describe;

const capture_program* PlanRunner::program_of(const CapturedCall& call) const {
  if (call.number >= CAPTURE_MAX_CALLS) return nullptr;
  return &plan_.programs[static_cast<size_t>(call.abi) * CAPTURE_MAX_CALLS + call.number];
}

bool PlanRunner::at_entry(const CapturedCall& call, event::MemoryView& memory, event::MemorySnapshot& snapshot) {
  const capture_program* program = program_of(call);
  return program == nullptr || run(program->entry, call, memory, snapshot);
}

bool PlanRunner::at_exit(const CapturedCall& call, event::MemoryView& memory, event::MemorySnapshot& snapshot) {
  const capture_program* program = program_of(call);
  return program == nullptr || run(program->exit, call, memory, snapshot);
}

bool PlanRunner::run(capture_range program, const CapturedCall& call, event::MemoryView& memory,
                     event::MemorySnapshot& snapshot) {
  descriptors_.clear();
  if (program.count == 0) return true;
  call_ = &call;
  memory_ = &memory;
  snapshot_ = &snapshot;
  range_ = program;
  for (Slot& slot : slots_) slot.bytes.clear();
  temporaries_.fill(0);
  depth_ = 0;
  whole_ = true;
  u32 at = 0;
  for (u32 steps = 0; steps < CAPTURE_MAX_STEPS; steps++) {
    // A loop whose body ended goes on with its next element.
    while (depth_ > 0 && at >= loops_[depth_ - 1].end) {
      Loop& loop = loops_[depth_ - 1];
      if (--loop.left > 0) {
        loop.at += loop.stride;
        at = loop.body;
      } else {
        depth_--;
      }
    }
    if (at >= range_.count) return whole_;
    at = step(at);
  }
  return false;
}

u32 PlanRunner::step(u32 at) {
  const Op& op = plan_.ops[range_.first + at];
  if ((op.flags & CAPTURE_ON_SUCCESS) != 0 && call_->failed) return at + 1 + op.length;
  switch (op.kind) {
    case CAPTURE_BYTES: copy_bytes(op); break;
    case CAPTURE_STRING: copy_string(op); break;
    case CAPTURE_UNTIL_ZERO: copy_until_zero(op); break;
    case CAPTURE_EACH: return enter_loop(op, at);
    case CAPTURE_TEST: return value(op.a) != 0 ? at + 1 : at + 1 + op.length;
    case CAPTURE_COMPUTE: {
      u64& target = temporaries_[op.slot];
      target = capture_calculate(static_cast<capture_arithmetic>(op.arithmetic), value(op.a), value(op.b), target);
      break;
    }
    case CAPTURE_SWITCH:
      if (enter_case(op)) return 0;
      break;
    case CAPTURE_LIVE: whole_ = false; break;
    case CAPTURE_DESCRIPTOR: descriptors_.push_back(static_cast<s32>(value(op.a))); break;
    default: break;
  }
  return at + 1;
}

u64 PlanRunner::loaded(const Operand& operand, const Slot& slot, u64 at) const {
  if (at > slot.bytes.size() || slot.bytes.size() - at < operand.width) return 0;
  u64 number = 0;
  for (u32 i = 0; i < operand.width; i++) {
    const u32 from = (operand.flags & CAPTURE_BIG_ENDIAN) != 0 ? i : operand.width - 1 - i;
    number = number << 8 | static_cast<u8>(slot.bytes[at + from]);
  }
  return number;
}

u64 PlanRunner::value(const Operand& operand) const {
  u64 number = 0;
  const u64 offset = static_cast<u64>(s64{operand.value});
  switch (operand.source) {
    case CAPTURE_CONSTANT: number = offset; break;
    case CAPTURE_ARGUMENT: number = call_->args[operand.slot]; break;
    case CAPTURE_RESULT: return static_cast<u64>(call_->result);
    case CAPTURE_ERROR: return call_->error;
    case CAPTURE_STACK: return call_->stack_pointer;
    case CAPTURE_TEMPORARY: return temporaries_[operand.slot];
    case CAPTURE_NETLINK: return 1;  // it may be one
    case CAPTURE_FIELD: number = loaded(operand, slots_[operand.slot], offset); break;
    case CAPTURE_ELEMENT: {
      if (depth_ == 0) return 0;
      const Loop& loop = loops_[depth_ - 1];
      number = loaded(operand, slots_[loop.slot], loop.at + offset);
      break;
    }
    default: return 0;
  }
  return capture_extend(number, operand.width, operand.flags);
}

void PlanRunner::keep(const Op& op, u64 address, size_t size) {
  const std::span<const std::byte> bytes(buffer_.data(), size);
  snapshot_->add({address}, bytes, memory_->take_uncertain());
  if (op.slot != CAPTURE_NO_SLOT) slots_[op.slot].bytes.assign(bytes.begin(), bytes.end());
}

void PlanRunner::copy_bytes(const Op& op) {
  if (op.slot != CAPTURE_NO_SLOT) slots_[op.slot].bytes.clear();
  const u64 address = value(op.a);
  if (address == 0) return;
  u64 size = op.cap;
  if (op.b.source != CAPTURE_ABSENT) {
    const u64 count = value(op.b);
    if (count <= CAPTURE_MAX_BYTES) size = std::min<u64>(count * op.stride, op.cap);
    // Displays show less, or the limit is that of programs.
    if (op.cap == CAPTURE_MAX_BYTES && (count > CAPTURE_MAX_BYTES || count * op.stride > size)) whole_ = false;
  }
  buffer_.resize(std::max<size_t>(buffer_.size(), size));
  keep(op, address, memory_->read({address}, buffer_.data(), size));
}

void PlanRunner::copy_string(const Op& op) {
  const u64 address = value(op.a);
  if (address == 0) return;
  u64 limit = op.cap;
  if (op.b.source != CAPTURE_ABSENT) limit = std::min(limit, value(op.b));
  buffer_.resize(std::max<size_t>(buffer_.size(), limit));
  const auto read = memory_->read_string({address}, reinterpret_cast<char*>(buffer_.data()), limit);
  if (op.cap == CAPTURE_MAX_STRING && !read.terminated && read.length == op.cap) whole_ = false;
  if (read.faulted)
    memory_->take_uncertain();
  else
    keep(op, address, read.length + (read.terminated ? 1 : 0));
}

void PlanRunner::copy_until_zero(const Op& op) {
  if (op.slot != CAPTURE_NO_SLOT) slots_[op.slot].bytes.clear();
  const u64 address = value(op.a);
  if (address == 0) return;
  size_t size = 0;
  for (u32 count = 0; count < op.cap; count++) {
    const size_t end = size_t{count + 1} * op.stride;
    buffer_.resize(std::max(buffer_.size(), end));
    size += memory_->read({address + size}, buffer_.data() + size, op.stride);  // no more: the rest may not be captured
    if (end > size) break;
    const auto from = buffer_.begin() + static_cast<ptrdiff_t>(end - op.stride);
    if (std::all_of(from, from + op.stride, [](std::byte byte) { return byte == std::byte{}; })) break;
  }
  if (size >= size_t{op.cap} * op.stride && op.cap >= CAPTURE_MAX_BYTES / op.stride) whole_ = false;
  keep(op, address, size);
}

u32 PlanRunner::enter_loop(const Op& op, u32 at) {
  const u32 behind = at + 1 + op.length;
  if (depth_ >= CAPTURE_MAX_NEST || op.stride == 0) return behind;
  const auto from = static_cast<u32>(op.a.value);
  const size_t size = slots_[op.a.slot].bytes.size();
  u64 count = size > from ? (size - from) / op.stride : 0;
  if (count > op.cap && op.cap == CAPTURE_MAX_ELEMENTS) whole_ = false;
  count = std::min<u64>(count, op.cap);
  if (op.b.source != CAPTURE_ABSENT) count = std::min(count, value(op.b));
  if (count == 0) return behind;
  loops_[depth_++] = {op.a.slot, op.stride, from, static_cast<u32>(count), at + 1, behind};
  return at + 1;
}

bool PlanRunner::enter_case(const Op& op) {
  const auto wanted = static_cast<s64>(value(op.a));
  const auto cases = std::span(plan_.cases).subspan(op.stride, op.cap);
  const auto behind = std::upper_bound(cases.begin(), cases.end(), wanted,
                                       [](s64 number, const capture_case& one) { return number < one.first; });
  if (behind == cases.begin() || wanted > (behind - 1)->last) return false;
  range_ = (behind - 1)->ops;
  return true;
}

}  // namespace sysray::capture
