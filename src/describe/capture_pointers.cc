// What pointers point to: strings, objects, arrays.
#include <algorithm>

#include "describe/capture_choices.h"
#include "describe/capture_walk.h"

namespace sysray::describe {

namespace {

constexpr u32 max_depth = 6;              // of pointers
constexpr u32 max_tail = 4096;            // bytes behind a known object that are looked at
constexpr u32 leaf_size = 256;            // copied without asking whether it is shown
constexpr u32 max_descriptor_set = 8192;  // bytes: how many are said to be in one is often too much
constexpr u32 path_size = 4096;           // PATH_MAX, linux/limits.h

}  // namespace

bool CaptureWalk::is_scalar(const Type& type) const {
  switch (type.kind) {
    case TypeKind::integer:
    case TypeKind::address:
    case TypeKind::set:
    case TypeKind::pointer: return true;
    case TypeKind::format:
    case TypeKind::semantic: return type.width != 0;
    default: return false;
  }
}

// Whether what is pointed to is small and hangs on nothing.
bool CaptureWalk::is_leaf(const Type& pointer) {
  const Type& target = model_.types[pointer.ref];
  if (target.kind == TypeKind::string || target.kind == TypeKind::path) return true;
  if (pointer.size != none || target.kind == TypeKind::chars) return false;
  const u32 size = size_of(model_, pointer.ref, target_);
  return size > 0 && size <= leaf_size && !reads_memory(pointer.ref);
}

u8 CaptureWalk::copy(capture_op op, bool noted) {
  op.flags = success_only_ ? CAPTURE_ON_SUCCESS : 0;
  op.slot = noted ? program().new_slot() : static_cast<u8>(CAPTURE_NO_SLOT);
  program().add(op);
  return op.slot;
}

void CaptureWalk::pointed(const Type& pointer, const Quantity& address, const CaptureNames& names) {
  if (pointer.ref == none || model_.types[pointer.ref].kind == TypeKind::none) return;
  if (!address.exact()) return live(CAPTURE_LIVE_EXPRESSION);
  if (depth_ >= max_depth) return live(CAPTURE_LIVE_DEEP);
  depth_++;
  if_shown(is_leaf(pointer) ? none : pointer.valid, names, [&] {
    program().scoped([&] {
      const Quantity size = expressions_.value_or(pointer.size, names, unknown());
      target_at({pointer, size, address}, pointer.ref, names);
    });
  });
  depth_--;
}

void CaptureWalk::target_at(const Pointee& pointee, u32 index, const CaptureNames& names) {
  const Type& target = model_.types[index];
  switch (target.kind) {
    case TypeKind::none: return;
    case TypeKind::string:
    case TypeKind::path: return string_at(pointee, target, names);
    case TypeKind::chars: return chars_at(pointee, target, names);
    case TypeKind::array: return array_at(pointee, target, names);
    case TypeKind::union_type: {
      return union_cases(target, names, [&](u32 chosen, CaptureNames inner) {
        inner.extent = pointee.pointer.size != none ? pointee.size : expressions_.constant(0);
        target_at(pointee, chosen, inner);
      });
    }
    default: break;
  }
  if (target.kind == TypeKind::semantic && !is_scalar(target)) return set_at(pointee, target, names);
  object_at(pointee, index, names);
}

void CaptureWalk::string_at(const Pointee& pointee, const Type& type, const CaptureNames& names) {
  const bool is_path = type.kind == TypeKind::path;
  const Quantity bound = expressions_.value_or(type.count, names, unknown());
  capture_op op = string_op(pointee.address.operand, bound.operand, is_path ? path_size : u32{CAPTURE_MAX_STRING});
  op.limit = is_path ? CAPTURE_LIMIT_NONE : CAPTURE_LIMIT_STRING_NUL;
  copy(op, false);
}

void CaptureWalk::chars_at(const Pointee& pointee, const Type& type, const CaptureNames& names) {
  const bool before = std::exchange(expressions_.loose, true);
  const Quantity size =
      expressions_.value_or(type.count, names, pointee.pointer.size != none ? pointee.size : names.extent);
  expressions_.loose = before;
  capture_op op = bytes_op(pointee.address.operand, size.operand, 1, CAPTURE_MAX_BYTES);
  op.limit = type.uncut ? CAPTURE_LIMIT_NONE : CAPTURE_LIMIT_STRING_NUL;
  copy(op, false);
}

void CaptureWalk::set_at(const Pointee& pointee, const Type& type, const CaptureNames& names) {
  switch (type.semantic) {
    case Semantic::sigset:
      copy(bytes_op(pointee.address.operand, expressions_.value_or(type.count, names, unknown()).operand, 1, 8), false);
      break;
    case Semantic::fdset: {
      const Quantity bits = expressions_.value_or(type.count, names, expressions_.constant(1024));
      const Quantity words = expressions_.both(CAPTURE_ALIGN, bits, expressions_.constant(target_.word() * 8));
      const Quantity bytes = expressions_.both(CAPTURE_SHIFT_RIGHT, words, expressions_.constant(3));
      copy(bytes_op(pointee.address.operand, bytes.operand, 1, max_descriptor_set), false);
      if (descriptors_) live(CAPTURE_LIVE_DESCRIPTOR);
      break;
    }
    case Semantic::ipv4: copy(bytes_op(pointee.address.operand, {}, 1, 4), false); break;
    case Semantic::mac:
      copy(bytes_op(pointee.address.operand, expressions_.value_or(type.count, names, expressions_.constant(6)).operand,
                    1, CAPTURE_MAX_BYTES),
           false);
      break;
    default: copy(bytes_op(pointee.address.operand, {}, 1, 16), false);
  }
}

void CaptureWalk::object_at(const Pointee& pointee, u32 index, const CaptureNames& names) {
  const Type& target = model_.types[index];
  const u32 fixed = size_of(model_, index, target_);
  const bool flexible = target.kind == TypeKind::structure && model_.structs[target.ref].flexible;
  const Type& pointer = pointee.pointer;
  const Quantity& size = pointee.size;
  u64 cap = pointer.size == none ? fixed : flexible ? u64{CAPTURE_MAX_BYTES} : fixed;
  if (pointer.size != none && pointer.tail != Tail::none) cap += max_tail;
  if (cap == 0) return;
  const bool reads = reads_memory(index);
  const Field* tail = flexible && pointer.size == none ? counted_tail(model_.structs[target.ref]) : nullptr;
  if (!reads && !tail && pointer.size == none && program().copied(pointee.address.operand, fixed)) return;
  const u8 slot = copy(bytes_op(pointee.address.operand, size.operand, 1, cap), reads || tail);
  if (tail) tail_at(pointee, target, *tail, slot, names);
  if (!reads) return;
  CaptureNames inner = names;
  inner.extent = size.known() ? size : expressions_.constant(fixed);
  from_bytes(index, {CapturePlace::Kind::slot, slot, 0, 0}, inner);
}

// The array at the end of a struct, whose length the struct's own fields give.
const Field* CaptureWalk::counted_tail(const Struct& st) const {
  if (st.fields.count == 0) return nullptr;
  const Field& last = model_.fields[st.fields.first + st.fields.count - 1];
  if (last.type == none || last.from_expression) return nullptr;
  const Type& array = model_.types[last.type];
  const bool counted = (array.kind == TypeKind::array && array.array == ArrayKind::counted) ||
                       array.kind == TypeKind::chars || array.kind == TypeKind::string;
  return counted && array.count != none ? &last : nullptr;
}

void CaptureWalk::tail_at(const Pointee& pointee, const Type& target, const Field& tail, u8 head,
                          const CaptureNames& names) {
  const Type& array = model_.types[tail.type];
  const u32 each = array.kind == TypeKind::array ? size_of(model_, array.ref, target_) : 1;
  if (each == 0) return;
  if (array.kind == TypeKind::array && reads_memory(array.ref)) return live(CAPTURE_LIVE_PLACE);
  CaptureNames inner;
  inner.parameters = parameters(target.arguments, names);
  inner.structure = &model_.structs[target.ref];
  inner.place = {CapturePlace::Kind::slot, head, 0, 0};
  inner.extent = names.extent;
  const Quantity count = expressions_.value(array.count, inner);
  const Quantity at =
      expressions_.both(CAPTURE_ADD, pointee.address, expressions_.constant(tail.offset[target_.layout_index()]));
  copy(bytes_op(at.operand, count.operand, each, CAPTURE_MAX_BYTES), false);
}

void CaptureWalk::elements_at(const Pointee& pointee, const Type& array, const Quantity& count,
                              const CaptureNames& names) {
  const u32 each = size_of(model_, array.ref, target_);
  if (each == 0) return;
  const Type& type = model_.types[array.ref];
  const bool filtered = type.kind == TypeKind::structure && model_.structs[type.ref].keep != none;
  const bool reads = reads_memory(array.ref);
  capture_op op = bytes_op(pointee.address.operand, count.operand, each, CAPTURE_MAX_BYTES);
  op.limit = filtered ? CAPTURE_LIMIT_NONE : array.limited ? CAPTURE_LIMIT_CUT_LIST : CAPTURE_LIMIT_ELEMENTS_MORE;
  const u8 slot = copy(op, reads);
  if (!reads) return;
  loop(each_op(array, slot, 0, each, filtered), array, names);
}

void CaptureWalk::zero_terminated_at(const Pointee& pointee, const Type& array, const CaptureNames& names) {
  const u32 each = size_of(model_, array.ref, target_);
  if (each == 0) return;
  const bool counting = array.count_words != none;  // abbreviated, only the number of elements is shown
  const bool reads = reads_memory(array.ref);
  capture_op op{};
  op.kind = CAPTURE_UNTIL_ZERO;
  op.limit = counting ? CAPTURE_LIMIT_NONE : array.limited ? CAPTURE_LIMIT_CUT_LIST : CAPTURE_LIMIT_ELEMENTS_MORE;
  op.stride = each;
  op.cap = CAPTURE_MAX_BYTES / each;
  op.a = pointee.address.operand;
  const u8 slot = copy(op, reads);
  if (!reads) return;
  auto all = [&] { loop(each_op(array, slot, 0, each, false), array, names); };
  if (counting)
    program().only_if(exactly({CAPTURE_VERBOSE, 0, 8, 0, 0}), all);
  else
    all();
}

void CaptureWalk::chain_at(const Pointee& pointee, const Type& array, const CaptureNames& names) {
  const Quantity size =
      expressions_.value_or(array.count, names, pointee.pointer.size != none ? pointee.size : names.extent);
  copy(bytes_op(pointee.address.operand, size.operand, 1, CAPTURE_MAX_BYTES), false);
  if (reads_memory(array.ref)) live(CAPTURE_LIVE_PLACE);
}

void CaptureWalk::array_at(const Pointee& pointee, const Type& array, const CaptureNames& names) {
  if (array.array == ArrayKind::until_zero) return zero_terminated_at(pointee, array, names);
  if (array.array == ArrayKind::chain) return chain_at(pointee, array, names);
  const u32 each = std::max<u32>(size_of(model_, array.ref, target_), 1);
  Quantity count = expressions_.value_or(array.count, names, unknown());
  if (array.array == ArrayKind::flexible) count = pointee.pointer.size != none ? pointee.size : names.extent;
  if (array.array != ArrayKind::counted && each > 1)
    count = expressions_.both(CAPTURE_DIVIDE, count, expressions_.constant(each));
  auto all = [&] { elements_at(pointee, array, count, names); };
  if (array.count_words != none)
    program().only_if(exactly({CAPTURE_VERBOSE, 0, 8, 0, 0}), all);
  else
    all();
}

}  // namespace sysray::describe
