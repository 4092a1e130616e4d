// Event: what decode delivers to the sinks. A tree of typed values, in memory of an Arena that the decoder owns.
// Sinks never look further: no tracee memory, no /proc, no ptrace.
#pragma once

#include <span>
#include <string_view>

#include "base/types.h"
#include "event/raw_event.h"
#include "event/stack_frame.h"

namespace sysray::event {

enum class ValueKind : u8 {
  none,       // nothing is known or shown
  integer,    // `number`, shown in `style`
  address,    // `number`: a pointer, not decoded or not readable; 0 is NULL
  symbol,     // `number` and its name in `text` (empty: no name; `comment` then says of which kind)
  flags,      // `number` = all bits; `items` = symbols and sub-fields that are set, leftover as integer in hex
  string,     // `text`: bytes, any; `truncated`: more followed
  structure,  // `items`: named fields; `more`: hidden or cut ones follow; `tuple`: shown without names, in brackets
  array,      // `items`; `more`: cut by a limit; `fault`: the address at which memory ended, in `number`
  change,     // `items[0]` as of entry, `items[1]` as of exit
  format,     // `items`: pieces in order, literals and (named) parts
  literal,    // `text`, shown as it is
  fd,         // `number` (int), `text` = what it refers to when known; AT_FDCWD has kind symbol with `annotation`
  pid,        // `number`, `text` = command name when known, `comment` = "12 in strace's PID NS" when translated
  word,       // `text`, unquoted, a bare token in the place of a value (mac address, uuid)
};

enum class IntStyle : u8 {
  signed_decimal,
  unsigned_decimal,
  hex,         // 0x1f, 0 is 0
  hex_padded,  // 0x001f by width
  hex_digits,  // 001f by width
  octal,       // 0644, 0 is 0
  octal_mode,  // at least 3 digits: 000, 0644
  character,   // 'c'
};

// Where strace's text differs though the data are alike: how to wrap a pointee or a list.
enum class Wrap : u8 {
  none,
  brackets,  // one element array: [7]
};

struct Value {
  ValueKind kind = ValueKind::none;
  IntStyle style = IntStyle::unsigned_decimal;
  u8 width = 0;                // bytes of the integer in the tracee (for padding and -X raw)
  bool truncated : 1 = false;  // string: cut by -s, or the bytes went on
  bool more : 1 = false;       // structure, array: "..." follows
  bool fault : 1 = false;      // array: broke off at address `number`
  bool tuple : 1 = false;      // structure shown as [a, b] (or, for braces without names, with `unnamed_fields`)
  bool unnamed : 1 = false;    // as a field: shown without name=
  bool unnamed_fields : 1 = false;
  bool inlined : 1 = false;         // structure: its items join the outer list
  bool brackets : 1 = false;        // a single value shown in [ ]
  bool abbreviated : 1 = false;     // flags, arrays: shown as address with a comment
  bool spaced : 1 = false;          // array: elements separated by one blank instead of ", " (sigset, fdset)
  bool inverted : 1 = false;        // array: ~[...]
  bool negative_one : 1 = false;    // integer: all ones is shown as -1
  bool comment_only : 1 = false;    // symbol: number shown, name as a comment
  bool signed_symbol : 1 = false;   // symbol, flags: raw number is shown in signed decimal
  bool is_path : 1 = false;         // string: a file name
  bool nul_terminated : 1 = false;  // string: ended by a NUL in memory
  bool hex : 1 = false;  // string: every byte as \x.., whatever is asked for (random data, raw numbers in memory order)
  bool separate : 1 = false;      // flags: with -X raw and verbose each of `items` shows its own number: 0x1|0x80000
  bool always_named : 1 = false;  // symbol, flags: by name even with -X raw and verbose
  bool deleted : 1 = false;       // fd, or its target as annotation: the file has been unlinked
  bool labeled : 1 = false;       // argument: shown as name=value always (clone)
  bool raw_only : 1 = false;      // format: `annotation` stands for it with -X raw only
  bool abbrev_only : 1 = false;   // literal in a format: left out of the comment that -X verbose shows
  bool beside : 1 = false;  // format: its text is a comment beside the raw value in `annotation`, except with -X raw
  bool unless_raw : 1 = false;  // format, or note with one in it: not shown with -X raw
  bool nested : 1 = false;      // format: with -X verbose the parts of the comment show their numbers as well
  bool data_only : 1 = false;   // field of a format, text of an fd: for sinks that show data, not for text
  u32 count = 0;                // of items, or bytes of text
  u64 number = 0;               // sign-extended where the type is signed
  union {
    const char* text_data = nullptr;
    const Value* items_data;
  };
  const char* name = nullptr;     // of the field or argument; nullptr: none
  const char* comment = nullptr;  // shown behind as /* comment */; nullptr: none
  // What a resolver adds: the target of a descriptor or AT_FDCWD as `string` or a tree for -yy (an fd with `text` shows
  // it behind that: 0</dev/tty<char 5:0>>). format: its raw value, shown by -X raw in its place and by -X verbose
  // before it (without one -X does not apply). nullptr: none.
  const Value* annotation = nullptr;
  // SELinux context of the file, descriptor or process (--secontext), shown behind in [ ]; nullptr: none.
  const char* security = nullptr;

