// ValueBuilder: turns registers and memory into Values, as the types of the description say. It knows no system call,
// only types; one builder serves one moment (entry or exit) of one call.
#pragma once

#include <new>

#include "base/arena.h"
#include "decode/dump_walk.h"
#include "decode/options.h"
#include "decode/scope.h"
#include "describe/model.h"
#include "event/event.h"

namespace sysray::decode {

// Bytes of the tracee that belong to the thing being decoded: those that have been read, and where they came from.
struct Bytes {
  const u8* data = nullptr;
  size_t available = 0;
  RemoteAddress address;
  size_t missing = 0;  // behind those available: belong to it as well, but could not be read
  size_t claimed() const { return available + missing; }
  Bytes from(size_t offset) const {
    if (offset > claimed()) offset = claimed();
    if (offset <= available) return {data + offset, available - offset, address + offset, missing};
    return {data + available, 0, address + offset, claimed() - offset};
  }
  Bytes first(size_t size) const {
    if (size >= claimed()) return *this;
    return {data, size < available ? size : available, address, size < available ? 0 : size - available};
  }
};

class CallPlans;

// What all builders of a decoder share.
struct Context {
  const describe::Model& model;
  const Options& options;
  resolve::Resolver& resolver;
  CallPlans& plans;
  u32 signal_set = describe::none;  // enum of signal names
  u32 error_set = describe::none;   // enum of errno names
};

// A list of values that grows in the arena.
class ValueList {
 public:
  explicit ValueList(Arena& arena, size_t expected = 8)
      : arena_(arena), capacity_(expected), first_(room(arena, expected)) {}
  event::Value& add(const event::Value& value) {
    if (size_ == capacity_) grow();
    return *new (first_ + size_++) event::Value(value);
  }
  event::Value& add() {
    if (size_ == capacity_) grow();
    return *new (first_ + size_++) event::Value();
  }
  size_t size() const { return size_; }
  const event::Value* data() const { return first_; }

 private:
  // Values come to life when they are added.
  static event::Value* room(Arena& arena, size_t n) {
    return static_cast<event::Value*>(arena.allocate(n * sizeof(event::Value), alignof(event::Value)));
  }
  void grow();
  Arena& arena_;
  size_t capacity_;
  size_t size_ = 0;
  event::Value* first_;
};

// What is shown of the task of an event beside its ids and its name, as far as the options ask for it.
void add_task_facts(const Context& context, Arena& arena, event::Event& event);

class ValueBuilder {
 public:
  ValueBuilder(const Context& context, const CallState& call, event::MemoryView& memory, Arena& arena, bool abbreviate,
               bool dereference)
      : context_(context),
        model_(context.model),
        call_(call),
        memory_(memory),
        arena_(arena),
        evaluator_(context.model, call, memory, context.resolver),
        abbreviate_(abbreviate),
        dereference_(dereference) {}

  const Evaluator& evaluator() const { return evaluator_; }
  // Whether descriptors that are met in memory have been made by the call.
  void makes_descriptors(bool made) { makes_descriptors_ = made; }
  // From now on the data that walked values transfer are collected as well. nullptr: no more.
  void collect_dumps(DumpWalk* walk) { dumps_ = walk; }
  // Arrays are walked to their end, whatever -s says.
  bool took_uncertain() { return memory_.take_uncertain(); }
  void ignore_limits() { unlimited_ = true; }
  // Collects the bytes that a pointer of this type to data at `address` points to.
  void dump(const describe::Type& pointer, u64 address, const Scope& scope);
  // "SIGINT", "SIGRT_3"; nullptr for a number without a name. Valid as long as the arena.
  const char* signal_name(u64 number);

  // A value that lies in a register (`raw`): integers, pointers and what they point to.
  event::Value from_register(u32 type, u64 raw, const Scope& scope);
  // A value that lies in memory which has been read.
  event::Value from_bytes(u32 type, Bytes bytes, const Scope& scope);
  // What a pointer of this type at `address` points to; an address value if that can't be read.
  event::Value pointed(const describe::Type& pointer, u64 address, const Scope& scope);
  // The same for a pointer that is said to be nothing but the address of chars (PlannedArgument::buffer).
  event::Value buffer(const describe::Type& pointer, u64 address, const Scope& scope);
  // A format's (or note's) text from the given alternative.
  event::Value alternative(const describe::Alternative& chosen, const Scope& scope, Bytes bytes);

