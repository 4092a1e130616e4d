// Runs capture programs (describe/capture_ops.h): copies memory of the current thread into the record being made.
#pragma once

#include "describe/capture_ops.h"
#include "record.h"

enum {
  SLOT_MASK = CAPTURE_MAX_SLOTS - 1,
  TEMPORARY_MASK = CAPTURE_MAX_TEMPORARIES - 1,
  STEP_LIMIT = 2 * CAPTURE_MAX_STEPS,  // ends of loops are steps of their own here
  PAGE = 4096,
};

struct slot {
  __u64 address;
  __u32 offset;  // in scratch::bytes
  __u32 length;
};

struct loop {
  __u32 first;  // ops of the body
  __u32 end;
  __u32 offset;  // of the element in scratch::bytes
  __u32 stride;
  __u32 left;  // elements, this one included
  __u32 pad;
};

// What a switch has led to: most calls of a multiplexer are alike.
struct choice {
  __s64 selector;
  __u32 pc;  // behind the switch; 0: unused
  __u32 first;
  __u32 end;  // 0: no case was found
  __u32 pad;
};

enum { CHOICES = 16 };

// Where the record is made; one for each CPU, since nothing that uses it can be interrupted by something that does.
struct scratch {
  __u64 args[6];
  __u64 result;
  __u64 stack_pointer;
  __u64 temporaries[CAPTURE_MAX_TEMPORARIES];
  struct slot slots[CAPTURE_MAX_SLOTS];
  struct loop loops[CAPTURE_MAX_NEST];
  struct choice choices[CHOICES];
  __u32 depth;
  __u32 pc;
  __u32 end;
  __u32 used;  // bytes of the record so far
  __u32 kept;  // bytes that are kept when the ring is nearly full
  __u32 limit;
  __u32 error;
  __u32 failed;
  __u32 late;  // CAPTURE_LATE or 0
  __u32 faulted;
  __u32 unseen;  // decoding will read memory that could not be copied
  __u32 socket_noted;
  __u32 is_netlink;
  // Of the copy that is being made.
  __u32 copied;
  __u32 wanted;
  __u32 stride;
  __u32 status;  // enum capture_status
  __u32 found;   // a case of a switch
  __u32 pad;
  __u64 from;
  __s64 selector;
  __u32 low;
  __u32 high;
  // The place in a path that is being noted: addresses of a dentry and a mount.
  __u64 entry;
  __u64 mount;
  __u64 file;  // whose path it is
  // The record. Copies begin below BPF_MAX_RECORD, and are no longer than that.
  char bytes[2 * BPF_MAX_RECORD + 64];
};

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct scratch);
} scratches SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(map_flags, BPF_F_MMAPABLE);
  __uint(max_entries, CAPTURE_MAX_CALLS* CAPTURE_ABIS);
  __type(key, __u32);
  __type(value, struct capture_program);
} plan_programs SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(map_flags, BPF_F_MMAPABLE);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct capture_op);
} plan_ops SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(map_flags, BPF_F_MMAPABLE);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct capture_case);
} plan_cases SEC(".maps");

static __always_inline struct file* file_of(__u32 descriptor) {
  const struct files_struct* own = current_task()->files;
  if (!own) return 0;
  const struct fdtable* table = own->fdt;
  struct file* file = 0;
  if (descriptor >= table->max_fds) return 0;
  bpf_probe_read_kernel(&file, sizeof file, table->fd + descriptor);
  return file;
}

#if BPF_FILES
#include "files.h"
#endif

static __always_inline __u64 cut(__u64 value, __u8 width, int is_signed) {
  switch (width) {
    case 1: return is_signed ? (__u64)(__s64)(signed char)value : (unsigned char)value;
    case 2: return is_signed ? (__u64)(__s64)(short)value : (unsigned short)value;
    case 4: return is_signed ? (__u64)(__s64)(int)value : (unsigned int)value;
  }
  return value;
}

// The number of `width` bytes at an offset of scratch::bytes.
static __always_inline __u64 load(struct scratch* s, __u32 at, __u8 width, int big_endian) {
  at &= 2 * BPF_MAX_RECORD - 1;
  const char* p = s->bytes + at;
  switch (width) {
    case 1: return *(const __u8*)p;
    case 2: return big_endian ? __builtin_bswap16(*(const __u16*)p) : *(const __u16*)p;
    case 4: return big_endian ? __builtin_bswap32(*(const __u32*)p) : *(const __u32*)p;
  }
  return big_endian ? __builtin_bswap64(*(const __u64*)p) : *(const __u64*)p;
}

