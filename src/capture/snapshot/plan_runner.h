// PlanRunner: runs capture programs in user space: copies what a call's plan names out of a tracee's memory.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "describe/capture_plan.h"
#include "event/memory_snapshot.h"
#include "event/raw_event.h"

namespace sysray::capture {

// A call as its programs see it.
struct CapturedCall {
  event::Abi abi{};
  u64 number = 0;
  std::array<u64, 6> args{};
  u64 stack_pointer = 0;
  s64 result = 0;
  bool failed = false;  // or has no result
  u16 error = 0;
};

class PlanRunner {
 public:
  // A resolved plan, which must outlive the runner.
  explicit PlanRunner(const describe::CapturePlan& plan) : plan_(plan) {}

  // Adds to the snapshot what decoding needs when the call begins, and when it returns. False: something was cut by the
  // limits of capture programs, or must be read live.
  bool at_entry(const CapturedCall& call, event::MemoryView& memory, event::MemorySnapshot& snapshot);
  bool at_exit(const CapturedCall& call, event::MemoryView& memory, event::MemorySnapshot& snapshot);
  // The descriptors (or AT_FDCWD) whose files are to be noted at the moment that was run last.
  std::span<const s32> descriptors() const { return descriptors_; }

 private:
  using Op = describe::capture_op;
  using Operand = describe::capture_operand;
  struct Slot {
    std::vector<std::byte> bytes;
  };
  struct Loop {
    u8 slot;
    u32 stride;
    u32 at;    // byte of the element in the slot
    u32 left;  // elements
    u32 body;  // number of the first op
    u32 end;   // number of the op behind
  };

  const describe::capture_program* program_of(const CapturedCall& call) const;
  bool run(describe::capture_range program, const CapturedCall& call, event::MemoryView& memory,
           event::MemorySnapshot& snapshot);
  // Runs one op; returns the number of the next one.
  u32 step(u32 at);
  u64 value(const Operand& operand) const;
  u64 loaded(const Operand& operand, const Slot& slot, u64 at) const;
  void copy_bytes(const Op& op);
  void copy_string(const Op& op);
  void copy_until_zero(const Op& op);
  u32 enter_loop(const Op& op, u32 at);
  bool enter_case(const Op& op);
  void keep(const Op& op, u64 address, size_t size);

  const describe::CapturePlan& plan_;
  const CapturedCall* call_ = nullptr;
  event::MemoryView* memory_ = nullptr;
  event::MemorySnapshot* snapshot_ = nullptr;
  describe::capture_range range_{};
  std::array<Slot, describe::CAPTURE_MAX_SLOTS> slots_;
  std::array<u64, describe::CAPTURE_MAX_TEMPORARIES> temporaries_{};
  std::array<Loop, describe::CAPTURE_MAX_NEST> loops_{};
  u32 depth_ = 0;
  bool whole_ = true;
  std::vector<s32> descriptors_;
  std::vector<std::byte> buffer_;
};

}  // namespace sysray::capture
