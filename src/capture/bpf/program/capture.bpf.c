// The capture programs: record the calls of traced threads at sys_enter and sys_exit into the ring of their CPU.

// In the order in which they need each other.
// clang-format off
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#include "kernel.h"
#include "record.h"
const volatile struct bpf_settings settings;
struct bpf_shared shared;
#include "machine.h"
// clang-format on

char LICENSE[] SEC("license") = "Dual MIT/GPL";

struct {
  __uint(type, BPF_MAP_TYPE_TASK_STORAGE);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, int);
  __type(value, struct bpf_task);
} tasks SEC(".maps");

struct held_entry {
  char bytes[BPF_MAX_HELD];
};

// Of threads in a call whose outcome decides whether it is told of: the record of its entry.
struct {
  __uint(type, BPF_MAP_TYPE_TASK_STORAGE);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, int);
  __type(value, struct held_entry);
} held SEC(".maps");

// Threads that were sent SIGSTOP, by their ids, until the reader has taken note.
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 16384);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, __s32);
  __type(value, __u8);
} stopped SEC(".maps");

// By CPU. The size of a ring is put in when it is made.
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(map_flags, BPF_F_MMAPABLE);
  __uint(max_entries, 1);
  __uint(key_size, sizeof(__u32));
  __uint(value_size, BPF_RING_HEAD);
} rings SEC(".maps");

// Nothing is read from it: its wake-ups are what it is for.
struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, BPF_BELL_SIZE);
} bell SEC(".maps");

// The program that makes records: one for all tracepoints, since checking and compiling it is what takes time at start.
struct {
  __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
  __uint(max_entries, 1);
  __uint(key_size, sizeof(__u32));
  __uint(value_size, sizeof(__u32));
} recorder SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(map_flags, BPF_F_MMAPABLE);
  __uint(max_entries, BPF_ENDED_SLOTS);
  __type(key, __u32);
  __type(value, struct bpf_ended);
} ended SEC(".maps");

enum { SIGNAL_KILL = 9, SIGNAL_CONTINUE = 18, SIGNAL_STOP = 19, RESTART_LIMIT = 4095 };
enum { PR_SET_SECCOMP = 22 };  // linux/prctl.h
// Results with which the kernel restarts a call, but 515 (linux/errno.h in the kernel).
enum { FIRST_RESTART = 512, LAST_RESTART = 516 };

static __always_inline struct bpf_task* traced(void) {
  struct bpf_task* t = bpf_task_storage_get(&tasks, bpf_get_current_task_btf(), 0,
                                            (BPF_OBSERVE && settings.everyone) ? BPF_LOCAL_STORAGE_GET_F_CREATE : 0);
  return (BPF_OBSERVE && settings.everyone) && t && t->hidden ? 0 : t;
}

// How far the clock of a CPU that says for how long its tasks have run is behind the one of all CPUs: by what
// interrupts and other guests have taken.
static __always_inline __u64 clock_lag(struct task_struct* task) {
  if (!bpf_core_field_exists(task->se.cfs_rq)) return 0;
  const char* at = 0;
  __u64 clock = 0, own = 0, lag = 0;
  bpf_probe_read_kernel(&at, sizeof at, &task->se.cfs_rq);
  bpf_probe_read_kernel(&at, sizeof at, at + settings.rq_at);
  // The lower one: either clock may be set just now.
  for (int i = 0; i < 2; i++) {
    bpf_probe_read_kernel(&own, sizeof own, at + settings.clock_task_at);
    bpf_probe_read_kernel(&clock, sizeof clock, at + settings.clock_at);
    if (i == 0 || clock - own < lag) lag = clock - own;
  }
  return lag;
}

static __always_inline int is_wanted(__u8 abi, __u32 number) {
  if (settings.all || number >= BPF_MAX_NUMBER || abi >= BPF_ABIS) return 1;
  return settings.wanted[abi][number / 64 & (BPF_MAX_NUMBER / 64 - 1)] >> (number % 64) & 1;
}