// The protocol of the netlink socket behind a descriptor of the current thread, -1 if it is none.
static __always_inline int netlink_protocol(__u32 descriptor) {
  struct file* file = file_of(descriptor);
  if (!file || BPF_CORE_READ(file, f_path.dentry, d_sb, s_magic) != SOCKFS_MAGIC) return -1;
  struct socket* socket = BPF_CORE_READ(file, private_data);
  struct inet_sock* own = (struct inet_sock*)BPF_CORE_READ(socket, sk);
  if (!own || BPF_CORE_READ(own, sk.__sk_common.skc_family) != AF_NETLINK) return -1;
  return BPF_CORE_READ(own, sk.sk_protocol);
}

// Records what socket a descriptor is, which may be closed by the time that the reader could look. 1: a netlink socket.
__noinline __u64 note_socket(struct scratch* s, __u32 descriptor) {
  if (!s) return 0;
  if (!s->socket_noted) {
    s->socket_noted = 1;
    int protocol = netlink_protocol(descriptor);
    s->is_netlink = protocol >= 0;
    __u32 at = s->used & (2 * BPF_MAX_RECORD - 1);
    if (at + sizeof(struct bpf_copy) + 8 > s->limit || at >= BPF_MAX_RECORD) return s->is_netlink;
    struct bpf_copy* copy = (struct bpf_copy*)(s->bytes + at);
    copy->address = descriptor;
    copy->length = sizeof protocol;
    copy->status = BPF_COPY_SOCKET | s->late;
    *(int*)(copy + 1) = protocol;
    s->used = at + sizeof *copy + 8;
  }
  return s->is_netlink;
}

__noinline __u64 operand(struct scratch* s, const struct capture_operand* o) {
  if (!s || !o) return 0;
  const __u8 width = o->width;
  __u64 value = 0;
  switch (o->source) {
    case CAPTURE_CONSTANT: value = (__u64)(__s64)o->value; break;
    case CAPTURE_ARGUMENT: {
      __u32 number = o->slot & 7;
      if (number < 6) value = s->args[number];
      break;
    }
    case CAPTURE_RESULT: return s->result;
    case CAPTURE_ERROR: return s->error;
    case CAPTURE_STACK: value = s->stack_pointer; break;
    case CAPTURE_TEMPORARY: return s->temporaries[o->slot & TEMPORARY_MASK];
    case CAPTURE_NETLINK: {
      __u32 number = o->slot & 7;
      return number < 6 ? note_socket(s, s->args[number]) : 1;
    }
    case CAPTURE_FIELD: {
      const struct slot* slot = &s->slots[o->slot & SLOT_MASK];
      __u32 at = (__u32)o->value;
      if (at > slot->length || slot->length - at < width) return 0;
      value = load(s, slot->offset + at, width, o->flags & CAPTURE_BIG_ENDIAN);
      break;
    }
    case CAPTURE_ELEMENT: {
      __u32 depth = s->depth - 1;
      if (depth >= CAPTURE_MAX_NEST) return 0;
      const struct loop* loop = &s->loops[depth];
      __u32 at = (__u32)o->value;
      if (at > loop->stride || loop->stride - at < width) return 0;
      value = load(s, loop->offset + at, width, o->flags & CAPTURE_BIG_ENDIAN);
      break;
    }
    default: return 0;
  }
  return cut(value, width, o->flags & CAPTURE_SIGNED);
}

static __always_inline __s64 divide(__s64 a, __s64 b, int modulo) {
  if (b == 0) return 0;
  __u64 x = a < 0 ? -(__u64)a : (__u64)a, y = b < 0 ? -(__u64)b : (__u64)b;
  __u64 result = modulo ? x % y : x / y;
  int negative = modulo ? a < 0 : (a < 0) != (b < 0);
  return negative ? -(__s64)result : (__s64)result;
}

