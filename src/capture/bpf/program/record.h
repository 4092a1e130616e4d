// What the BPF program and the reader of its rings share: records, state of threads, settings. Plain C, and the same
// layout on both sides.
#pragma once

#include <linux/types.h>

enum {
  BPF_MAX_RECORD = 65536,  // bytes, headers included
  BPF_MAX_NUMBER = 1024,   // calls with higher numbers are always recorded
  BPF_ABIS = 3,            // event::Abi
  BPF_COMM = 16,           // TASK_COMM_LEN
  BPF_ROOT_CALL = 110,     // getppid: the reader's, with which it shows its root directory (BPF_READER)
};

enum bpf_record_kind {
  BPF_RECORD_ENTER,
  BPF_RECORD_EXIT,
  BPF_RECORD_LATE,  // copies that belong to the call that the thread has entered
  BPF_RECORD_END,   // of the thread; args[0] is what wait4(2) tells of it, with enum bpf_end_flags
  // Only with bpf_settings::observe:
  BPF_RECORD_BORN,    // by the creator; args[0] is the tid of the new thread, its process in the upper half
  BPF_RECORD_EXEC,    // args[0] is the tid that the thread had before; 0: unknown
  BPF_RECORD_SIGNAL,  // is delivered: args[0]; the siginfo follows as a copy, if there is one
};

// In args[0] of an end, beside the 16 bits of the status.
enum bpf_end_flags {
  BPF_END_OF_PROCESS = 1 << 16,  // no other thread is left
};

enum bpf_record_flags {
  BPF_RECORD_ERROR = 1,    // exit: the result is a negated errno value
  BPF_RECORD_COMM = 2,     // BPF_COMM bytes with the thread's name stand behind the header
  BPF_RECORD_BEFORE = 4,   // enter: the call began before tracing did
  BPF_RECORD_FAULTED = 8,  // enter: not all could be copied; some of it may follow with the exit or a late record
  BPF_RECORD_BARE = 16,    // the ring was too full for the copies
  BPF_RECORD_INSIDE = 32,  // the thread is in a call whose entry was recorded
  // exit: the thread goes on only when the reader has looked into its memory
  BPF_RECORD_STILL = 64,
  // What is copied late may have changed meanwhile: the process has other threads.
  BPF_RECORD_SHARED = 128,
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
  __u8 apart;
  __u32 lost;  // events of this thread that found no room since its last record
  __u32 apart_too;
  __u64 instruction_pointer;
  __u64 stack_pointer;
  __u64 cpu_time;  // of the thread, from an arbitrary point on; only differences mean something
  __u64 args[6];   // exit: args[0] is the result, the others are absent
};

enum { BPF_EXIT_SIZE = sizeof(struct bpf_record) - 5 * sizeof(__u64) };

// Behind the header (and the name), each followed by its bytes and padding to a multiple of 8.
enum {
  // Statuses: no copy, but the protocol of a socket, or what is behind a descriptor (bpf_file); the address is the
  // descriptor.
  BPF_COPY_SOCKET = 256,
  BPF_COPY_FILE = 512,
  // The address is the inode number of the thread's network namespace, which is told when it is another than before.
  BPF_COPY_NETWORK = 1024,
};

struct bpf_copy {
  __u64 address;
  __u32 length;
  __u32 status;  // enum capture_status
};

enum bpf_file_flags {
  BPF_FILE_OPEN = 1,          // there is such a descriptor
  BPF_FILE_NAMED = 2,         // its name is whole
  BPF_FILE_DELETED = 4,       // the file has been unlinked
  BPF_FILE_MADE_UP = 8,       // it has no place in a tree: its file system makes up a name
  BPF_FILE_COUNTS = 16,       // `number`, `id` and `semaphore` are set: eventfd(2); signalfd(2): `number`; the
                              // master of a pseudo terminal: `id`, that of its slave
  BPF_FILE_SOCKET_ROOM = 32,  // a bpf_socket follows
  BPF_FILE_SOCKET = 64,       // ... and is filled in
};

// Followed by what the flags say, then the name: its components from the last to the first, with a NUL behind each.
struct bpf_file {
  __u64 inode;
  __u64 number;
  __u32 device;  // st_rdev as the kernel itself numbers devices
  __u32 magic;   // of the file system (linux/magic.h)
  __u32 names;   // bytes of the name
  __s32 id;
  __u16 mode;
  __u8 flags;
  __u8 semaphore;
  __u32 pad;
};

struct bpf_socket {
  __u16 family;
  __u16 type;
  __u16 protocol;
  __u8 state;
  __u8 connected;
  __u16 local_port;  // as in a sockaddr
  __u16 peer_port;
  __u32 number;  // netlink(7): the port
  __u8 local[16];
  __u8 peer[16];
  __u64 peer_inode;  // unix(7)
  __u32 address;     // unix(7): bytes of the socket's own address, which are behind the name
  __u32 pad;
};

