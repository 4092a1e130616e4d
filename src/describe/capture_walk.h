// CaptureWalk: follows a type to the memory that decoding a value of it reads, and writes the ops that copy it. It
// mirrors decode::ValueBuilder: what that one reads must be copied here, more may be.
#pragma once

#include <utility>
#include <vector>

#include "describe/capture_expression.h"

namespace sysray::describe {

class CaptureWalk {
 public:
  // `descriptors`: the files behind descriptors are noted.
  CaptureWalk(const Model& model, Target target, bool at_exit, bool descriptors)
      : model_(model),
        target_(target),
        descriptors_(descriptors),
        expressions_(model, target, at_exit),
        memory_(model.types.size(), Memory::unseen) {}

  CaptureProgram& program() { return expressions_.program; }
  CaptureExpressions& expressions() { return expressions_; }

  // Whether ops that are written from now on run only if the call succeeded.
  void set_success_only(bool only) { success_only_ = only; }

  // Whether decoding a value of the type (in a register, or in bytes that have been read) reads further memory, or
  // names a descriptor that is to be noted.
  bool reads_memory(u32 type);
  // A value of the type in a register.
  void from_register(u32 type, const Quantity& value, const CaptureNames& names);
  // An argument, and a note behind the result, as far as they are shown.
  void argument(const Field& field);
  void note(const Alternative& note);
  // The call's result, if it is a descriptor.
  void result(u32 type);
  // The integers behind pointer arguments that the expressions of an argument's type ask for.
  void copy_pointed(u32 type);

 private:
  enum class Memory : u8 { unseen, being_seen, none, some };
  bool field_reads(const Field& field);
  bool compute_reads(const Type& type);
  bool mentions_error(u32 expr) const;
  bool is_false(u32 expr) const;
  bool is_scalar(const Type& type) const;

  bool names_descriptors(const Type& type) const;
  void descriptor(const Type& type, const Quantity& value);

  // Pointers (capture_pointers.cc).
  void pointed(const Type& pointer, const Quantity& address, const CaptureNames& names);
  struct Pointee {
    const Type& pointer;
    Quantity size;  // as @size of the pointer says; else unknown
    Quantity address;
  };
  void target_at(const Pointee& pointee, u32 index, const CaptureNames& names);
  void string_at(const Pointee& pointee, const Type& type, const CaptureNames& names);
  void chars_at(const Pointee& pointee, const Type& type, const CaptureNames& names);
  void set_at(const Pointee& pointee, const Type& type, const CaptureNames& names);
  void object_at(const Pointee& pointee, u32 index, const CaptureNames& names);
  void array_at(const Pointee& pointee, const Type& array, const CaptureNames& names);
  const Field* counted_tail(const Struct& st) const;
  void tail_at(const Pointee& pointee, const Type& target, const Field& tail, u8 head, const CaptureNames& names);
  void elements_at(const Pointee& pointee, const Type& array, const Quantity& count, const CaptureNames& names);
  void zero_terminated_at(const Pointee& pointee, const Type& array, const CaptureNames& names);
  void chain_at(const Pointee& pointee, const Type& array, const CaptureNames& names);
  bool is_leaf(const Type& pointer);

  // Bytes that have been copied (capture_walk.cc).
  void from_bytes(u32 type, const CapturePlace& place, const CaptureNames& names);
  void structure(const Type& type, const CapturePlace& place, const CaptureNames& names);
  void fields(Range range, const CaptureNames& names);
  void field(const Field& field, const CaptureNames& names);
  void switch_fields(const Switch& choice, const CaptureNames& names);
  void inline_array(const Type& array, const CapturePlace& place, const CaptureNames& names);
  void alternative(const Alternative& one, const CaptureNames& names);
  void format(const Type& type, const Quantity& value, const CaptureNames& names);
  void element(const Type& array, const CapturePlace& place, const CaptureNames& names);
  void hold_elements(CaptureNames& names);
  void loop(const capture_op& head, const Type& array, const CaptureNames& names);

  // Runs `use` for each case of the union that may be meant, behind tests where the program can tell.
  template <typename F>
  void union_cases(const Type& type, const CaptureNames& names, F use);
  template <typename F>
  void guarded(const Quantity& selector, Range keys, F use);
  template <typename F>
  void if_shown(u32 condition, const CaptureNames& names, F use);
  template <typename F>
  void if_all(std::span<const Range> conditions, const CaptureNames& names, F use);
  std::vector<Quantity> parameters(Range arguments, const CaptureNames& names);

  // Adds an op that copies, and returns its slot if `noted`.
  u8 copy(capture_op op, bool noted);
  Quantity as_address(const Quantity& number);
  void live(capture_live_reason reason);
  capture_op each_op(const Type& array, u8 slot, u32 from, u32 stride, bool filtered) const;

  const Model& model_;
  Target target_;
  bool descriptors_;
  CaptureExpressions expressions_;
  std::vector<Memory> memory_;
  bool success_only_ = false;
  u32 depth_ = 0;  // of pointers
  u32 types_ = 0;  // of nested types
};

}  // namespace sysray::describe
