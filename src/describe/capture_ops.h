// Capture plans: small programs, derived from the descriptions, that say which memory of the tracee a call's display
// needs. Plain C, so that a BPF program can include it; src/describe/capture_plan.h derives the programs.
//
// Each call has two programs: one runs when the call begins, one when it returns. What a program copies is all that
// decoding reads at that moment; more may be copied than is shown, never anything that is not in the tracee's memory.
// A program reads nothing but the call's registers and result, and what it has copied itself in the same run.
//
// Running a program (first, count):
//  - Ops run in order. Only `each` goes back, and only `switch` leaves the range: for a case's range, where the run
//  ends.
//  - State: 6 registers, the result, the stack pointer; `slots`, where op results are noted (address, length and place
//  of
//    the copy); `temporaries`; a stack of CAPTURE_MAX_NEST loops. All slots and temporaries are empty (0) at the start.
//  - At most CAPTURE_MAX_STEPS ops run, those in loops counted each time; then the run ends as if there were no room.
//  - No op fails. What is read from outside of what was copied is 0, what is divided by 0 is 0. An op whose address is
//  0
//    copies nothing, and its slot becomes empty; so all that hangs on it copies nothing either.
//
// What can't be copied whole is copied as far as it goes, and the copy's status says so:
//  - CAPTURE_FAULT: memory ended. The readable prefix is copied, page granularity is enough; of a string nothing. The
//    page may merely not be resident. So ops of the entry program that had a fault, and those that hang on them, are
//    repeated when the call returns, with CAPTURE_LATE (running the whole program again will do). What faults then is
//    left to the reader, which looks into live memory while it can.
//  - CAPTURE_CUT: a limit of this file or the size of the record was reached. The rest is read from live memory.
//  - What the reader takes from live memory later than the moment it stands for may have changed, and is marked so.
// A snapshot made of the copies answers a read with as many bytes as lie behind one another from its start: copies of
// one moment that overlap or touch count as one, and those that were made first win.
#pragma once