// Whether a call concerns nobody, be its thread traced or not. Known before the thread is looked at: with a filter,
// most calls of a machine are such, and each pays for what is done here. So the ABI is not asked for.
static __always_inline int is_passed_over(__u32 number) {
  __u32 word = number / 64;
  asm("" : "+r"(word));  // its limit is what the verifier has to see, not the number's
  if (settings.all || word >= BPF_MAX_NUMBER / 64) return 0;
  return !(settings.seen[word] >> (number % 64) & 1);
}

// Whether the current thread is none of those that ptrace accompanies. Much cheaper than to look it up.
static __always_inline int is_stranger(void) { return !BPF_OBSERVE && !bpf_get_current_task_btf()->ptrace; }

// The time that the current thread has been running, but for a constant.
static __always_inline __u64 cpu_time(struct task_struct* task, __u64 now) {
  return task->se.sum_exec_runtime + (now - task->se.exec_start) - clock_lag(task);
}

static __always_inline struct bpf_pidns_info current_ids(void) {
  struct bpf_pidns_info info = {};
  if (bpf_get_ns_current_pid_tgid(settings.namespace_device, settings.namespace_inode, &info, sizeof info)) {
    __u64 ids = bpf_get_current_pid_tgid();
    info.pid = (__u32)ids;
    info.tgid = ids >> 32;
  }
  return info;
}

static __always_inline void find_ids(struct bpf_task* t) {
  const struct bpf_pidns_info info = current_ids();
  t->tid = info.pid;
  t->tgid = info.tgid;
}

static __always_inline struct scratch* find_scratch(void) {
  __u32 cpu = bpf_get_smp_processor_id();
  return bpf_map_lookup_elem(&scratches, &cpu);
}

// Whether the call may lead into another network namespace. Nothing else does, but being born.
static __always_inline int changes_network(const struct bpf_task* t) {
  switch (t->number) {
    case 272:
    case 308: return t->abi != 1;  // unshare, setns
    case 310:
    case 346: return t->abi == 1;
  }
  return 0;
}

// Notes the network namespace of the current thread if it may be another than before.
static __always_inline void note_network(struct scratch* s, struct bpf_task* t) {
  __u32 network = current_task()->nsproxy->net_ns->ns.inum;
  __u32 at = s->used & 255;
  if (!network) return;
  struct bpf_copy* copy = (struct bpf_copy*)(s->bytes + at);
  copy->address = network;
  copy->length = 0;
  copy->status = BPF_COPY_NETWORK;
  s->used = at + sizeof *copy;
  t->network = network;
}

__noinline int begin_record(struct scratch* s, struct bpf_task* t, __u32 kind, __u32 size) {
  if (!s || !t) return 0;
  struct bpf_record* r = (struct bpf_record*)s->bytes;
  if (!t->tid) find_ids(t);
  r->time = bpf_ktime_get_ns();
  r->tid = t->tid;
  r->tgid = t->tgid;
  r->number = t->number;
  r->kind = kind;
  r->abi = t->abi;
  r->lost = 0;
  r->flags = BPF_OBSERVE && t->progress == BPF_SHOWN ? BPF_RECORD_INSIDE : 0;
  r->stack_pointer = t->stack_pointer;
  s->used = size;
  s->limit = BPF_MAX_RECORD;
  s->faulted = 0;
  s->unseen = 0;
  s->socket_noted = 0;
  s->late = 0;
  if (settings.ring_size / 4 < BPF_MAX_RECORD) s->limit = settings.ring_size / 4;
  if (settings.want_cpu_time) r->cpu_time = cpu_time(bpf_get_current_task_btf(), r->time);
  if (settings.want_comm) {
    r->flags |= BPF_RECORD_COMM;
    __u32 at = size & 255;
    bpf_get_current_comm(s->bytes + at, BPF_COMM);
    s->used += BPF_COMM;
  }
  if (!t->network) note_network(s, t);
  s->kept = s->used;
  return 1;
}

