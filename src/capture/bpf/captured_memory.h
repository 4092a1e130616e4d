// CapturedMemory: the copies of records as a MemoryView; what they lack is read from the living thread.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "capture/bpf/captured_files.h"
#include "capture/bpf/program/record.h"
#include "capture/ptrace/live_memory.h"
#include "event/memory_view.h"
#include "event/raw_event.h"

namespace sysray::capture::bpf {

enum class Moment : u8 { entry, exit };

// What the thread does that is asked for what was not captured: it stands as it did at that moment, or has moved on.
// no: it can't be asked.
enum class Living : u8 { no, moving, still };

// The copies are not copied: records must outlive what is made of them until the next clear().
class CapturedMemory : public event::MemoryView {
 public:
  // From here on the memory of a thread at one moment.
  void begin(Tid tid, Living living);
  // Adds the copies of a record that belong to the moment. What was added first wins.
  void add(const bpf_record& record, Moment moment);

  size_t read(RemoteAddress from, void* to, size_t size) override;
  StringRead read_string(RemoteAddress from, char* to, size_t limit) override;

  // What socket a descriptor of the call is, if the records tell.
  const event::SocketFact& socket() const { return socket_; }

  // What is behind descriptors of the call, as far as the records tell.
  const event::CapturedFiles& files() const { return files_.files(); }

  // The thread's network namespace, if the records tell; else 0.
  u32 network() const { return network_; }

  // Reads that the copies could not answer.
  u64 live_reads() const { return live_reads_; }

 private:
  struct Piece {
    u64 address;
    u64 length;
    const std::byte* bytes;
    bool late = false;
  };
  const Piece* piece_at(u64 address) const;
  size_t read_captured(u64 from, std::byte* to, size_t size) const;
  // Of captured bytes that are read.
  void note_late(u64 from, size_t size);

  std::vector<Piece> pieces_;
  ptrace::LiveMemory memory_;
  event::SocketFact socket_;
  CapturedFileSet files_;
  u32 network_ = 0;
  Living living_ = Living::no;
  bool late_ = false;    // some pieces may have changed between the moment and their copy
  bool looked_ = false;  // the live memory was asked at this moment
  Tid tid_{};
  u64 live_reads_ = 0;
};

}  // namespace sysray::capture::bpf
