// CallDecoder: one system call from entry to exit. It holds what is known of the call in between: the registers, the
// values decoded at entry, the integers behind inout pointers.
#pragma once

#include <array>

#include "decode/call_plan.h"
#include "decode/value_builder.h"

namespace sysray::decode {

class CallDecoder {
 public:
  // Begins a call: picks its arguments and decodes what is valid at entry.
  void enter(const Context& context, const event::RawEvent& raw, event::MemoryView& memory);
  // Completes the call that enter() began.
  void exit(const Context& context, const event::RawEvent& raw, event::MemoryView& memory);

  event::Event& event() { return event_; }
  bool in_call() const { return in_call_; }
  // The call is over without an exit (the thread ended, or was replaced).
  void abandon() { in_call_ = false; }

 private:
  static constexpr size_t max_arguments = 16;
  struct Argument {
    const PlannedArgument* plan = nullptr;
    event::Value* value = nullptr;  // as of entry, or final
    bool decided = false;           // the value is final
    bool shown = true;
    const describe::Field& field() const { return *plan->field; }
  };

  void start_event(const Context& context, const event::RawEvent& raw);
  void collect_arguments(const Context& context, event::MemoryView& memory);
  void add_arguments(const CallPlan& plan);
  const describe::Signature* pick_case(const Context& context, const Evaluator& evaluator,
                                       const describe::Dispatch& dispatch) const;
  void raw_arguments(u8 count);
  void resumed_call(const Context& context, u64 number);
  void enter_arguments(const Context& context, event::MemoryView& memory);
  void enter_argument(const Context& context, ValueBuilder& builder, Argument& argument);
  void exit_argument(const Context& context, ValueBuilder& builder, Argument& argument);
  void save_integer(const Context& context, const Evaluator& evaluator, const describe::Field& field);
  void publish(bool all);
  // After values have been made: notes whether memory that they were made of was read too late.
  void note_uncertain(ValueBuilder& builder, u32 of) {
    if (builder.took_uncertain()) [[unlikely]]
      uncertain_ |= of;
  }
  u32 bit_of(const Argument& argument) const { return u32{1} << (&argument - arguments_.data()); }
  void tell_uncertain();
  void publish_shown(bool all);
  void set_error(const Context& context, s64 result);
  void whole_result(event::Value& result);
  void tell_descriptors(const Context& context, const Evaluator& evaluator);
  void tell_result(const Context& context);
  void tell_names(const Context& context, const Evaluator& evaluator, event::MemoryView& memory);
  void finish_values(const Context& context, event::MemoryView& memory);
  bool set_plain_result(const Context& context);
  void set_bare_result();
  void set_result(ValueBuilder& builder);
  void find_targets(const Context& context, event::MemoryView& memory);
  void add_dumps(const Context& context, event::MemoryView& memory);
  void name_result(const describe::Model& model, const describe::Alternative& note, event::Value& text);
  bool shows_addresses(const Context& context, const describe::Alternative& note) const;
  void add_notes(const Context& context, ValueBuilder& builder);
  void add_states(const Context& context, ValueBuilder& builder);
  void add_namespaces(const Context& context, ValueList& notes);

  Arena arena_;
  CallState call_;
  OldFields old_fields_;
  event::Event event_;
  const describe::Syscall* syscall_ = nullptr;
  const describe::Signature* signature_ = nullptr;  // of the innermost case
  u32 result_type_ = describe::none;
  describe::Range notes_;
  const NumberPattern* result_pattern_ = nullptr;
  std::array<Argument, max_arguments> arguments_;
  std::array<event::Value, max_arguments> values_;  // of the arguments
  size_t argument_count_ = 0;
  bool some_hidden_ = false;   // not all arguments are shown as such
  bool some_decoded_ = false;  // some need a builder at the entry
  bool all_known_ = false;     // at entry, but for the result
  bool in_call_ = false;
  bool raw_display_ = false;
  u32 uncertain_ = 0;  // event::uncertain_notes ..., and arguments by their number
  bool abbreviate_ = false;
  bool dereference_ = false;
  u64 entered_kinds_ = 0;              // of namespaces: see describe::Syscall::enters
  const char* interrupted_ = nullptr;  // name of the call that restart_syscall goes on with
};

}  // namespace sysray::decode