static __always_inline void wake_reader(__u64 filled) {
  __u32 sleeps = shared.reader_sleeps;
  if (!sleeps || (sleeps == 1 && filled < settings.wake_mark)) return;
  shared.reader_sleeps = 0;
  bpf_ringbuf_output(&bell, &sleeps, sizeof sleeps, BPF_RB_FORCE_WAKEUP);
}

// Puts the record into the ring. False if there is no room.
static __always_inline int put(struct bpf_ring_head* ring, const struct bpf_record* r, __u32 size, __u64 filled) {
  __u64 produced = ring->produced;
  __u32 rounded = (size + 7) & ~7u;
  if (filled > settings.ring_size || rounded > settings.ring_size - filled) return 0;
  __u64 at = produced & (settings.ring_size - 1);
  __u64* to = (__u64*)((char*)ring + BPF_RING_HEAD + at);
  const __u64* from = (const __u64*)r;
  // Many records are no more than what those of ends have in common: no helper is called for that.
  enum { WORDS = BPF_EXIT_SIZE / 8 };
#pragma unroll
  for (int i = 0; i < WORDS; i++) to[i] = from[i];
  if (size > BPF_EXIT_SIZE && bpf_probe_read_kernel(to + WORDS, size - BPF_EXIT_SIZE, from + WORDS)) return 0;
  produced = at + rounded < settings.ring_size ? produced + rounded : produced - at + settings.ring_size;
  // The record is there before its reader is told: x86 keeps stores in order. No barrier, which would wait until all of
  // them have reached the memory that the reader shares; see Alarm::sleep.
  asm volatile("" ::: "memory");
  *(volatile __u64*)&ring->produced = produced;
  return 1;
}

// The copies of a call are no event of their own.
static __always_inline void lose(struct bpf_task* t, const struct bpf_record* r) {
  if (r->kind == BPF_RECORD_LATE) return;
  t->lost++;
  __sync_fetch_and_add(&shared.lost, 1);
}

// A SIGSTOP takes a pending SIGCONT away from its process (signal(7)): then the next call must do.
static __always_inline int can_stop(const struct bpf_task* t) {
  struct task_struct* task = current_task();
  unsigned long pending = task->pending.signal.sig[0] | task->signal->shared_pending.signal.sig[0];
  return t->stoppable && !(pending >> (SIGNAL_CONTINUE - 1) & 1);
}

// Hands the record to the reader. True if its ring is fuller than it should be.
__noinline int end_record(struct scratch* s, struct bpf_task* t) {
  if (!s || !t) return 0;
  struct bpf_record* r = (struct bpf_record*)s->bytes;
  __u32 cpu = bpf_get_smp_processor_id();
  struct bpf_ring_head* ring = bpf_map_lookup_elem(&rings, &cpu);
  if (!ring) return 0;
  __u32 size = s->used;
  if (size > BPF_MAX_RECORD) size = BPF_MAX_RECORD;
  r->sequence = t->sequence;
  if (r->kind != BPF_RECORD_LATE) r->lost = t->lost;
  t->sequence++;
  __u64 filled = ring->produced - *(volatile __u64*)&ring->consumed;
  if (filled > settings.full_limit && r->kind <= BPF_RECORD_LATE) {
    // The rest of the ring is for the call of each thread that is still on its way to its stop; without stops, for the
    // ends of calls that were recorded, and what else happens to threads.
    if (BPF_OBSERVE && r->kind == BPF_RECORD_ENTER) {
      lose(t, r);
      wake_reader(filled);
      return 1;
    }
    size = s->kept & (2 * BPF_MAX_KEPT - 1);
    r->flags |= BPF_RECORD_BARE | (can_stop(t) ? BPF_RECORD_STILL : 0);
  }
  r->size = size;
  if (!put(ring, r, size, filled)) {
    lose(t, r);
    t->network = 0;
    wake_reader(filled);
    return 1;
  }
  if (r->kind != BPF_RECORD_LATE) t->lost = 0;
  wake_reader(filled);
  return filled >= settings.high_water;
}

