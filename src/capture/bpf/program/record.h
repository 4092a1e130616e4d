// What the BPF program and the reader of its rings share: records, state of threads, settings. Plain C, and the same
// layout on both sides.
#pragma once

#include <linux/types.h>

enum {
  BPF_MAX_RECORD = 65536,  // bytes, headers included
  BPF_MAX_NUMBER = 1024,   // calls with higher numbers are always recorded
  BPF_ABIS = 3,            // event::Abi
  BPF_COMM = 16,           // TASK_COMM_LEN
};

enum bpf_record_kind {
  BPF_RECORD_ENTER,
  BPF_RECORD_EXIT,
  BPF_RECORD_LATE,  // copies that belong to the call that the thread has entered
  BPF_RECORD_END,   // of the thread
};

enum bpf_record_flags {
  BPF_RECORD_ERROR = 1,    // exit: the result is a negated errno value
  BPF_RECORD_COMM = 2,     // BPF_COMM bytes with the thread's name stand behind the header
  BPF_RECORD_BEFORE = 4,   // enter: the call began before tracing did
  BPF_RECORD_FAULTED = 8,  // enter: not all could be copied; some of it may follow with the exit or a late record
};

struct bpf_record {
  __u64 time;  // CLOCK_MONOTONIC
  __u32 size;  // bytes, with the copies
  __s32 tid;   // as the reader's pid namespace knows them
  __s32 tgid;
  __u32 sequence;  // counts the records of a thread
  __u32 number;
  __u8 kind;
  __u8 abi;
  __u8 flags;
  __u8 lost;  // records of this thread that found no room since the last one, at most 255
  __u64 instruction_pointer;
  __u64 stack_pointer;
  __u64 cpu_time;  // of the thread, from an arbitrary point on; only differences mean something
  __u64 args[6];   // exit: args[0] is the result, the others are absent
};

enum { BPF_EXIT_SIZE = sizeof(struct bpf_record) - 5 * sizeof(__u64) };

// Behind the header (and the name), each followed by its bytes and padding to a multiple of 8.
enum { BPF_COPY_SOCKET = 256 };  // a status: no copy, but the protocol of a socket; the address is its descriptor

struct bpf_copy {
  __u64 address;
  __u32 length;
  __u32 status;  // enum capture_status
};

enum bpf_progress {
  BPF_OUTSIDE,  // in user mode
  BPF_SHOWN,    // in a call whose entry was recorded
  BPF_HIDDEN,   // in a call that isn't wanted
};

enum bpf_birth {
  BPF_BORN = 1,      // comes out of the call that made it, which is its creator's
  BPF_ATTACHED = 2,  // may come out of a call whose start nobody saw
};

// What of a call is to be recorded. Other bits than those of enum bpf_record_flags that go with it.
enum bpf_to_record {
  BPF_MAKE_ENTER = 16,
  BPF_MAKE_EXIT = 32,
  BPF_MAKE_LATE = 64,
  BPF_MAKE_END = 128,
};

// How a call ends.
enum bpf_outcome {
  BPF_SUCCESS = 1,
  BPF_FAILURE = 2,
};

enum { BPF_MAX_HELD = 512 };  // bytes of the record of an entry that can be kept back until the outcome is known

// One traced thread.
struct bpf_task {
  __s32 tid;  // 0: to be found out
  __s32 tgid;
  __u32 sequence;
  __u32 number;
  __u8 abi;
  __u8 progress;
  __u8 birth;
  __u8 faulted;    // copies of the entry are to be repeated
  __u8 stoppable;  // the reader is its tracer, and ends the stops of back-pressure
  __u8 lost;
  __u8 to_record;  // enum bpf_to_record, with BPF_RECORD_BEFORE
  __u8 unseen;     // some memory of the entry is left to the reader
  __u8 native;     // the last call that the reader was told of is one of x86_64
  __u8 pad;
  __u16 held;  // bytes of the record of the entry, if that is kept back
  __u64 stack_pointer;
  __u64 args[6];
};

// The ring of a CPU: this, in BPF_RING_HEAD bytes; ring_size bytes in which records begin, and BPF_RING_TAIL bytes in
// which the last of them may end. Positions count the bytes that were ever used: the one of a record modulo ring_size
// is where it begins, the next one is behind it (rounded up to 8), but for the one that reaches the end, behind which
// positions go on at the next multiple of ring_size.
struct bpf_ring_head {
  __u64 produced;  // the position of the next record
  __u64 apart[7];
  __u64 consumed;  // up to here, the reader has given room back
};

enum {
  BPF_RING_HEAD = 4096,  // a page
  BPF_RING_TAIL = BPF_MAX_RECORD,
  BPF_BELL_SIZE = 4096,
};

// Stands where the size of a ring is to be put in. No enum constant: those are in the program's image as well.
#define BPF_RING_SIZE_MARK 0x12494e47

// Set before the program is loaded.
struct bpf_settings {
  __u64 wanted[BPF_ABIS][BPF_MAX_NUMBER / 64];
  __u64 seen[BPF_ABIS][BPF_MAX_NUMBER / 64];  // wanted, or such that the state of a thread depends on them
  __u64 holdable[BPF_MAX_NUMBER / 64];        // x86_64 calls that are left out if they have an unneeded outcome
  __u64 namespace_device;                     // of the reader's pid namespace
  __u64 namespace_inode;
  __u32 ring_size;
  __u32 high_water;  // bytes in a ring from which on threads are stopped
  __u32 full_limit;  // bytes in a ring from which on records are without copies
  __u32 wake_mark;   // bytes in a ring from which on the reader is woken
  __u8 all;          // every call is wanted
  __u8 want_comm;
  __u8 want_cpu_time;
  __u8 stand_still;  // each thread is stopped at the end of each call, until the reader has seen it
  __u8 unneeded;     // enum bpf_outcome
  __u8 follow;       // children are traced even if they are not attached to by ptrace
};

// Changed while the program runs.
struct bpf_shared {
  __u32 reader_sleeps;  // 1: wake it from the wake mark on; 2: at the next record
};
