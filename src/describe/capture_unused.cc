#include "describe/capture_unused.h"

#include <cstddef>

#include "base/types.h"

namespace sysray::describe {

namespace {

// Which temporaries are asked for behind a place: bits.
using Asked = u32;
static_assert(CAPTURE_MAX_TEMPORARIES <= 32);

constexpr Asked all_temporaries = ~Asked{0};

class Liveness {
 public:
  explicit Liveness(const std::vector<capture_op>& ops) : ops_(ops), unused_(ops.size()) {}

  // Looks at the ops [first, end) from behind; returns what is asked for in front of them.
  Asked look(size_t first, size_t end, Asked behind) {
    std::vector<size_t> heads;  // of ops on this level
    for (size_t at = first; at < end; at += 1 + body(at)) heads.push_back(at);
    Asked asked = behind;
    for (size_t i = heads.size(); i-- > 0;) asked = one(heads[i], asked);
    return asked;
  }
  const std::vector<bool>& unused() const { return unused_; }

 private:
  size_t body(size_t at) const {
    return ops_[at].kind == CAPTURE_TEST || ops_[at].kind == CAPTURE_EACH ? ops_[at].length : 0;
  }
  static Asked reads(const capture_operand& operand) {
    return operand.source == CAPTURE_TEMPORARY ? Asked{1} << operand.slot : 0;
  }
  Asked one(size_t at, Asked behind) {
    const capture_op& op = ops_[at];
    const Asked own = reads(op.a) | reads(op.b);
    switch (op.kind) {
      case CAPTURE_COMPUTE: {
        const Asked target = Asked{1} << op.slot;
        unused_[at] = (behind & target) == 0;
        if (unused_[at]) return behind;
        return (op.arithmetic == CAPTURE_SELECT ? behind : behind & ~target) | own;
      }
      case CAPTURE_TEST: {
        const Asked inside = look(at + 1, at + 1 + op.length, behind);
        if (empty(at)) {
          unused_[at] = true;
          return behind;
        }
        return behind | inside | own;
      }
      case CAPTURE_EACH: {
        const Asked once = look(at + 1, at + 1 + op.length, behind);
        return behind | once | look(at + 1, at + 1 + op.length, behind | once) | own;
      }
      // What runs as a case goes on with the numbers that are there.
      case CAPTURE_SWITCH: return all_temporaries;
      default: return behind | own;
    }
  }
  bool empty(size_t head) const {
    for (size_t at = head + 1; at <= head + ops_[head].length; at++)
      if (!unused_[at]) return false;
    return true;
  }

  const std::vector<capture_op>& ops_;
  std::vector<bool> unused_;
};

}  // namespace

std::vector<capture_op> without_unused(std::vector<capture_op> ops) {
  Liveness liveness(ops);
  liveness.look(0, ops.size(), 0);
  const std::vector<bool>& unused = liveness.unused();
  std::vector<capture_op> used;
  for (size_t at = 0; at < ops.size(); at++) {
    if (unused[at]) continue;
    capture_op op = ops[at];
    if (op.kind == CAPTURE_TEST || op.kind == CAPTURE_EACH)
      for (size_t i = at + 1; i <= at + ops[at].length; i++)
        op.length = static_cast<unsigned char>(op.length - unused[i]);
    used.push_back(op);
  }
  return used;
}

}  // namespace sysray::describe
