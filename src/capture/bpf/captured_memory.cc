#include "capture/bpf/captured_memory.h"

#include <algorithm>
#include <cstring>

#include "describe/capture_ops.h"

namespace sysray::capture::bpf {

void CapturedMemory::begin(Tid tid, Living living) {
  pieces_.clear();
  socket_ = {};
  files_.begin(tid);
  network_ = 0;
  tid_ = tid;
  living_ = living;
  looked_ = false;
  late_ = false;
  take_uncertain();
}

void CapturedMemory::add(const bpf_record& record, Moment moment) {
  const std::byte* start = reinterpret_cast<const std::byte*>(&record);
  size_t at = record.kind == BPF_RECORD_ENTER ? sizeof record : size_t{BPF_EXIT_SIZE};
  if (record.flags & BPF_RECORD_COMM) at += BPF_COMM;
  while (at + sizeof(bpf_copy) <= record.size) {
    bpf_copy copy;
    memcpy(&copy, start + at, sizeof copy);
    at += sizeof copy;
    if (copy.length > record.size - at) return;
    const bool of_entry = record.kind != BPF_RECORD_EXIT || copy.status & describe::CAPTURE_LATE;
    const bool of_moment = of_entry == (moment == Moment::entry);
    if (!(copy.status & (BPF_COPY_NETWORK | BPF_COPY_SOCKET | BPF_COPY_FILE))) [[likely]] {
      if (copy.length > 0 && of_moment) {
        const bool late = record.flags & BPF_RECORD_SHARED && copy.status & describe::CAPTURE_LATE;
        pieces_.push_back({copy.address, copy.length, start + at, late});
        late_ |= late;
      }
    } else if (copy.status & BPF_COPY_NETWORK) {
      network_ = static_cast<u32>(copy.address);
    } else if (of_moment && copy.status & BPF_COPY_SOCKET) {
      s32 protocol = 0;
      memcpy(&protocol, start + at, sizeof protocol);
      socket_ = {true, static_cast<s32>(copy.address), protocol};
    } else if (of_moment && copy.status & BPF_COPY_FILE) {
      files_.add(static_cast<s32>(copy.address), {start + at, copy.length});
    }
    at += (copy.length + size_t{7}) & ~size_t{7};
  }
}

const CapturedMemory::Piece* CapturedMemory::piece_at(u64 address) const {
  for (const Piece& piece : pieces_)
    if (address - piece.address < piece.length) return &piece;
  return nullptr;
}

size_t CapturedMemory::read_captured(u64 from, std::byte* to, size_t size) const {
  size_t done = 0;
  while (done < size) {
    const Piece* piece = piece_at(from + done);
    if (!piece) break;
    const u64 offset = from + done - piece->address;
    const size_t n = std::min<u64>(size - done, piece->length - offset);
    memcpy(to + done, piece->bytes + offset, n);
    done += n;
  }
  return done;
}

void CapturedMemory::note_late(u64 from, size_t size) {
  for (size_t done = 0; done < size;) {
    const Piece& piece = *piece_at(from + done);
    if (piece.late) return note_uncertain();
    done += piece.length - (from + done - piece.address);
  }
}

size_t CapturedMemory::read(RemoteAddress from, void* to, size_t size) {
  std::byte* out = static_cast<std::byte*>(to);
  const size_t done = read_captured(from.value, out, size);
  if (late_) [[unlikely]]
    note_late(from.value, done);
  if (done == size) return done;
  if (living_ == Living::no) {
    note_uncertain();
    return done;
  }
  if (!looked_) memory_.look_at(tid_);
  looked_ = true;
  live_reads_++;
  const size_t got = memory_.read(from + done, out + done, size - done);
  if ((got > 0 && living_ == Living::moving) || memory_.gone()) note_uncertain();
  return done + got;
}

event::MemoryView::StringRead CapturedMemory::read_string(RemoteAddress from, char* to, size_t limit) {
  StringRead result;
  while (result.length < limit) {
    const u64 at = from.value + result.length;
    const Piece* piece = piece_at(at);
    if (!piece) break;
    const u64 offset = at - piece->address;
    const size_t n = std::min<u64>(limit - result.length, piece->length - offset);
    const std::byte* bytes = piece->bytes + offset;
    if (const void* nul = memchr(bytes, 0, n)) {
      const size_t before = static_cast<size_t>(static_cast<const std::byte*>(nul) - bytes);
      memcpy(to + result.length, bytes, before + 1);
      result.length += before;
      result.terminated = true;
      break;
    }
    memcpy(to + result.length, bytes, n);
    result.length += n;
  }
  if (late_) [[unlikely]]
    note_late(from.value, result.length);
  if (result.terminated || result.length == limit) return result;
  const StringRead rest = MemoryView::read_string(from + result.length, to + result.length, limit - result.length);
  return {result.length + rest.length, rest.terminated, rest.faulted};
}

}  // namespace sysray::capture::bpf
