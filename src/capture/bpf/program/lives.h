// The life of threads that are observed without ptrace: their births, programs, signals and ends, as records.
#pragma once

// Ends that found no room, by tid: the reader learns here what is missing.
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 16384);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, __s32);
  __type(value, struct bpf_unplaced);
} unplaced SEC(".maps");

// The id of a new thread in the reader's pid namespace; the one of the machine if it has none there.
static __always_inline __s32 id_of(struct task_struct* task) {
  struct pid* pid = task->thread_pid;
  const __u32 level = BPF_CORE_READ(pid, level);
  for (__u32 i = 0; i < MAX_PID_NS_LEVEL; i++) {
    if (i > level) break;
    struct upid id = {};
    bpf_probe_read_kernel(&id, sizeof id, (char*)__builtin_preserve_access_index(&pid->numbers) + i * sizeof id);
    if (BPF_CORE_READ(id.ns, ns.inum) == settings.namespace_inode) return id.nr;
  }
  return task->pid;
}

static __always_inline void record_birth(struct bpf_task* creator, struct bpf_task* born, struct task_struct* child) {
  struct scratch* s = find_scratch();
  if (!s) return;
  __sync_fetch_and_add(&shared.alive, 1);
  born->counted = 1;
  born->met = 1;
  if (!creator->tid) find_ids(creator);
  born->tid = id_of(child);
  born->tgid = child->tgid == bpf_get_current_task_btf()->tgid ? creator->tgid : born->tid;
  begin_record(s, creator, BPF_RECORD_BORN, BPF_EXIT_SIZE);
  ((struct bpf_record*)s->bytes)->args[0] = (__u32)born->tid | (__u64)(__u32)born->tgid << 32;
  end_record(s, creator);
}

static __always_inline void record_exec(struct scratch* s, struct bpf_task* t) {
  begin_record(s, t, BPF_RECORD_EXEC, BPF_EXIT_SIZE);
  ((struct bpf_record*)s->bytes)->args[0] = (__u32)t->former;
  end_record(s, t);
}

// `context`: of the tracepoint signal_deliver.
static __always_inline void record_signal(struct scratch* s, struct bpf_task* t, const __u64* context) {
  enum { KERNEL_SIGINFO = 48 };
  begin_record(s, t, BPF_RECORD_SIGNAL, BPF_EXIT_SIZE);
  struct bpf_record* r = (struct bpf_record*)s->bytes;
  r->args[0] = (__u32)context[0];
  r->instruction_pointer = ((struct pt_regs*)bpf_task_pt_regs(bpf_get_current_task_btf()))->ip;
  const __u32 at = s->used & 255;
  struct bpf_copy* copy = (struct bpf_copy*)(s->bytes + at);
  copy->address = 0;
  copy->length = KERNEL_SIGINFO;
  copy->status = 0;
  if (bpf_probe_read_kernel(s->bytes + at + sizeof *copy, KERNEL_SIGINFO, (const void*)context[1]) == 0)
    s->used += sizeof *copy + KERNEL_SIGINFO;
  end_record(s, t);
}

// What wait4(2) will tell of the current thread, which ends.
static __always_inline __u64 status_of_end(void) {
  struct task_struct* task = bpf_get_current_task_btf();
  struct signal_struct* signal = task->signal;
  __u64 status = signal->flags & SIGNAL_GROUP_EXIT ? signal->group_exit_code : task->exit_code;
  status &= 0xffff;
  return signal->live.counter == 0 ? status | BPF_END_OF_PROCESS : status;
}

// After the record of its end: the last chance to tell what could not be told.
static __always_inline void note_end(struct bpf_task* t, __u64 end, __u64 time) {
  if (t->lost) {
    struct bpf_unplaced last = {time, end, t->lost - 1, t->tgid};
    bpf_map_update_elem(&unplaced, &t->tid, &last, BPF_ANY);
    __sync_fetch_and_add(&shared.unplaced, 1);
  }
  if (t->counted) __sync_fetch_and_add(&shared.alive, -1);
  t->counted = 0;
}