 private:
  using Value = event::Value;
  using Type = describe::Type;

  Value integer(const Type& type, u64 raw);
  Value plain_integer(const Type& type, u64 raw);
  Value numeric(const Type& type, u64 raw, const Scope& scope);
  Value commented_number(const Type& type, u64 raw, const Scope& scope);
  Value address(u64 raw);
  Value enumerator(const describe::Set& set, const Type& type, u64 raw, const Scope& scope);
  Value member_value(const describe::Set& set, const Type& type, u64 raw, const describe::Member* member);
  Value flags(const describe::Set& set, const Type& type, u64 raw, const Scope& scope);
  const describe::Member* find_member(const describe::Set& set, u64 raw, u32 width);
  Value set(const Type& type, u64 raw, const Scope& scope);
  Value semantic(const Type& type, u64 raw, const Scope& scope);
  Value call_number(const Type& type, u64 raw, const Scope& scope);
  Value semantic_bytes(const Type& type, Bytes bytes, const Scope& scope);
  Value descriptor(const Type& type, u64 raw);
  Tid owner_of(const Type& type);
  void add_target(Value& value, Tid owner, int fd);
  void add_details(Value& value, Tid owner, int fd);
  Value* facts(std::span<const resolve::DescriptorFact> facts);
  Value fact(const resolve::DescriptorFact& one);
  Value* socket_text(const resolve::DescriptorDetails& details);
  Value* kept_format(std::span<const Value> pieces);
  void add_ids(Value& value, resolve::TranslatedId id);
  Value account(const Type& type, u64 raw);
  void add_security(Value& value, std::optional<std::string_view> context);
  Value process_id(const Type& type, u64 raw);
  Value signal(u64 raw);
  template <typename Name>
  Value bit_names(u64 mask, u64 count, u64 first, Name name_of);
  Value bit_name(const describe::Set& names, u64 number);
  Value named_bits(const Type& type, u64 raw);
  Value signal_set(Bytes bytes);
  Value descriptor_set(const Type& type, Bytes bytes, u64 bits);
  Value address_text(describe::Semantic semantic, Bytes bytes);
  u64 semantic_size(const Type& type, const Scope& scope);
  const Value* raw_bytes(Bytes bytes);
  const Value* raw_number(const Type& type, u64 number, u32 width, bool decimal);
  Value format(const Type& type, u64 raw, const Scope& scope, Bytes bytes);
  void add_comments(Value& value, const Type& type, const Scope& scope);
  const char* date(s64 seconds, u64 fraction, u32 digits);

  Value adorned(const Type& pointer, u64 address, const Scope& scope);
  Value linked(const Type& pointer, u64 address, const Scope& scope);
  Value target_at(const Type& pointer, u32 target, u64 address, const Scope& scope);
  Value string_at(const Type& type, u64 address, const Scope& scope);
  Value chars_at(const Type& type, u64 address, const Scope& scope, const Type& pointer);
  Value object_at(const Type& pointer, u32 target, u64 address, const Scope& scope);
  Bytes with_tail(const describe::Struct& st, const Type& type, Bytes head, const Scope& scope);
  Value cut_scalar(const Type& pointer, u64 at, u64 size);
  Value set_at(const Type& target, u64 address, const Scope& scope);
  Value unnamed_tail(const char* bytes, size_t got, u64 known, u64 size);
  Value named_tail(const char* bytes, size_t got, u64 known, u64 size);
  void append(Value& value, const Value& item);
  static Value unknown_part();
  Value beginning(u32 type, Bytes bytes, const Scope& scope);
  bool add_tail(describe::Tail tail, Value& value, RemoteAddress from, u64 known, u64 size);
  Value array_at(const Type& pointer, const Type& array, u64 address, const Scope& scope);
  Value counted_array_at(const Type& array, u64 address, u64 count, const Scope& scope);
  Value zero_terminated_at(const Type& array, u64 address, const Scope& scope);
  Value chain_at(const Type& pointer, const Type& array, u64 address, const Scope& scope);