__noinline __u64 arithmetic(__u8 kind, __u64 a, __u64 b, __u64 before) {
  __s64 x = (__s64)a, y = (__s64)b;
  switch (kind) {
    case CAPTURE_ADD: return a + b;
    case CAPTURE_SUBTRACT: return a - b;
    case CAPTURE_MULTIPLY: return a * b;
    case CAPTURE_DIVIDE: return divide(x, y, 0);
    case CAPTURE_MODULO: return divide(x, y, 1);
    case CAPTURE_AND: return a & b;
    case CAPTURE_OR: return a | b;
    case CAPTURE_XOR: return a ^ b;
    case CAPTURE_SHIFT_LEFT: return b > 63 ? 0 : a << (b & 63);
    case CAPTURE_SHIFT_RIGHT: return b > 63 ? 0 : a >> (b & 63);
    case CAPTURE_LESS: return x < y;
    case CAPTURE_LESS_EQUAL: return x <= y;
    case CAPTURE_EQUAL: return a == b;
    case CAPTURE_NOT_EQUAL: return a != b;
    case CAPTURE_MINIMUM: return x < y ? a : b;
    case CAPTURE_MAXIMUM: return x > y ? a : b;
    case CAPTURE_ALIGN: {
      if (b == 0) return a;
      __u64 rest = a % b;
      return rest ? a + (b - rest) : a;
    }
    case CAPTURE_SELECT: return a ? b : before;
  }
  return 0;
}

// What is read here and there stands in the scratch, not in arguments: functions that many places call, or that branch,
// are global, and the verifier walks each of them once.

// How many bytes an op asks for.
static __always_inline __u64 size_of_copy(struct scratch* s, const struct capture_op* op) {
  __u64 size = op->cap;
  if (op->kind == CAPTURE_UNTIL_ZERO) return (size > CAPTURE_MAX_ELEMENTS ? CAPTURE_MAX_ELEMENTS : size) * op->stride;
  if (op->b.source == CAPTURE_ABSENT) return size;
  __u64 count = operand(s, &op->b);
  if (op->kind == CAPTURE_BYTES) {
    if (count > CAPTURE_MAX_BYTES) return size;
    count *= op->stride;
  }
  return count < size ? count : size;
}

// Room for a copy's header and its `wanted` bytes, which are cut to what fits: `low` is where they go. 0: there is
// none.
__noinline long make_room(struct scratch* s) {
  if (!s) return 0;
  __u32 at = s->used + sizeof(struct bpf_copy);
  __u32 limit = s->limit;
  if (at >= limit || at >= BPF_MAX_RECORD) return 0;
  __u32 room = limit - at, size = s->wanted;
  s->low = at;
  s->copied = 0;
  s->status = 0;
  if (size > room) size = room & ~7u;
  if (size > CAPTURE_MAX_BYTES) size = CAPTURE_MAX_BYTES;
  if (size < s->wanted) s->status = CAPTURE_CUT;
  s->wanted = size;
  return 1;
}

// Ends a copy of `copied` bytes at `low`, and notes it in the op's slot.
static __always_inline void close_copy(struct scratch* s, const struct capture_op* op) {
  __u32 at = s->low, status = s->status, length = s->copied;
  if (status & CAPTURE_FAULT) s->faulted = 1;
  if (status) s->unseen = 1;
  __u32 head = (at - sizeof(struct bpf_copy)) & (2 * BPF_MAX_RECORD - 1);
  struct bpf_copy* copy = (struct bpf_copy*)(s->bytes + head);
  copy->address = s->from;
  copy->length = length;
  copy->status = status | s->late;
  s->used = at + ((length + 7) & ~7u);
  if (op->slot == CAPTURE_NO_SLOT) return;
  struct slot* slot = &s->slots[op->slot & SLOT_MASK];
  slot->address = s->from;
  slot->offset = at;
  slot->length = length;
}

static __always_inline void empty_slot(struct scratch* s, const struct capture_op* op) {
  if (op->slot == CAPTURE_NO_SLOT) return;
  struct slot* slot = &s->slots[op->slot & SLOT_MASK];
  slot->address = 0;
  slot->offset = 0;
  slot->length = 0;
}