  std::string_view text() const { return {text_data, count}; }
  std::span<const Value> items() const { return {items_data, count}; }
  void set_text(std::string_view text) {
    text_data = text.data();
    count = static_cast<u32>(text.size());
  }
  void set_items(const Value* first, size_t n) {
    items_data = first;
    count = static_cast<u32>(n);
  }
};

enum class EventKind : u8 {
  call_start,  // args[0 .. ready) are decoded
  call_end,    // all args and the result
  signal,
  group_stop,
  exited,
  killed,
  superseded,
  attached,
  detached,
  lost,
};

// Bytes that were read or written, to be dumped in full (-e read=, -e write=).
struct Dump {
  std::string_view bytes;
  s32 buffer = -1;  // number of the buffer among several (readv); -1: the only one
  // Not -1: no bytes, but the head of this vector of several (recvmmsg), which has `buffers` buffers.
  s32 vector = -1;
  u32 buffers = 0;
  u64 wanted = 0;  // length of the buffer, readable or not
  u64 lost = 0;    // bytes behind `bytes` that could not be read, at `lost_at`; 0: nothing is missing
  u64 lost_at = 0;
};

// The container that a task belongs to. What is not known is empty.
struct Container {
  std::string_view runtime;  // "docker"
  std::string_view id;
  std::string_view name;
  std::string_view pod;
};

// What a call works on beside its arguments, before and after it.
struct State {
  const char* name = "";      // of its kind
  std::string_view instance;  // which of them
  Value before, after;
};

// In Event::uncertain, beside the arguments by their places from bit 0 on.
inline constexpr u32 uncertain_notes = u32{1} << 30;
inline constexpr u32 uncertain_dumps = u32{1} << 31;

struct Event {
  EventKind kind{};
  Abi abi{};
  bool mixed_abi = false;  // the call's ABI is not that of the program
  bool failed = false;     // call_end: `error` is set
  bool has_result = true;  // false: "= ?"
  bool core_dumped = false;
  bool known_call = true;
  bool start_seen = true;  // false: tracing began within the call
  bool siginfo_valid = false;
  bool awaits_exit = false;  // call_start: something is known only at the exit though all args are ready (a note)
  Tid tid{};
  Tgid tgid{};
  Tid other{};     // superseded: the thread that called execve; attached: creator
  s32 status = 0;  // exit status or signal number; lost: how many events
  u64 number = 0;
  std::array<u64, 6> registers{};
  u8 register_count = 0;           // how many registers the call takes (for raw display)
  const char* call = "";           // name, as displayed; of a known_call, valid as long as the decoder
  u32 syscall = ~0u;               // index of the describe::Syscall, ~0u if unknown
  std::span<const Value> args;     // call: arguments; signal: args[0] is the siginfo as a structure
  std::span<const Value> targets;  // call_start, if asked for: what the call may touch, in full where args are abridged
  u32 uncertain = 0;  // call_end: what was read from memory too late, and may be another than it was for the call
  size_t ready = 0;   // call_start: how many of args can be shown
  Value result;       // call_end
  s64 raw_result = 0;
  u16 error = 0;                      // errno value
  const char* error_name = nullptr;   // "ENOENT"
  const char* error_text = nullptr;   // "No such file or directory"
  std::span<const Value> notes;       // shown in parentheses behind the result, joined with ", "
  Tampering tampering;                // call_end
  std::span<const Dump> dumps;        // call_end
  std::span<const State> states;      // call_end, if asked for
  std::span<const StackFrame> stack;  // call_end, signal: if asked for
  const char* signal_name = nullptr;
  u64 instruction_pointer = 0;
  Nanoseconds time = 0;         // CLOCK_REALTIME: start of a call, moment of anything else
  Nanoseconds monotonic = 0;    // CLOCK_MONOTONIC at `time`; 0 if the source does not know it
  Nanoseconds end_time = 0;     // call_end, CLOCK_REALTIME
  Nanoseconds duration = 0;     // call_end, CLOCK_MONOTONIC difference
  Nanoseconds system_time = 0;  // call_end, if measured
  std::string_view comm;
  std::string_view security;  // SELinux context of the process (--secontext); empty: none
  // If asked for: the ids of the thread, from the tracer's pid namespace down to its own (more than one), and its
  // container.
  std::span<const s32> ids;
  const Container* container = nullptr;
};

}  // namespace sysray::event