#ifdef __cplusplus
namespace sysray::describe {
#endif

enum {
  CAPTURE_MAX_PROGRAM = 250,  // ops of a program, without those of a case
  CAPTURE_MAX_STEPS = 1024,   // ops run at one moment of a call
  CAPTURE_MAX_SLOTS = 16,
  CAPTURE_MAX_TEMPORARIES = 16,
  CAPTURE_MAX_NEST = 2,         // loops within loops
  CAPTURE_MAX_CASES = 4096,     // of one switch: 12 steps of bisection
  CAPTURE_MAX_BYTES = 65536,    // copied by one op
  CAPTURE_MAX_STRING = 4096,    // PATH_MAX, the NUL counts
  CAPTURE_MAX_ELEMENTS = 1024,  // iterations of one loop
  CAPTURE_NO_SLOT = 255,
};

enum capture_kind {
  CAPTURE_NOTHING,  // takes its place only
  // Copies min(b * stride, cap) bytes at address a, all unsigned; b absent or above CAPTURE_MAX_BYTES:
  // cap bytes.
  CAPTURE_BYTES,
  // Copies the string at address a up to and with its NUL, but no more than min(b, cap) bytes; b absent: cap bytes. (A
  // helper that always ends with a NUL of its own must be asked for one more.)
  CAPTURE_STRING,
  // Copies elements of `stride` bytes at address a, up to and with the first one of zero bytes only, at most cap of
  // them.
  CAPTURE_UNTIL_ZERO,
  // Runs the next `length` ops for each element of `stride` bytes in slot a.slot, from byte a.value on. As often as
  // whole elements were copied, at most min(b, cap) times (b absent: cap times). In the body, CAPTURE_ELEMENT reads the
  // element (of the innermost loop).
  CAPTURE_EACH,
  // Skips the next `length` ops if a is 0.
  CAPTURE_TEST,
  // temporary[slot] = a <arithmetic> b
  CAPTURE_COMPUTE,
  // Looks for the case whose first <= a <= last (signed) among `cap` cases from number `stride` on, sorted by first,
  // without overlaps. Found: its ops run instead of what follows. Else goes on with the next op.
  CAPTURE_SWITCH,
  // Nothing to copy: decoding also reads memory here that a program can't find. `slot`: a capture_live_reason.
  CAPTURE_LIVE,
  // Notes what file is behind the descriptor a; for AT_FDCWD, the working directory. Runs that can't look do nothing.
  CAPTURE_DESCRIPTOR,
};

enum capture_source {
  CAPTURE_ABSENT,     // no operand; as a number 0
  CAPTURE_CONSTANT,   // value
  CAPTURE_ARGUMENT,   // register `slot` of the call's entry, at both moments
  CAPTURE_RESULT,     // in exit programs; of a failed call its negated errno
  CAPTURE_ERROR,      // errno of a failed call, else 0
  CAPTURE_STACK,      // the stack pointer
  CAPTURE_TEMPORARY,  // temporary `slot`
  CAPTURE_VERBOSE,    // 1 if structures are not abbreviated; resolved into a constant before programs run
  CAPTURE_NETLINK,  // 1 if the descriptor in register `slot` is a netlink socket or may be one, 0 if it surely is none
  CAPTURE_FIELD,    // what lies at byte `value` of what `slot` copied
  CAPTURE_ELEMENT,  // what lies at byte `value` of the element of the innermost loop
};

// Signed 64 bit numbers (comparisons and division are signed), as in the expressions of the descriptions.
enum capture_arithmetic {
  CAPTURE_ADD,
  CAPTURE_SUBTRACT,
  CAPTURE_MULTIPLY,
  CAPTURE_DIVIDE,
  CAPTURE_MODULO,
  CAPTURE_AND,
  CAPTURE_OR,
  CAPTURE_XOR,
  CAPTURE_SHIFT_LEFT,   // by 64 or more: 0
  CAPTURE_SHIFT_RIGHT,  // logical; by 64 or more: 0
  CAPTURE_LESS,         // comparisons give 1 or 0
  CAPTURE_LESS_EQUAL,
  CAPTURE_EQUAL,
  CAPTURE_NOT_EQUAL,
  CAPTURE_MINIMUM,
  CAPTURE_MAXIMUM,
  CAPTURE_ALIGN,   // a rounded up to a multiple of b (unsigned; b = 0: a)
  CAPTURE_SELECT,  // temporary[slot] = a != 0 ? b : temporary[slot]
};

enum capture_operand_flags {
  CAPTURE_SIGNED = 1,      // the number is extended by its sign, else by zeros
  CAPTURE_BIG_ENDIAN = 2,  // field and element
};

enum capture_op_flags {
  // Exit programs: only if the call did not fail, and has a result. Else skipped, `each` with its body.
  CAPTURE_ON_SUCCESS = 1,
};

// How the display's options bound an op; resolved into `cap` before programs run (capture_plan.h: resolve()). For
// `bytes`, elements are of `stride` bytes.
enum capture_limit {
  CAPTURE_LIMIT_NONE,
  CAPTURE_LIMIT_STRING_NUL,     // bytes: -s and one more
  CAPTURE_LIMIT_ELEMENTS,       // elements: of abbreviated lists -s, else no bound
  CAPTURE_LIMIT_ELEMENTS_MORE,  // the same and one more
  CAPTURE_LIMIT_CUT_LIST,       // elements: -s and one more, abbreviated or not
};

enum capture_live_reason {
  CAPTURE_LIVE_DEEP,        // pointers nested too deeply
  CAPTURE_LIVE_LOOP,        // loops nested too deeply
  CAPTURE_LIVE_PLACE,       // where the pointer lies depends on what is in front of it
  CAPTURE_LIVE_EXPRESSION,  // its address can't be computed
  CAPTURE_LIVE_LARGE,       // too many ops
  CAPTURE_LIVE_DESCRIPTOR,  // which descriptors are meant can't be computed, or they are another process's
};

enum capture_status {
  CAPTURE_WHOLE = 0,
  CAPTURE_FAULT = 1,
  CAPTURE_CUT = 2,
  CAPTURE_LATE = 4,  // of the entry program, but copied when the call returned
};

struct capture_operand {
  unsigned char source;
  unsigned char slot;
  unsigned char width;  // bytes: 1, 2, 4 or 8; the number is cut to them. Not for temporaries and results: 8
  unsigned char flags;
  int value;
};

struct capture_op {
  unsigned char kind;
  unsigned char flags;
  unsigned char slot;    // bytes, string, until zero: where the copy is noted, or CAPTURE_NO_SLOT; compute: temporary
  unsigned char length;  // each, test: ops that belong to it
  unsigned char arithmetic;  // compute
  unsigned char limit;
  unsigned char pad[2];
  unsigned int stride;
  unsigned int cap;
  struct capture_operand a;
  struct capture_operand b;
};

// A run of ops.
struct capture_range {
  unsigned int first;
  unsigned int count;
};

struct capture_case {
  long long first;
  long long last;
  struct capture_range ops;
};

// By ABI (event::Abi) and number of the call: programs[abi * CAPTURE_MAX_CALLS + number].
struct capture_program {
  struct capture_range entry;
  struct capture_range exit;
};

enum { CAPTURE_MAX_CALLS = 1024, CAPTURE_ABIS = 3 };

#ifdef __cplusplus
}  // namespace sysray::describe
#endif