// Bytes of the record of an entry without any notes.
static __always_inline __u32 plain_size(void) {
  return sizeof(struct bpf_record) + (settings.want_comm ? BPF_COMM : 0);
}

// Keeps the record of an entry back, if it may turn out that nobody needs it. What the reader must know at once is not:
// memory that it has to read itself, and that the thread makes its calls through another ABI than before, or is in
// another network namespace.
__noinline int keep_back(struct scratch* s, struct bpf_task* t) {
  if (!s || !t) return 0;
  __u32 number = t->number, size = s->used;
  if (!settings.unneeded || t->abi || !t->native || t->unseen || number >= BPF_MAX_NUMBER || size > BPF_MAX_HELD)
    return 0;
  if (s->kept != plain_size()) return 0;
  if (!(settings.holdable[number / 64 & (BPF_MAX_NUMBER / 64 - 1)] >> (number % 64) & 1)) return 0;
  struct held_entry* h = bpf_task_storage_get(&held, bpf_get_current_task_btf(), 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
  if (!h || bpf_probe_read_kernel(h->bytes, size, s->bytes)) return 0;
  t->held = size;
  return 1;
}

// Hands over what was kept back.
__noinline int tell_held(struct scratch* s, struct bpf_task* t) {
  if (!s || !t) return 0;
  __u32 size = t->held;
  t->held = 0;
  struct held_entry* h = bpf_task_storage_get(&held, bpf_get_current_task_btf(), 0, 0);
  if (!h || size > BPF_MAX_HELD || bpf_probe_read_kernel(s->bytes, size, h->bytes)) return 0;
  s->used = size;
  s->kept = plain_size();
  return end_record(s, t);
}

static __always_inline int is_unneeded(__u64 result) {
  __u64 error = -result;
  if (error == 0 || error > RESTART_LIMIT) return settings.unneeded & BPF_SUCCESS;
  return !(error >= FIRST_RESTART && error <= LAST_RESTART) && settings.unneeded & BPF_FAILURE;
}

static __always_inline void set_registers(struct scratch* s, const struct bpf_task* t) {
  for (int i = 0; i < 6; i++) s->args[i] = t->args[i];
  s->stack_pointer = t->stack_pointer;
  s->result = 0;
  s->error = 0;
  s->failed = 0;
}

static __always_inline const struct capture_program* program_of(const struct bpf_task* t) {
  if (t->number >= CAPTURE_MAX_CALLS) return 0;
  __u32 index = t->abi * CAPTURE_MAX_CALLS + t->number;
  return bpf_map_lookup_elem(&plan_programs, &index);
}

// Notes the call that the registers at this address show. False if it isn't wanted.
static __always_inline int note_call(struct bpf_task* t, __u64 registers) {
  const struct pt_regs* regs = AS(pt_regs, registers);
  struct task_struct* task = bpf_get_current_task_btf();
  __u64 id = regs->orig_ax;
  t->stack_pointer = regs->sp;
  if (task->thread_info.status & TS_COMPAT) {
    t->abi = 1;
    t->number = (__u32)id;
    if (!is_wanted(1, t->number)) return 0;
    t->args[0] = (__u32)regs->bx;
    t->args[1] = (__u32)regs->cx;
    t->args[2] = (__u32)regs->dx;
    t->args[3] = (__u32)regs->si;
    t->args[4] = (__u32)regs->di;
    t->args[5] = (__u32)regs->bp;
    return 1;
  }
  int is_x32 = (__s32)id >= 0 && id & 0x40000000;
  t->abi = is_x32 ? 2 : 0;
  t->number = is_x32 ? (__u32)id & ~0x40000000u : (__u32)id;
  if (!is_wanted(t->abi, t->number)) return 0;
  t->args[0] = regs->di;
  t->args[1] = regs->si;
  t->args[2] = regs->dx;
  t->args[3] = regs->r10;
  t->args[4] = regs->r8;
  t->args[5] = regs->r9;
  return 1;
}

__noinline int repeat_entry(struct scratch* s, struct bpf_task* t) {
  if (!s || !t) return 0;
  t->faulted = 0;
  const struct capture_program* program = program_of(t);
  if (!program) return 0;
  set_registers(s, t);
  s->late = CAPTURE_LATE;
  if (current_task()->signal->nr_threads > 1) ((struct bpf_record*)s->bytes)->flags |= BPF_RECORD_SHARED;
  run_program(s, program->entry.first, program->entry.count);
  s->late = 0;
  return 0;
}

__noinline int record_enter(struct scratch* s, struct bpf_task* t, __u64 registers, __u8 flags) {
  if (!s || !t) return 0;
  const struct pt_regs* regs = AS(pt_regs, registers);
  begin_record(s, t, BPF_RECORD_ENTER, sizeof(struct bpf_record));
  struct bpf_record* r = (struct bpf_record*)s->bytes;
  r->instruction_pointer = regs->ip;
  for (int i = 0; i < 6; i++) r->args[i] = t->args[i];
  t->faulted = 0;
  t->unseen = 0;
  const struct capture_program* program = program_of(t);
  if (program && program->entry.count && !(flags & BPF_RECORD_BEFORE)) {
    set_registers(s, t);
    run_program(s, program->entry.first, program->entry.count);
    t->unseen = s->unseen != 0;
    if (s->faulted) {
      t->faulted = 1;
      flags |= BPF_RECORD_FAULTED;
    }
  }
  r->flags |= flags;
  t->held = 0;
  if (settings.unneeded && !flags && keep_back(s, t)) return 0;
  t->native = t->abi == 0;
  const int full = end_record(s, t);
  // The end of a call is of no use without its beginning, and belongs to the same event.
  if (BPF_OBSERVE && t->lost) t->progress = BPF_HIDDEN;
  return full;
}

// Whether the call may have given the thread a seccomp filter: prctl(2) and seccomp(2), by ABI.
static __always_inline int makes_filter(const struct bpf_task* t) {
  if (!settings.stop_at_filters) return 0;
  if (t->number == (t->abi == 1 ? 172 : 157)) return t->args[0] == PR_SET_SECCOMP;
  return t->number == (t->abi == 1 ? 354 : 317);
}

// True if the thread is to stop: the ring is rather full, or the reader has to look into its memory, which is what it
// was for the call only until the thread goes on.
__noinline int record_exit(struct scratch* s, struct bpf_task* t, __u64 registers) {
  if (!s || !t) return 0;
  if (settings.unneeded && t->held) {
    tell_held(s, t);
    if (BPF_OBSERVE && t->lost) return 0;  // as in record_enter
  }
  const struct pt_regs* regs = AS(pt_regs, registers);
  begin_record(s, t, BPF_RECORD_EXIT, BPF_EXIT_SIZE);
  struct bpf_record* r = (struct bpf_record*)s->bytes;
  __u64 result = regs->ax;
  __u64 error = bpf_get_current_task_btf()->thread_info.status & TS_COMPAT ? (__u64)(__s64)(__s32)result : result;
  int failed = error >= (__u64)-RESTART_LIMIT;
  if (failed) result = error;
  r->args[0] = result;
  r->instruction_pointer = regs->ip;
  r->stack_pointer = regs->sp;
  if (failed) r->flags |= BPF_RECORD_ERROR;
  if (t->faulted)
    repeat_entry(s, t);
  else
    s->unseen = t->unseen;
  const struct capture_program* program = program_of(t);
  if (program && program->exit.count) {
    set_registers(s, t);
    s->result = result;
    s->failed = failed;
    s->error = failed ? -(__u32)result : 0;
    run_program(s, program->exit.first, program->exit.count);
  }
  if ((s->unseen || settings.stand_still) && can_stop(t)) r->flags |= BPF_RECORD_STILL;
  const int full = end_record(s, t);
  return r->flags & BPF_RECORD_STILL || ((full || makes_filter(t)) && can_stop(t));
}

static __always_inline void record_late(struct scratch* s, struct bpf_task* t) {
  begin_record(s, t, BPF_RECORD_LATE, BPF_EXIT_SIZE);
  repeat_entry(s, t);
  end_record(s, t);
}

#include "lives.h"

static __always_inline void record_end(struct scratch* s, struct bpf_task* t) {
  begin_record(s, t, BPF_RECORD_END, BPF_EXIT_SIZE);
  struct bpf_record* r = (struct bpf_record*)s->bytes;
  const __u64 time = r->time;
  const __u64 end = BPF_OBSERVE ? status_of_end() : 0;
  r->args[0] = end;
  end_record(s, t);
  if (BPF_OBSERVE) note_end(t, end, time);
}

// What the programs at the tracepoints end with: makes the records that the thread's state asks for.
SEC("raw_tp")
int on_record(struct bpf_raw_tracepoint_args* context) {
  const __u64 registers = context->args[0];  // of sys_enter and sys_exit
  struct bpf_task* t = traced();
  struct scratch* s = find_scratch();
  if (!t || !s) return 0;
  __u8 wanted = t->to_record;
  if (wanted & BPF_MAKE_LATE) record_late(s, t);
  if (wanted & BPF_MAKE_END) record_end(s, t);
  if (BPF_OBSERVE && wanted & BPF_MAKE_EXEC) record_exec(s, t);
  if (BPF_OBSERVE && wanted & BPF_MAKE_SIGNAL) record_signal(s, t, context->args);
  if (wanted & BPF_MAKE_ENTER) record_enter(s, t, registers, wanted & BPF_RECORD_BEFORE);
  if (BPF_OBSERVE && wanted & BPF_MAKE_ENTER && wanted & BPF_MAKE_EXIT && t->progress == BPF_HIDDEN) {
    t->progress = BPF_OUTSIDE;
    return 0;
  }
  if (wanted & BPF_MAKE_EXIT && record_exit(s, t, registers)) {
    __u8 one = 1;
    bpf_map_update_elem(&stopped, &t->tid, &one, BPF_ANY);
    bpf_send_signal_thread(SIGNAL_STOP);
  }
  return 0;
}

static __always_inline int record(void* context, struct bpf_task* t, __u8 what) {
  t->to_record = what;
  bpf_tail_call(context, &recorder, 0);
  return 0;
}

SEC("raw_tp")
int on_enter(struct bpf_raw_tracepoint_args* context) {
  const __u32 number = context->args[1];
  if (is_passed_over(number)) return 0;
  if (is_stranger() && !(BPF_FILES && number == BPF_ROOT_CALL)) return 0;
  struct bpf_task* t = traced();
  if (!t) return 0;
#if BPF_FILES
  if (t->birth == BPF_READER) return note_root();
#endif
  t->birth = 0;
  t->met = 1;
  if (!note_call(t, context->args[0])) {
    t->progress = BPF_HIDDEN;
    return 0;
  }
  t->progress = BPF_SHOWN;
  return record(context, t, BPF_MAKE_ENTER);
}

SEC("raw_tp")
int on_exit(struct bpf_raw_tracepoint_args* context) {
  if (!settings.all && is_passed_over(AS(pt_regs, context->args[0])->orig_ax)) return 0;
  if (is_stranger()) return 0;
  struct bpf_task* t = traced();
  if (!t) return 0;
#if BPF_FILES
  if (t->birth == BPF_READER) return 0;
#endif
  __u8 progress = t->progress;
  __u8 birth = (BPF_OBSERVE && settings.everyone) && !t->met ? BPF_ATTACHED : t->birth;
  t->met = 1;
  t->progress = BPF_OUTSIDE;
  t->birth = 0;
  if (changes_network(t)) t->network = 0;
  if (progress == BPF_HIDDEN || birth == BPF_BORN) return 0;
  // A thread that is killed does not come back from its call, and nobody can have seen a result.
  if (bpf_get_current_task_btf()->pending.signal.sig[0] >> (SIGNAL_KILL - 1) & 1) return 0;
  if (settings.unneeded && t->held && is_unneeded(AS(pt_regs, context->args[0])->ax)) {
    t->held = 0;
    return 0;
  }
  if (progress == BPF_SHOWN) return record(context, t, BPF_MAKE_EXIT);
  // A seccomp filter of the program's own has kept sys_enter from being seen, or tracing began meanwhile.
  if (!note_call(t, context->args[0])) return 0;
  return record(context, t, BPF_MAKE_ENTER | BPF_MAKE_EXIT | (birth == BPF_ATTACHED ? BPF_RECORD_BEFORE : 0));
}

// A new thread is traced like its creator: before it runs, and if ptrace attaches to it as well.
SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct* parent, struct task_struct* child) {
  struct bpf_task* creator = traced();
  // One that is hidden has none that are shown.
  struct bpf_task* hidden =
      (BPF_OBSERVE && settings.everyone) && !creator ? bpf_task_storage_get(&tasks, parent, 0, 0) : 0;
  if (!hidden && !creator) return 0;
  if (!settings.follow && (BPF_OBSERVE || !child->ptrace)) return 0;
  struct bpf_task born = {};
  born.birth = BPF_BORN;
  if (creator) {
    born.stoppable = creator->stoppable;
    if (BPF_OBSERVE) record_birth(creator, &born, child);
  } else {
    born.hidden = 1;
  }
  if (!bpf_task_storage_get(&tasks, child, &born, BPF_LOCAL_STORAGE_GET_F_CREATE) && born.counted)
    __sync_fetch_and_add(&shared.alive, -1);
  return 0;
}