// Copies up to the end of a page; stops at one that isn't there.
static long copy_page(__u32 index, void* context) {
  struct scratch* s = *(struct scratch**)context;
  __u64 from = s->from + s->copied;
  __u32 left = s->wanted - s->copied;
  if (s->copied >= s->wanted) return 1;
  __u32 size = PAGE - (from & (PAGE - 1));
  if (size > left) size = left;
  __u32 at = (s->low + s->copied) & (2 * BPF_MAX_RECORD - 1);
  if (at >= BPF_MAX_RECORD || size > PAGE) return 1;
  if (bpf_probe_read_user(s->bytes + at, size, (const void*)from)) return 1;
  s->copied += size;
  return 0;
}

// What is there of the bytes, of which not all are.
__noinline long copy_pages(struct scratch* s) {
  if (!s) return 0;
  s->status |= CAPTURE_FAULT;
  bpf_loop(CAPTURE_MAX_BYTES / PAGE + 1, copy_page, &s, 0);
  return 1;
}

// These copy `wanted` bytes, or less, from `from` to `low`. 0: it can't be done.

__noinline long copy_bytes(struct scratch* s) {
  if (!s) return 0;
  __u32 at = s->low, length = s->wanted;
  if (at >= BPF_MAX_RECORD || length > BPF_MAX_RECORD) return 0;
  if (bpf_probe_read_user(s->bytes + at, length, (const void*)s->from)) return copy_pages(s);
  s->copied = length;
  return 1;
}

__noinline long copy_string(struct scratch* s) {
  if (!s) return 0;
  __u32 at = s->low, size = s->wanted;
  __u32 length = size + 1;  // the helper puts a NUL at the end of what it cuts
  if (at >= BPF_MAX_RECORD || length > CAPTURE_MAX_STRING + 1) return 0;
  long got = bpf_probe_read_user_str(s->bytes + at, length, (const void*)s->from);
  if (got < 0) return copy_pages(s);
  s->copied = got > (long)size ? size : (__u32)got;
  if (got > CAPTURE_MAX_STRING) s->status |= CAPTURE_CUT;
  return 1;
}

// One element; 1 ends the loop.
static long copy_element(__u32 index, void* context) {
  struct scratch* s = *(struct scratch**)context;
  __u32 stride = s->stride;
  __u32 at = (s->low + s->copied) & (2 * BPF_MAX_RECORD - 1);
  if (at >= BPF_MAX_RECORD || s->copied + stride > s->wanted || stride > 64) return 1;
  // Behind it may be anything: with zeros there, whole words can be looked at. No loop: the verifier would walk it.
  __u64* words = (__u64*)(s->bytes + at);
  __builtin_memset(words, 0, 64);
  if (bpf_probe_read_user(s->bytes + at, stride, (const void*)(s->from + s->copied))) {
    s->status |= CAPTURE_FAULT;
    return 1;
  }
  s->copied += stride;
  if (words[0] | words[1] | words[2] | words[3] | words[4] | words[5] | words[6] | words[7]) return 0;
  // Not cut, if it ended within the room that there was.
  s->status &= ~CAPTURE_CUT;
  return 1;
}

__noinline long copy_until_zero(struct scratch* s, const struct capture_op* op) {
  if (!s || !op) return 0;
  s->stride = op->stride;
  bpf_loop(op->cap > CAPTURE_MAX_ELEMENTS ? CAPTURE_MAX_ELEMENTS : op->cap, copy_element, &s, 0);
  return 1;
}

static __always_inline void copy(struct scratch* s, const struct capture_op* op) {
  __u64 address = operand(s, &op->a);
  __u64 size = size_of_copy(s, op);
  empty_slot(s, op);
  if (!address || !size) return;
  s->from = address;
  s->wanted = size > ~0u ? ~0u : (__u32)size;
  if (!make_room(s)) {
    s->unseen = 1;
    return;
  }
  long copied = 0;
  switch (op->kind) {
    case CAPTURE_BYTES: copied = copy_bytes(s); break;
    case CAPTURE_STRING: copied = copy_string(s); break;
    case CAPTURE_UNTIL_ZERO: copied = copy_until_zero(s, op); break;
  }
  if (copied) close_copy(s, op);
}

static __always_inline void begin_loop(struct scratch* s, const struct capture_op* op, __u64 bound) {
  __u32 first = s->pc;
  s->pc += op->length;
  __u32 depth = s->depth;
  if (depth >= CAPTURE_MAX_NEST || !op->stride) return;
  const struct slot* slot = &s->slots[op->a.slot & SLOT_MASK];
  __u32 start = (__u32)op->a.value;
  if (start > slot->length) return;
  __u32 count = (slot->length - start) / op->stride;
  if (count > op->cap) count = op->cap;
  if (count > bound) count = bound;
  if (!count) return;
  struct loop* loop = &s->loops[depth];
  loop->first = first;
  loop->end = first + op->length;
  loop->offset = slot->offset + start;
  loop->stride = op->stride;
  loop->left = count;
  s->depth = depth + 1;
  s->pc = first;
}

