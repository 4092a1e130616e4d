#include "describe/capture_plan.h"

#include <algorithm>
#include <limits>
#include <string>
#include <unordered_map>

#include "describe/capture_unused.h"
#include "describe/capture_walk.h"

namespace sysray::describe {

namespace {

// Ops and cases of all programs; equal ones are kept once.
class Pool {
 public:
  explicit Pool(CapturePlan& plan) : plan_(plan) {}

  capture_range add(const std::vector<capture_op>& ops) { return add(ops, plan_.ops, ops_); }
  capture_range add(const std::vector<capture_case>& cases) { return add(cases, plan_.cases, cases_); }

 private:
  using Known = std::unordered_map<std::string, u32>;
  template <typename T>
  static capture_range add(const std::vector<T>& what, std::vector<T>& all, Known& known) {
    if (what.empty()) return {0, 0};
    const std::string key(reinterpret_cast<const char*>(what.data()), what.size() * sizeof(T));
    const auto [at, fresh] = known.try_emplace(key, static_cast<u32>(all.size()));
    if (fresh) all.insert(all.end(), what.begin(), what.end());
    return {at->second, static_cast<u32>(what.size())};
  }

  CapturePlan& plan_;
  Known ops_;
  Known cases_;
};

// Writes the program of a call for one moment.
class CallWriter {
 public:
  CallWriter(const Model& model, Target target, bool at_exit, bool descriptors, Pool& pool)
      : model_(model), at_exit_(at_exit), pool_(pool), walk_(model, target, at_exit, descriptors) {}

  capture_range write(const Syscall& call) {
    walk_.program() = {};
    signature(model_.signatures[call.signature], {});
    return pool_.add(without_unused(walk_.program().ops()));
  }

 private:
  // `notes`: of the innermost signature so far that has any.
  void signature(const Signature& one, Range notes) {
    if (at_exit_) walk_.result(one.result);
    for (const Field& field : model_.fields.subspan(one.arguments.first, one.arguments.count)) argument(field);
    if (one.notes.count > 0) notes = one.notes;
    if (one.dispatch == none) return add_notes(notes);
    dispatch(model_.dispatches[one.dispatch], notes);
  }

  // When decode::CallDecoder reads the argument.
  bool is_read(const Field& field) const {
    const bool at_exit_only = field.exit_only || field.direction == Direction::out;
    return at_exit_ ? at_exit_only || field.direction == Direction::inout : !at_exit_only;
  }
  void argument(const Field& field) {
    if (field.padding || !is_read(field)) return;
    const CaptureProgram before = walk_.program();
    const bool is_memory = field.direction == Direction::out || field.direction == Direction::inout;
    walk_.set_success_only(false);
    walk_.expressions().copy_pointed(field.condition);
    walk_.expressions().copy_pointed(field.value);
    walk_.copy_pointed(field.type);
    walk_.set_success_only(at_exit_ && is_memory && !field.always);
    if (walk_.reads_memory(field.type)) walk_.argument(field);
    walk_.set_success_only(false);
    if (!walk_.program().overflowed()) return;
    walk_.program().restore(before);
    walk_.program().add(live_op(CAPTURE_LIVE_LARGE));
  }

  void add_notes(Range notes) {
    if (!at_exit_) return;
    for (const Alternative& note : model_.alternatives.subspan(notes.first, notes.count)) {
      for (const Field& part : model_.fields.subspan(note.parts.first, note.parts.count)) {
        walk_.copy_pointed(part.type);
        walk_.expressions().copy_pointed(part.value);
      }
      walk_.expressions().copy_pointed(note.condition);
      walk_.note(note);
    }
  }

  void dispatch(const Dispatch& choice, Range notes) {
    for (u32 i = 0; i < choice.selectors.count; i++)
      walk_.expressions().copy_pointed(model_.lists[choice.selectors.first + i]);
    std::vector<const Case*> all;
    for (const Case& one : model_.cases.subspan(choice.cases.first, choice.cases.count)) all.push_back(&one);
    const CaptureProgram before = walk_.program();
    std::vector<Quantity> selectors;
    for (u32 i = 0; i < choice.selectors.count; i++)
      selectors.push_back(walk_.expressions().value(model_.lists[choice.selectors.first + i], {}));
    const bool exact = std::all_of(selectors.begin(), selectors.end(), [](const Quantity& q) { return q.exact(); });
    // What was in memory at entry picked the case; what is there at exit may be something else.
    const bool lost = at_exit_ && walk_.program().ops().size() > before.ops().size() && asks_memory(choice);
    if (exact && !lost)
      select(choice, selectors, 0, all, notes);
    else
      each_case(before, all, notes);
    if (choice.fallback != none)
      signature(model_.signatures[choice.fallback], notes);
    else
      add_notes(notes);
  }
  bool asks_memory(const Dispatch& choice) const {
    for (u32 i = 0; i < choice.selectors.count; i++) {
      const Range code = model_.exprs[model_.lists[choice.selectors.first + i]].code;
      for (const Instruction& one : model_.instructions.subspan(code.first, code.count))
        if (one.op == Op::deref || one.op == Op::old_deref || one.op == Op::argument_member) return true;
    }
    return false;
  }

