// CaptureProgram: a capture program while it is written. It hands out slots and temporaries, and notes which memory has
// been copied already.
#pragma once

#include <optional>
#include <vector>

#include "describe/capture_ops.h"
#include "describe/model.h"

namespace sysray::describe {

// A number that a running program knows, as far as it does.
struct Quantity {
  enum class State : u8 {
    unknown,
    bound,  // the number is not above the operand's
    exact,
  };
  State state = State::unknown;
  bool exact_sign = false;  // of a bound: it is negative if and only if the number is
  bool fresh = false;       // a temporary that is asked for once only
  // Of an unknown number: it depends on what socket the descriptor in this register is.
  std::optional<u8> descriptor;
  capture_operand operand{};

  bool known() const { return state != State::unknown; }
  bool exact() const { return state == State::exact; }
};

bool operator==(const capture_operand& a, const capture_operand& b);

Quantity exactly(const capture_operand& operand);
Quantity unknown();

capture_op test_op(const capture_operand& condition);
capture_op live_op(capture_live_reason reason);
capture_op descriptor_op(const capture_operand& descriptor, bool on_success);
capture_op compute_op(u8 temporary, capture_arithmetic arithmetic, const capture_operand& a, const capture_operand& b);
// Copies `count` times `stride` bytes (absent: cap bytes), not noted in a slot.
capture_op bytes_op(const capture_operand& address, const capture_operand& count, u32 stride, u64 cap);
capture_op switch_op(const capture_operand& selector, capture_range cases);
capture_op string_op(const capture_operand& address, const capture_operand& bound, u32 cap);

class CaptureProgram {
 public:
  // Something did not fit the limits of capture_ops.h.
  bool overflowed() const { return overflowed_; }
  const std::vector<capture_op>& ops() const { return ops_; }

  // Appends an op and returns its number.
  size_t add(const capture_op& op);
  u8 new_slot();
  // A number computed by an op of its own. Constants are folded.
  Quantity constant(u64 value);
  Quantity compute(capture_arithmetic arithmetic, const Quantity& a, const Quantity& b);
  // A temporary that holds the number now, and that may be given others with assign().
  u8 variable() { return new_temporary(); }
  void assign(u8 variable, const Quantity& value);
  Quantity value_of(u8 variable) const;
  // Temporaries that were taken after the variable are free again.
  void release_behind(u8 variable) { temporaries_ = static_cast<u8>(variable + 1); }
  // 1 if the number is 0, else 0.
  Quantity is_zero(const Quantity& quantity);

  // Value of a constant.
  static std::optional<u64> constant_operand(const capture_operand& operand);
  static std::optional<u64> constant_value(const Quantity& quantity);

  // Writes what `body` adds behind a test (or a loop), and takes back what is only known if it ran.
  template <typename F>
  void group(const capture_op& head, F body) {
    const size_t at = add(head);
    const Mark mark = this->mark();
    body();
    close(at, mark);
  }
  template <typename F>
  void only_if(const Quantity& condition, F body) {
    group(test_op(condition.operand), body);
  }
  // Slots and temporaries that `body` takes are free again behind it; what it copied stays known.
  template <typename F>
  void scoped(F body) {
    const Mark mark = this->mark();
    body();
    release(mark);
  }

  // The slot in which `size` bytes at the address have been copied for sure, if they have.
  std::optional<u8> copied(const capture_operand& address, u32 size) const;
  void note_copy(const capture_operand& address, u32 size, u8 slot);

  // A program that goes on where this one is, without its ops: for the case of a switch.
  CaptureProgram continued() const;
  // Takes back everything since a copy was made.
  void restore(const CaptureProgram& before) { *this = before; }

 private:
  struct Copied {
    capture_operand address;
    u32 size;
    u8 slot;
  };
  struct Mark {
    u8 slots;
    u8 temporaries;
    size_t copies;
  };
  Mark mark() const { return {slots_, temporaries_, copies_.size()}; }
  void release(const Mark& mark);
  void close(size_t head, const Mark& mark);
  u8 new_temporary();
  void free_fresh(const Quantity& quantity);
  bool is_truth(const capture_operand& operand) const;

  // The last op, if it runs whenever what follows does, and computes this number.
  capture_op* last_compute(const Quantity& quantity);

  std::vector<capture_op> ops_;
  size_t closed_ = 0;  // ops in front of this number are, or may be, in groups that are closed
  std::vector<Copied> copies_;
  u8 slots_ = 0;
  u8 temporaries_ = 0;
  bool overflowed_ = false;
};

}  // namespace sysray::describe
