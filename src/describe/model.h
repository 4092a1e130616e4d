// The compiled form of the descriptions: flat tables of plain records that refer to each other by index. The build
// writes them as one read-only blob into the binary (no relocation, no start-up work); --describe compiles to the same
// tables on the heap. Everything that knows the kernel interface reads it here.
#pragma once

#include <span>
#include <string_view>

#include "base/types.h"
#include "describe/capture_ops.h"

namespace sysray::describe {

inline constexpr u32 none = ~0u;  // "no such index" for every index below

// Text in the string pool; a NUL stands behind it.
struct Str {
  u32 offset = 0;
  u32 length = 0;
};

// A run of records in the table that the field's comment names.
struct Range {
  u32 first = 0;
  u32 count = 0;
};

// The ABIs that layouts are computed for (x32 uses lp64's with 4 byte pointers; not laid out).
enum class Layout : u8 { lp64 = 0, i386 = 1 };
inline constexpr u32 layout_count = 2;

enum class TypeKind : u8 {
  none,        // `nothing`
  integer,     // width, is_signed, big_endian, format
  address,     // addr, void *
  set,         // enum or flags: `ref` in sets, and an integer's representation
  format,      // `ref` in formats, and an integer's representation (width 0: no number of its own)
  semantic,    // `semantic`, and an integer's representation (width 0 for ones that are not integers)
  string,      // NUL-terminated; `count`: at most that many bytes
  path,        // the same, a file name
  chars,       // `count` bytes
  pointer,     // `ref` in types: the pointee (with its array form, if any, as an `array` type)
  array,       // `ref` in types: the element; `array`, `count`
  structure,   // `ref` in structs, `arguments`
  union_type,  // `ref` in unions, `arguments`
  custom,      // `ref` in customs, `arguments`
};

enum class Semantic : u8 {
  none,
  fd,
  dirfd,
  pid,
  tid,
  tgid,
  pgid,
  sid,
  uid,
  gid,
  signal,
  sigset,
  fdset,
  time,
  ipv4,
  ipv6,
  mac,
  uuid,
  errno_value,
  errno_text,
  sysno,
  ifindex,
};

enum class IntFormat : u8 { by_sign, decimal, hex, hex_padded, hex_digits, octal, octal_mode, character, date };

enum class ArrayKind : u8 {
  counted,  // `count` elements
  bytes,    // whole elements in `count` bytes
  until_zero,
  flexible,  // to the end of the extent
  chain,     // records: `step` (expression in the element's scope) gives each one's bytes, rounded up to `alignment`,
             // in `count` bytes (or the extent if `count` is none)
};

// Whether data go through the call's descriptor here.
enum class Transfer : u8 {
  none,
  received,  // @received: argument; what it points to came out of the descriptor
  sent,      // @sent: argument; what it points to went into it
  buffer,    // @data: field of a struct behind such an argument; a pointer to the data
};

// Which end of the call's socket an address is of, when the call has succeeded (@local, @peer).
enum class SocketEnd : u8 { none, local, peer };

enum class Direction : u8 { none, in, out, inout };
enum class Tail : u8 { none, bytes, more, data };

inline constexpr u8 width_long = 0x80;  // Type::width: as wide as the ABI's long

struct Type {
  TypeKind kind{};
  Semantic semantic{};
  IntFormat format{};
  ArrayKind array{};
  u8 width = 0;  // 1, 2, 4, 8 or width_long; kernel_ulong is width_klong
  bool is_signed = false;
  bool big_endian = false;
  bool minus_one = false;  // all ones is shown as -1
  bool bare = false;       // pointer: scalar pointee without brackets
  bool single = false;     // array of one element without its brackets
  bool limited = false;    // array: cut by -s even in verbose mode
  bool timestamp = false;  // adds the date as comment
  Tail tail{};
  bool hex_bytes = false;     // chars: every byte as \x..
  bool zero_filled = false;   // pointer: what `size` lacks of the pointee counts as 0; integer: fewer bytes will do
  bool shows_cut = false;     // pointer: a field that `size` cuts is shown as the bytes that are left of it
  bool uncut = false;         // chars in a struct: shown whole, whatever -s says
  bool text = false;          // chars in a struct: a NUL at the end is not shown; without one more is said to follow
  u8 fraction_digits = 9;     // of `nanoseconds`
  bool trimmed = false;       // chars: a NUL at the end is not shown
  bool partial = false;       // pointer: of an object that ends where memory does the beginning is shown
  bool with_address = false;  // pointer: its address is a comment behind what it points to
  u8 pad[2] = {};
  u32 ref = none;
  Range arguments;       // exprs index list (in `lists`): values of the parameters
  u32 count = none;      // expr
  u32 step = none;       // expr; sysno: the audit architecture whose number it is; fd: the argument that owns it
  u32 alignment = 1;     // chain
  u32 shown = none;      // expr: string, chars, array: at most so many bytes or elements are shown, the rest is cut
  u32 links = 0;         // pointer to the next of a list: so many of them are followed; 0: no list
  u32 room = 0;          // bytes that a field of variable size takes in its struct; 0: as many as it has
  u32 bit_names = none;  // sets: integer, shown as the names of the bits that are set
  u32 size = none;       // expr: only so many bytes of the pointee (of an inline array: of its room) are in use
  u32 zero_base = none;  // expr: pointer: zero_filled as far as fields begin within so many bytes, or within `size`
  u32 partial_size =
      none;          // expr: pointer: if not all of the pointee can be read, so many of its first bytes are shown
  u32 valid = none;  // expr: pointer, decoded only if not 0
  u32 count_words =
      none;  // abbreviated as address and count: index into strings list (`lists`: two Str indices), or none
  u32 carry_init = none;   // expr
  u32 carry_next = none;   // expr, in the element's scope
  u32 nanoseconds = none;  // expr: fraction of the timestamp's second, in `fraction_digits` digits
  u32 comment = none;      // index in `strings`
  u32 unreadable = none;   // index in `strings`: pointer, shown instead of the address if it can't be read
  Range stand_ins;  // `lists` of pairs (index in `strings`, expr): structure, shown as the text if the expr is not 0
};
inline constexpr u8 width_klong = 0x81;  // __kernel_ulong_t: 8 on x86_64 and x32, 4 on i386

// A field of a struct, an argument of a call, a part of a format.
struct Field {
  Str name;  // empty for `_`
  u32 type = none;
  u32 offset[layout_count] = {0, 0};  // bytes in the struct; in calls: index of the first register, by layout
  u8 bit_offset = 0;                  // bit-fields: within the integer at `offset`
  u8 bit_width = 0;                   // 0: not a bit-field
  Direction direction{};
  bool padding = false;          // `_`
  bool nonzero = false;          // @nonzero
  bool verbose = false;          // @v
  bool unnamed = false;          // @unnamed
  bool from_expression = false;  // `= EXPR`: `value` instead of memory or register
  bool dynamic_offset = false;   // follows a field of variable size: read where that one ended
  bool exit_only = false;        // argument: its condition, size or validity needs the result
  bool always = false;           // @always
  bool both = false;             // @both: an inout change is shown even if nothing changed
  bool named = false;            // @named: an argument shown with its name
  Transfer transfer{};           // @received, @sent, @data
  bool untouched = false;        // @untouched
  bool lost = false;             // @lost: an inout change that a failed call did not make is shown as the address
  bool blank = false;            // @blank: an inout that is all zero at entry is shown as an out
  SocketEnd socket_end{};        // @local, @peer
  bool beside = false;  // @beside: no argument, but a state that is shown on lines of its own if it was asked for
  u8 pad[1] = {};
  u32 condition = none;     // @if
  u32 value = none;         // expr
  u32 switch_index = none;  // the field stands for a switch: index in `switches`; type is none
};

struct Arm {
  Range keys;    // key_ranges; empty: default
  Range fields;  // fields
};

// A switch among the fields of a struct.
struct Switch {
  u32 selector = none;  // expr
  Range arms;           // arms
};

struct KeyRange {
  s64 first = 0;
  s64 last = 0;
};

struct Struct {
  Str name;
  Range parameters;                 // strings (names), in `strings`
  Range fields;                     // fields, in order of memory
  Range show;                       // `lists` of field numbers (relative to fields.first), empty: in order
  u32 size[layout_count] = {0, 0};  // bytes; without flexible parts
  u32 alignment[layout_count] = {1, 1};
  bool tuple = false;
  bool unnamed_fields = false;
  bool inlined = false;
  bool flexible = false;          // ends in a part of variable size
  bool field_directions = false;  // some field has a direction of its own
  bool has_verbose = false;       // some field is @v
  bool is_packed = false;
  bool bracketed = false;  // a tuple keeps its brackets around a single structure
  bool split = false;      // the first field is read by itself; the rest is there as a whole or not
  u8 pad[3] = {};
  u32 keep = none;      // expr
  u32 declaration = 0;  // index in declarations
};

struct UnionCase {
  Range keys;  // key_ranges; empty: default
  u32 type = none;
};

struct Union {
  Str name;
  Range parameters;
  u32 selector = none;  // expr over the parameters
  bool fits = false;    // a case is taken only if there are bytes enough for it, else the default
  u8 pad[3] = {};
  Range cases;                      // union_cases
  u32 size[layout_count] = {0, 0};  // of the largest case of fixed size
  u32 alignment[layout_count] = {1, 1};
  u32 declaration = 0;
};

struct Member {
  Str name;
  u64 value[layout_count] = {0, 0};
  u32 sub_type = none;  // flags: a masked sub-field of this type; value is the mask
  u8 shift = 0;
  bool nonzero = false;
  bool is_mask = false;
  bool is_rest = false;
  bool is_text = false;  // the name is no C name
  u8 pad[7] = {};
};

struct Set {
  Str name;
  Str unknown;     // "O_???"; empty: none
  Range members;   // members, in order of declaration
  Range by_value;  // enums: `lists` of member numbers sorted by unsigned lp64 value (first declared first)
  Range by_value_i386;
  bool is_flags = false;
  bool decimal = false;   // unknown values in decimal
  bool comment = false;   // shown as number /* name */
  bool separate = false;  // @separate: sub-fields keep numbers of their own in raw display
  bool by_name = false;   // @by_name: shown by name even in raw display
  bool octal = false;     // @oct: raw numbers in octal
  bool hex = false;       // @hex: of a @comment set, unknown values in hex
  u8 width = 4;
  bool is_signed = false;
  u8 pad = 0;
  u16 parts_end = 0;  // flags: number of the member behind the last masked sub-field or rest
  u32 declaration = 0;
};

// A piece of a format's text: a literal, or a part.
struct Piece {
  Str literal;
  u32 part = none;           // number of the field within the alternative's parts; none: literal
  bool abbrev_only = false;  // literal: left out of the comment that -X verbose shows
  u8 pad[3] = {};
};

struct Alternative {
  u32 condition = none;  // expr
  Range pieces;          // pieces
  Range parts;           // fields
};

struct Format {
  Str name;
  Str variable;        // the name behind `as`, slot 0 of the scope
  Range alternatives;  // alternatives
  u8 width = 0;
  bool is_signed = false;
  bool big_endian = false;
  bool unnamed = false;
  bool raw = false;          // @raw: -X raw shows the number instead
  bool raw_decimal = false;  // @raw(dec): in decimal
  bool beside = false;       // @comment: the text is a comment beside the number
  bool nested = false;       // @nested: in -X verbose the parts show their numbers as well
  bool unless_raw = false;   // @unless_raw: not shown at all with -X raw
  bool over_bytes = false;   // some part is read from memory
  bool raw_only = false;     // @raw(only): -X verbose shows the text alone
  u8 pad[1] = {};
  u32 names = none;                 // @names: sets; the name of the number is a comment
  u32 size[layout_count] = {0, 0};  // over_bytes: of those parts; 0: takes all bytes that there are
  u32 declaration = 0;
};

struct Custom {
  Str name;
  Str reason;
  Range parameters;
  u32 declaration = 0;
};

// Bits of the strace classes (-e trace=%class).
enum class Class : u32 {
  file = 1 << 0,
  desc = 1 << 1,
  process = 1 << 2,
  network = 1 << 3,
  signal = 1 << 4,
  memory = 1 << 5,
  ipc = 1 << 6,
  creds = 1 << 7,
  clock = 1 << 8,
  pure = 1 << 9,
  stat = 1 << 10,
  lstat = 1 << 11,
  fstat = 1 << 12,
  stat_like = 1 << 13,
  statfs = 1 << 14,
  fstatfs = 1 << 15,
  statfs_like = 1 << 16,
};

// A call, or a case of one: arguments (for a case: those behind the selector), result and notes.
struct Signature {
  Range arguments;      // fields
  u32 result = none;    // type; none: long in decimal (a case: as its call)
  Range notes;          // alternatives: each is an item of its own
  u32 dispatch = none;  // dispatches: `...` follows the arguments
};

struct Syscall {
  Str name;               // unique name of the declaration
  Str display;            // what is shown
  u32 signature = 0;      // signatures
  u32 classes = 0;        // Class bits
  u32 subsystem = 0;      // subsystems
  bool in_depth = false;  // not a bare prototype (every pointer argument has a direction, or is void by nature)
  bool noreturn = false;
  bool never_fails = false;
  bool new_program = false;    // @new_program
  bool resumes = false;        // @resumes: shows the call that it goes on with
  u8 register_count = 0;       // registers taken on lp64
  bool names_sockets = false;  // some argument is @local or @peer
  u8 pad[2] = {};
  u32 declaration = 0;
  u32 closes_first = none;  // exprs: a successful call ends the descriptors from the first to the last
  u32 closes_last = none;
  u32 unshares = none;  // expr: not 0: the caller leaves the table of descriptors that it shares
  u32 enters = none;    // expr: CLONE_NEW* bits of the namespaces that the caller, or the task it makes, is then in
  u32 untold = none;    // expr: not 0: from here on the caller's descriptors may end without a call that says so
};

// How a `...` is filled.
struct Dispatch {
  Range selectors;      // `lists` of exprs
  Range cases;          // cases, sorted by keys for binary search (one selector) or in order of declaration
  u32 fallback = none;  // signature
};

struct Case {
  Range keys;  // key_ranges, one for each selector ({min, max} for `*`)
  u32 signature = 0;
  u32 declaration = 0;
  u32 subsystem = 0;
  u32 pad = 0;
};

enum class Op : u8 {
  constant,      // operand: index in `numbers`, by layout (two each)
  parameter,     // slot of the scope: parameters, then the carry variable, or a format's variable
  field,         // field number (of the struct being read, operand = absolute index in `fields`); nested fields: path
  nested_field,  // operand: index in `lists`: {count, field...}: path through inline structs
  argument,      // number of the argument (absolute index in `fields`): its register value
  deref,         // operand as argument: the integer behind the pointer, now
  old_deref,     // as of entry
  argument_member,  // operand: index in `lists`: {count, argument, field...}: a field of the struct behind an argument,
                    // now
  old_field,        // operand as field: as of entry, if the entry's expressions asked for it
  whole,            // operand as argument: 1 if all of what it points to can be read, now
  result,
  error,
  index,
  extent,
  readable,
  stack_pointer,
  wordsize,
  compat,
  size_of,      // operand: type
  fd_protocol,  // pops a descriptor
  fd_device,    // pops a descriptor: its device number if it is a character device, else 0
  fd_link,      // pops a descriptor: 1 if what it refers to begins with `strings` operand
  fd_vcpu,      // pops a descriptor: address of the state of the virtual CPU behind it, 0 if none or not asked for
  at_exit,      // 1 when the value is shown as of exit
  verbose,      // 1 when structures are not abbreviated
  negate,
  complement,
  logical_not,
  add,
  subtract,
  multiply,
  divide,
  modulo,
  bit_and,
  bit_or,
  bit_xor,
  shift_left,
  shift_right,
  less,
  less_equal,
  greater,
  greater_equal,
  equal,
  not_equal,
  minimum,
  maximum,
  align,
  unsigned_divide,
  unsigned_modulo,
  jump_if_zero,  // pops; operand: ops to skip (&&, ||, ?: are compiled to jumps)
  jump,
};

struct Instruction {
  Op op{};
  u8 pad[3] = {};
  u32 operand = 0;
};

struct Expr {
  Range code;  // instructions; the value is what remains on the stack
};

struct Number {
  u64 value[layout_count] = {0, 0};
};

struct Constant {
  Str name;
  u64 value[layout_count] = {0, 0};
  u32 declaration = 0;
  u32 pad = 0;
};

struct Subsystem {
  Str name;
  Str title;
  Str file;
};

// Where a thing was declared, and its documentation.
struct Declaration {
  Str file;
  Str documentation;
  u32 line = 0;
  u32 pad = 0;
};

struct TableEntry {
  Str name;  // as shown
  u32 number = 0;
  u32 syscall = none;
};

inline constexpr u32 table_count = 3;  // by event::Abi

// All tables. Everything is reachable by index; the spans point into the blob or into a Builder's vectors.
struct Model {
  std::string_view pool;
  std::span<const Type> types;
  std::span<const Field> fields;
  std::span<const Arm> arms;
  std::span<const Switch> switches;
  std::span<const KeyRange> key_ranges;
  std::span<const Struct> structs;
  std::span<const UnionCase> union_cases;
  std::span<const Union> unions;
  std::span<const Member> members;
  std::span<const Set> sets;
  std::span<const Piece> pieces;
  std::span<const Alternative> alternatives;
  std::span<const Format> formats;
  std::span<const Custom> customs;
  std::span<const Signature> signatures;
  std::span<const Syscall> syscalls;
  std::span<const Dispatch> dispatches;
  std::span<const Case> cases;
  std::span<const Instruction> instructions;
  std::span<const Expr> exprs;
  std::span<const Number> numbers;
  std::span<const u32> lists;
  std::span<const Str> strings;
  std::span<const Constant> constants;  // sorted by name
  std::span<const Subsystem> subsystems;
  std::span<const Declaration> declarations;
  // The capture plan (capture_ops.h): programs by ABI and number, the cases of their switches, the ops of all.
  std::span<const capture_program> capture_programs;
  std::span<const capture_case> capture_cases;
  std::span<const capture_op> capture_ops;
  std::span<const TableEntry> tables[table_count];  // index = number; syscall == none: no such call

  std::string_view text(Str s) const { return pool.substr(s.offset, s.length); }
  const char* c_str(Str s) const { return pool.data() + s.offset; }
};

// The model that was compiled into the binary. Never fails: the build checked it.
const Model& built_in();

}  // namespace sysray::describe