  // Without knowing the case: all of them, if they are few.
  void each_case(const CaptureProgram& before, const std::vector<const Case*>& all, Range notes) {
    constexpr size_t few = 8;
    walk_.program().restore(before);
    if (all.size() > few) {
      walk_.program().add(live_op(CAPTURE_LIVE_EXPRESSION));
      return;
    }
    for (const Case* one : all) signature(model_.signatures[one->signature], notes);
  }

  const KeyRange& key(const Case& one, size_t level) const { return model_.key_ranges[one.keys.first + level]; }

  // Adds the switch over the selector number `level` for the cases that are left, in order of declaration.
  void select(const Dispatch& choice, const std::vector<Quantity>& selectors, size_t level,
              const std::vector<const Case*>& candidates, Range notes) {
    std::vector<s64> starts;
    for (const Case* one : candidates) {
      starts.push_back(key(*one, level).first);
      if (key(*one, level).last != std::numeric_limits<s64>::max()) starts.push_back(key(*one, level).last + 1);
    }
    std::sort(starts.begin(), starts.end());
    starts.erase(std::unique(starts.begin(), starts.end()), starts.end());
    std::vector<capture_case> found;
    for (size_t i = 0; i < starts.size(); i++) {
      const s64 last = i + 1 < starts.size() ? starts[i + 1] - 1 : std::numeric_limits<s64>::max();
      const std::vector<const Case*> inside = fitting(candidates, level, starts[i]);
      if (inside.empty()) continue;
      const capture_range ops = case_ops(choice, selectors, level, inside, notes);
      const bool joins = !found.empty() && found.back().last + 1 == starts[i] && found.back().ops.first == ops.first &&
                         found.back().ops.count == ops.count;
      if (joins)
        found.back().last = last;
      else
        found.push_back({starts[i], last, ops});
    }
    if (!needed(choice, notes)) std::erase_if(found, [](const capture_case& one) { return one.ops.count == 0; });
    if (found.empty()) return;
    const capture_range cases = pool_.add(found);
    walk_.program().add(switch_op(selectors[level].operand, cases));
  }
  std::vector<const Case*> fitting(const std::vector<const Case*>& candidates, size_t level, s64 value) const {
    std::vector<const Case*> inside;
    for (const Case* one : candidates)
      if (key(*one, level).first <= value && value <= key(*one, level).last) inside.push_back(one);
    return inside;
  }
  capture_range case_ops(const Dispatch& choice, const std::vector<Quantity>& selectors, size_t level,
                         const std::vector<const Case*>& inside, Range notes) {
    CaptureProgram outer = walk_.program();
    walk_.program() = outer.continued();
    if (level + 1 < selectors.size()) {
      select(choice, selectors, level + 1, inside, notes);
      if (choice.fallback != none)
        signature(model_.signatures[choice.fallback], notes);
      else
        add_notes(notes);
    } else {
      signature(model_.signatures[inside.front()->signature], notes);
    }
    const capture_range ops = pool_.add(without_unused(walk_.program().ops()));
    walk_.program() = std::move(outer);
    return ops;
  }
  // Whether something is to be done when no case fits.
  bool needed(const Dispatch& choice, Range notes) {
    const CaptureProgram outer = walk_.program();
    walk_.program() = outer.continued();
    if (choice.fallback != none)
      signature(model_.signatures[choice.fallback], notes);
    else
      add_notes(notes);
    const bool any = !walk_.program().ops().empty();
    walk_.program() = outer;
    return any;
  }

  const Model& model_;
  const bool at_exit_;
  Pool& pool_;
  CaptureWalk walk_;
};

}  // namespace

namespace {

void write_calls(const Model& model, bool descriptors, Pool& pool, std::span<capture_program> programs) {
  for (u32 abi = 0; abi < table_count; abi++) {
    CallWriter entry(model, {abi}, false, descriptors, pool);
    CallWriter exit(model, {abi}, true, descriptors, pool);
    for (u32 number = 0; number < model.tables[abi].size() && number < CAPTURE_MAX_CALLS; number++) {
      const u32 call = model.tables[abi][number].syscall;
      if (call == none) continue;
      capture_program& program = programs[abi * CAPTURE_MAX_CALLS + number];
      program.entry = entry.write(model.syscalls[call]);
      program.exit = exit.write(model.syscalls[call]);
    }
  }
}

}  // namespace

CapturePlan derive_capture_plan(const Model& model) {
  CapturePlan plan;
  plan.programs.resize(2 * capture_calls + 1);
  Pool pool(plan);
  const std::span<capture_program> programs(plan.programs);
  write_calls(model, false, pool, programs.first(capture_calls));
  plan.programs.back() = {{0, static_cast<u32>(plan.ops.size())}, {0, static_cast<u32>(plan.cases.size())}};
  write_calls(model, true, pool, programs.subspan(capture_calls, capture_calls));
  return plan;
}

}  // namespace sysray::describe
