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

// Where the record is made; one for each CPU, since nothing that uses it can be interrupted by something that does.
struct scratch {
  __u64 args[6];
  __u64 result;
  __u64 stack_pointer;
  __u64 temporaries[CAPTURE_MAX_TEMPORARIES];
  struct slot slots[CAPTURE_MAX_SLOTS];
  struct loop loops[CAPTURE_MAX_NEST];
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
  // Of the copy that a helper's loop makes.
  __u32 copied;
  __u32 wanted;
  __u32 stride;
  __u32 found;
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
  if (!file || (BPF_CORE_READ(file, f_inode, i_mode) & S_IFMT) != S_IFSOCK) return -1;
  struct socket* socket = BPF_CORE_READ(file, private_data);
  struct sock* sock = BPF_CORE_READ(socket, sk);
  if (!sock || BPF_CORE_READ(sock, __sk_common.skc_family) != AF_NETLINK) return -1;
  return BPF_CORE_READ(sock, sk_protocol);
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

// Room for a copy's header and bytes: where the bytes go, or 0 if there is none. `*size` is cut to what fits.
static __always_inline __u32 make_room(struct scratch* s, __u64* size, __u32* status) {
  __u32 at = s->used + sizeof(struct bpf_copy);
  __u32 limit = s->limit;
  if (at >= limit || at >= BPF_MAX_RECORD) return 0;
  __u64 room = limit - at;
  if (*size > room) {
    *size = room & ~7ull;
    *status |= CAPTURE_CUT;
  }
  if (*size > CAPTURE_MAX_BYTES) {
    *size = CAPTURE_MAX_BYTES;
    *status |= CAPTURE_CUT;
  }
  return at;
}

// Ends a copy of `length` bytes at `at`, and notes it in the op's slot.
static __always_inline void close_copy(struct scratch* s, const struct capture_op* op, __u64 address, __u32 at,
                                       __u32 length, __u32 status) {
  if (status & CAPTURE_FAULT) s->faulted = 1;
  if (status) s->unseen = 1;
  __u32 head = (at - sizeof(struct bpf_copy)) & (2 * BPF_MAX_RECORD - 1);
  struct bpf_copy* copy = (struct bpf_copy*)(s->bytes + head);
  copy->address = address;
  copy->length = length;
  copy->status = status | s->late;
  s->used = at + ((length + 7) & ~7u);
  if (op->slot == CAPTURE_NO_SLOT) return;
  struct slot* slot = &s->slots[op->slot & SLOT_MASK];
  slot->address = address;
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

// What is there of `length` bytes, of which not all are.
static __always_inline __u32 copy_pages(struct scratch* s, __u64 address, __u32 at, __u32 length) {
  s->from = address;
  s->wanted = length;
  s->copied = 0;
  s->low = at;
  bpf_loop(CAPTURE_MAX_BYTES / PAGE + 1, copy_page, &s, 0);
  return s->copied;
}

__noinline long copy_bytes(struct scratch* s, const struct capture_op* op) {
  if (!s || !op) return 0;
  __u64 address = operand(s, &op->a);
  __u64 size = op->cap;
  if (op->b.source != CAPTURE_ABSENT) {
    __u64 count = operand(s, &op->b);
    if (count <= CAPTURE_MAX_BYTES && count * op->stride < size) size = count * op->stride;
  }
  empty_slot(s, op);
  if (!address || !size) return 0;
  __u32 status = 0;
  __u32 at = make_room(s, &size, &status);
  if (!at) return 0;
  __u32 length = size;
  if (at >= BPF_MAX_RECORD || length > BPF_MAX_RECORD) return 0;
  if (bpf_probe_read_user(s->bytes + at, length, (const void*)address)) {
    length = copy_pages(s, address, at, length);
    status |= CAPTURE_FAULT;
  }
  close_copy(s, op, address, at, length, status);
  return 0;
}

__noinline long copy_string(struct scratch* s, const struct capture_op* op) {
  if (!s || !op) return 0;
  __u64 address = operand(s, &op->a);
  __u64 size = op->cap;
  if (op->b.source != CAPTURE_ABSENT) {
    __u64 bound = operand(s, &op->b);
    if (bound < size) size = bound;
  }
  empty_slot(s, op);
  if (!address || !size) return 0;
  __u32 status = 0;
  __u32 at = make_room(s, &size, &status);
  if (!at) return 0;
  __u32 length = size + 1;  // the helper puts a NUL at the end of what it cuts
  if (at >= BPF_MAX_RECORD || length > CAPTURE_MAX_STRING + 1) return 0;
  long got = bpf_probe_read_user_str(s->bytes + at, length, (const void*)address);
  if (got < 0) {
    got = copy_pages(s, address, at, size);
    status |= CAPTURE_FAULT;
  }
  if (got > (long)size) got = size;
  close_copy(s, op, address, at, got, status);
  return 0;
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
    s->found = 2;
    return 1;
  }
  s->copied += stride;
  if (words[0] | words[1] | words[2] | words[3] | words[4] | words[5] | words[6] | words[7]) return 0;
  s->found = 1;
  return 1;
}

__noinline long copy_until_zero(struct scratch* s, const struct capture_op* op) {
  if (!s || !op) return 0;
  __u64 address = operand(s, &op->a);
  __u32 cap = op->cap;
  if (cap > CAPTURE_MAX_ELEMENTS) cap = CAPTURE_MAX_ELEMENTS;
  __u64 size = (__u64)cap * op->stride;
  empty_slot(s, op);
  if (!address || !size) return 0;
  __u32 status = 0;
  __u32 at = make_room(s, &size, &status);
  if (!at) return 0;
  s->from = address;
  s->wanted = size;
  s->copied = 0;
  s->low = at;
  s->stride = op->stride;
  s->found = 0;
  bpf_loop(cap, copy_element, &s, 0);
  if (s->found == 2) status |= CAPTURE_FAULT;
  // Not cut, if it ended within the room that there was.
  if (s->found == 1) status &= ~CAPTURE_CUT;
  close_copy(s, op, address, at, s->copied, status);
  return 0;
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
    return 1;
  }
  return 0;
}

__noinline long choose(struct scratch* s, const struct capture_op* op) {
  if (!s || !op) return 0;
  s->selector = (__s64)operand(s, &op->a);
  s->low = op->stride;
  s->high = op->stride + op->cap;
  bpf_loop(13, bisect, &s, 0);
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
    case CAPTURE_BYTES: copy_bytes(s, op); break;
    case CAPTURE_STRING: copy_string(s, op); break;
    case CAPTURE_UNTIL_ZERO: copy_until_zero(s, op); break;
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
  return 0;
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