enum { BPF_MAX_KEPT = 1024 };  // bytes of what a record keeps, in front of all copies, when its ring is nearly full

enum bpf_want_files {
  BPF_WANT_NAMES = 1,
  BPF_WANT_DETAILS = 2,
  BPF_WANT_INFO = 4,  // resolve::detail_info
};

enum bpf_progress {
  BPF_OUTSIDE,  // in user mode
  BPF_SHOWN,    // in a call whose entry was recorded
  BPF_HIDDEN,   // in a call that isn't wanted
};

enum bpf_birth {
  BPF_BORN = 1,      // comes out of the call that made it, which is its creator's
  BPF_ATTACHED = 2,  // may come out of a call whose start nobody saw
  BPF_READER = 3,    // no traced thread: the reader, which wants its root directory noted
};

// What of a call is to be recorded. Other bits than those of enum bpf_record_flags that go with it.
enum bpf_to_record {
  BPF_MAKE_EXEC = 1,
  BPF_MAKE_SIGNAL = 2,
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
  __u8 hidden;     // not traced, nor are its children: the reader, and who works for it
  __u8 to_record;  // enum bpf_to_record, with BPF_RECORD_BEFORE
  __u8 unseen;     // some memory of the entry is left to the reader
  __u8 native;     // the last call that the reader was told of is one of x86_64
  __u8 met;        // with bpf_settings::everyone: a tracepoint has seen it before
  __u8 counted;    // in bpf_shared::alive
  __u8 apart;
  __u16 held;  // bytes of the record of the entry, if that is kept back
  __u16 apart2;
  __u32 lost;     // events that no record has told of yet
  __s32 former;   // tid before the last execve
  __u32 network;  // inode number of the network namespace that was told last
  __u32 apart3;
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

// Set before the program is loaded.
struct bpf_settings {
  __u64 wanted[BPF_ABIS][BPF_MAX_NUMBER / 64];
  // In any ABI wanted, or such that the state of a thread depends on them.
  __u64 seen[BPF_MAX_NUMBER / 64];
  __u64 holdable[BPF_MAX_NUMBER / 64];  // x86_64 calls that are left out if they have an unneeded outcome
  __u64 namespace_device;               // of the reader's pid namespace
  __u64 namespace_inode;
  __u32 ring_size;
  __u32 high_water;  // bytes in a ring from which on threads are stopped
  __u32 full_limit;  // bytes in a ring from which on records are without copies
  __u32 wake_mark;   // bytes in a ring from which on the reader is woken
  // For want_cpu_time: where in the kernel's struct cfs_rq its struct rq is, and in that two clocks.
  __u32 rq_at;
  __u32 clock_at;
  __u32 clock_task_at;
  __u32 apart_too;
  __u8 all;  // every call is wanted
  __u8 want_comm;
  __u8 want_cpu_time;
  __u8 stand_still;  // each thread is stopped at the end of each call, until the reader has seen it
  __u8 want_files;   // enum bpf_want_files: what is behind descriptors is noted
  __u8 unneeded;     // enum bpf_outcome
  __u8 follow;       // children are traced even if they are not attached to by ptrace
  // Nobody stops the threads: what finds no room is lost, and counted; what ptrace would tell of is recorded.
  __u8 observe;
  __u8 everyone;    // each thread is traced, but for those that are hidden
  __u8 want_names;  // of tasks that end, whoever traces them
  // Each thread is stopped at the end of a call that has installed a seccomp filter.
  __u8 stop_at_filters;
  __u8 apart[5];
};

// A task that has ended, in the slot of its id (modulo BPF_ENDED_SLOTS).
enum { BPF_ENDED_SLOTS = 1024 };
struct bpf_ended {
  __s32 tid;  // 0: none
  __u32 pad;
  char name[BPF_COMM];
};

// The last that is known of a thread whose end found no room in its ring, by its tid.
struct bpf_unplaced {
  __u64 time;
  __u64 end;   // args[0] of the record
  __u32 lost;  // events before the end
  __s32 tgid;
};

// Changed while the program runs.
struct bpf_shared {
  __u32 reader_sleeps;  // 1: wake it from the wake mark on; 2: at the next record
  __u32 alive;          // threads that were born under observation and have not ended
  __u32 unplaced;       // how many were ever put into the map of that name
  __u32 pad;
  __u64 lost;  // events, of all threads
  // The reader's root directory: addresses of a dentry and a mount.
  __u64 root_entry;
  __u64 root_mount;
};

// What find_type is asked, and answers.
struct bpf_type_question {
  char name[48] __attribute__((aligned(8)));
  __u64 kind;
  __s64 type;  // its number; negative: an errno value
};