// What the current task was called, for calls that name it and are looked at when it is gone.
static __always_inline void note_ended(void) {
  const __s32 tid = current_ids().pid;
  const __u32 index = (__u32)tid % BPF_ENDED_SLOTS;
  struct bpf_ended* e = bpf_map_lookup_elem(&ended, &index);
  if (!e) return;
  *(volatile __s32*)&e->tid = 0;
  asm volatile("" ::: "memory");
  bpf_get_current_comm(e->name, BPF_COMM);
  asm volatile("" ::: "memory");
  *(volatile __s32*)&e->tid = tid;
}

// The thread ends. Its death may be long in coming: a leader's is told after those of all other threads.
SEC("raw_tp")
int on_end(void* context) {
  if (settings.want_names) note_ended();
  struct bpf_task* t = traced();
  return t ? record(context, t, BPF_MAKE_END) : 0;
}

// The last moment of the old memory: what was not resident at the entry is by now, since the kernel has read it.
SEC("raw_tp")
int before_exec(void* context) {
  struct bpf_task* t = traced();
  if (!t || !t->faulted || t->progress != BPF_SHOWN) return 0;
  return record(context, t, BPF_MAKE_LATE);
}

// The thread may have taken over the id of its process, and has another memory.
SEC("raw_tp")
int on_exec(void* context) {
  struct bpf_task* t = traced();
  if (!t) return 0;
  t->former = t->tid;
  t->tid = 0;
  t->faulted = 0;
  if (BPF_OBSERVE) return record(context, t, BPF_MAKE_EXEC);
  t->sequence = 0;
  return 0;
}

// A handler is to run, or the default to be done. What ends a process by SIGKILL shows in its end.
SEC("raw_tp")
int on_signal(struct bpf_raw_tracepoint_args* context) {
  struct bpf_task* t = traced();
  if (!t || !BPF_OBSERVE || context->args[0] == SIGNAL_KILL) return 0;
  return record(context, t, BPF_MAKE_SIGNAL);
}

// Run before the others are loaded: the kernel's number for a type of its own.
SEC("syscall")
int find_type(struct bpf_type_question* question) {
  __u64 name[sizeof question->name / 8];
  __builtin_memcpy(name, question->name, sizeof name);
  question->type = bpf_btf_find_by_name_kind((char*)name, sizeof name, question->kind, 0);
  return 0;
}