// One step of a bisection: the case is among [low, high).
static long bisect(__u32 index, void* context) {
  struct scratch* s = *(struct scratch**)context;
  if (s->low >= s->high) return 1;
  __u32 middle = s->low + (s->high - s->low) / 2;
  const struct capture_case* one = bpf_map_lookup_elem(&plan_cases, &middle);
  if (!one) return 1;
  if (s->selector < one->first) {
    s->high = middle;
  } else if (s->selector > one->last) {
    s->low = middle + 1;
  } else {
    s->pc = one->ops.first;
    s->end = one->ops.first + one->ops.count;
    s->found = 1;
    return 1;
  }
  return 0;
}

__noinline long choose(struct scratch* s, const struct capture_op* op) {
  if (!s || !op) return 0;
  const __s64 selector = (__s64)operand(s, &op->a);
  const __u32 pc = s->pc;
  struct choice* known = &s->choices[(pc ^ (__u32)selector) & (CHOICES - 1)];
  if (known->pc == pc && known->selector == selector) {
    if (!known->end) return 0;
    s->pc = known->first;
    s->end = known->end;
    return 0;
  }
  s->selector = selector;
  s->low = op->stride;
  s->high = op->stride + op->cap;
  s->found = 0;
  bpf_loop(13, bisect, &s, 0);
  known->selector = selector;
  known->pc = pc;
  known->first = s->pc;
  known->end = s->found ? s->end : 0;
  return 0;
}

static long step(__u32 index, void* context) {
  struct scratch* s = *(struct scratch**)context;
  __u32 depth = s->depth - 1;
  if (depth < CAPTURE_MAX_NEST && s->pc == s->loops[depth].end) {
    struct loop* loop = &s->loops[depth];
    if (--loop->left) {
      loop->offset += loop->stride;
      s->pc = loop->first;
    } else {
      s->depth = depth;
    }
    return 0;
  }
  __u32 pc = s->pc;
  if (pc >= s->end) return 1;
  const struct capture_op* op = bpf_map_lookup_elem(&plan_ops, &pc);
  if (!op) return 1;
  s->pc = pc + 1;
  if (op->flags & CAPTURE_ON_SUCCESS && s->failed) {
    s->pc += op->length;
    return 0;
  }
  switch (op->kind) {
    case CAPTURE_BYTES:
    case CAPTURE_STRING:
    case CAPTURE_UNTIL_ZERO: copy(s, op); break;
    case CAPTURE_EACH: begin_loop(s, op, op->b.source == CAPTURE_ABSENT ? ~0ull : operand(s, &op->b)); break;
    case CAPTURE_TEST:
      if (!operand(s, &op->a)) s->pc += op->length;
      break;
    case CAPTURE_COMPUTE: {
      __u64* to = &s->temporaries[op->slot & TEMPORARY_MASK];
      *to = arithmetic(op->arithmetic, operand(s, &op->a), operand(s, &op->b), *to);
      break;
    }
    case CAPTURE_SWITCH: choose(s, op); break;
    case CAPTURE_LIVE: s->unseen = 1; break;
#if BPF_FILES
    case CAPTURE_DESCRIPTOR: note_file(s, (__s32)operand(s, &op->a)); break;
#endif
  }
  return !s->depth && s->pc >= s->end;
}

// Runs a program; its copies are appended to the record in `s`, whose registers are set.
__noinline long run_program(struct scratch* s, __u32 first, __u32 count) {
  if (!s) return 0;
  if (!count) return 0;
  for (int i = 0; i < CAPTURE_MAX_SLOTS; i++) s->slots[i].length = 0;
  __builtin_memset(s->temporaries, 0, sizeof s->temporaries);
  s->depth = 0;
  s->pc = first;
  s->end = first + count;
  bpf_loop(STEP_LIMIT, step, &s, 0);
  if (s->pc < s->end) s->unseen = 1;
  return 0;
}