  Value typed_bytes(const Type& type, u32 index, Bytes bytes, const Scope& scope);
  Value unreadable(Bytes bytes);
  u64 inline_size(u32 type, Bytes bytes, const Scope& scope);
  u64 least_size(u32 type, const Scope& scope);
  u64 least_fields(describe::Range range, bool only_first, const Scope& scope);
  u64 least_structure(const describe::Struct& st, const Scope& scope);
  u64 needed_size(u32 type, Bytes bytes, const Scope& scope);
  Value inline_string(const Type& type, Bytes bytes, const Scope& scope);
  Value inline_array(const Type& type, Bytes bytes, const Scope& scope);

  u64 display_limit(const Type& array, const Scope& scope) const;
  Scope element_scope(const Type& array, Bytes bytes, const Scope& outer);
  u64 record_head(const Type& array);
  u64 record_step(const Type& array, Bytes bytes, const Scope& scope);
  bool kept(const Type& array, Bytes bytes, const Scope& outer);
  void element(const Type& array, Bytes bytes, u64 index, u64& carry, const Scope& scope, ValueList& list);
  Value list_value(const Type& array, const ValueList& list, Value value);
  Value elements(const Type& array, Bytes bytes, u64 count, u64 total, const Scope& scope);
  Value chain(const Type& array, Bytes bytes, const Scope& scope, bool pointed_to);
  Value plain_bytes(Bytes bytes);
  u64 count_records(const Type& array, Bytes bytes, const Scope& scope);
  Value count_comment(const Type& array, u64 address, u64 count, bool unterminated);

  Value structure(const Type& type, Bytes bytes, const Scope& scope);
  Value stand_in(const Type& type, const Value& value, const Scope& scope);
  // How far the fields of a struct have been shown.
  struct Progress {
    ValueList list;
    size_t end = 0;        // where the last field ended
    bool more = false;     // some are hidden
    bool stopped = false;  // the memory could not be read beyond this point
  };
  void fields(describe::Range range, const Bytes& bytes, const Scope& scope, Progress& progress);
  static bool hidden(const describe::Field& field, const Bytes& bytes, Progress& progress);
  void field(const describe::Field& field, const Bytes& bytes, const Scope& scope, Progress& progress);
  void switch_fields(const describe::Field& field, const Bytes& bytes, const Scope& scope, Progress& progress);
  const describe::Arm* taken_arm(const describe::Switch& choice, const Scope& scope) const;
  u64 described_size(const describe::Struct& st, Bytes bytes, const Scope& scope);
  void split_fields(const describe::Struct& st, const Bytes& bytes, const Scope& scope, Progress& progress);
  u64 load_short(Bytes bytes);
  bool in_memory(const describe::Field& field, const Scope& scope, bool at_start, Bytes& own);
  Value field_value(const describe::Field& field, Bytes own, const Scope& scope);
  bool shows(const describe::Field& field, Bytes own, u64 size, const Scope& scope, bool& more);
  bool flexible(u32 type, const Scope& scope);
  Value bit_field(const describe::Field& field, const Bytes& bytes, const Scope& scope);
  Value union_value(const Type& type, Bytes bytes, const Scope& scope);
  u32 union_case(const Type& type, const Scope& scope, u64 available);
  std::span<const u64> slots(describe::Range arguments, const Scope& scope);

  const Context& context_;
  const describe::Model& model_;
  const CallState& call_;
  event::MemoryView& memory_;
  Arena& arena_;
  Evaluator evaluator_;
  bool makes_descriptors_ = false;
  bool abbreviate_;
  bool dereference_;
  DumpWalk* dumps_ = nullptr;
  bool unlimited_ = false;
  u32 depth_ = 0;
  u32 links_ = 0;          // of a list that is being walked
  int last_dirfd_ = -100;  // AT_FDCWD; what the next path is relative to
};

}  // namespace sysray::decode
