// RecordFeed: the records of the rings in order, as calls for a listener; and the throttling of threads that outrun it.
#pragma once

#include <unordered_map>
#include <vector>

#include "capture/bpf/captured_memory.h"
#include "capture/bpf/object.h"
#include "capture/bpf/record_listener.h"
#include "capture/messages.h"

namespace sysray::capture::bpf {

class RecordFeed : public ptrace::CallFeed {
 public:
  // All must outlive the feed. `notes_files`: records tell what is behind descriptors.
  RecordFeed(Object& object, RecordListener& listener, bool notes_files, Messages& messages)
      : object_(object), listener_(listener), notes_files_(notes_files), messages_(messages) {}

  // Delivers what was recorded up to now, in order of time. True if there was anything.
  // `exec`: a thread that has a new memory since its last record.
  bool drain(Tid exec = {});
  // Delivers the entries that wait for the memory that could not be copied, if they have waited long enough (all: in
  // any case), or those of one thread.
  void release_waiting(Nanoseconds now, bool all);
  void release_waiting_of(Tid tid);
  bool anything_waits() const { return !waiting_.empty(); }
  bool anyone_is_throttled() const { return !throttled_.empty(); }
  // Resumes all threads that are throttled.
  void end_throttling();

  void begin(Tid tid, bool in_call) override;
  bool end(Tid tid) override;
  void throttled(Tid tid, int status) override;

  struct Statistics {
    u64 records = 0;
    u64 lost = 0;  // by the numbers of the records
    u64 stops = 0;
    u64 late = 0;  // entries whose memory was not resident
  };
  const Statistics& statistics() const { return statistics_; }
  // The same in one line, for -d; without stops, the caller knows better how much is lost.
  std::string report(u64 lost) const;
  const CapturedMemory& memory() const { return memory_; }

 private:
  // An entry that waits.
  struct Waiting {
    std::vector<std::byte> entry;
    Nanoseconds since = 0;
  };

  struct Thread {
    u32 sequence = 0;  // of the next record
    u32 network = 0;   // its namespace
  };

  void deliver_run(Ring& ring, u64 until);
  void deliver(const bpf_record& record);
  void enter(const bpf_record& record, const bpf_record* late);
  void exit(const bpf_record& record);
  void pass_on(const bpf_record& record);
  void count(const bpf_record& record);
  Thread& thread(const bpf_record& record) {
    if (record.tid == last_tid_ && last_thread_) [[likely]]
      return *last_thread_;
    return find_thread(record);
  }
  Thread& find_thread(const bpf_record& record);
  void add_surroundings(const bpf_record& record, ptrace::CapturedCall& call);
  bool relieved() const;
  ptrace::Timestamps time_of(const bpf_record& record) const;

  Object& object_;
  RecordListener& listener_;
  bool notes_files_;
  Messages& messages_;
  CapturedMemory memory_;
  std::vector<u64> heads_;  // times of the oldest records, by ring
  std::unordered_map<s32, Waiting> waiting_;
  std::unordered_map<s32, Thread> threads_;
  s32 last_tid_ = 0;
  Thread* last_thread_ = nullptr;
  std::vector<std::pair<Tid, int>> throttled_;
  Nanoseconds realtime_ = 0;  // CLOCK_REALTIME minus CLOCK_MONOTONIC
  Tid exec_{};
  Statistics statistics_;
};

}  // namespace sysray::capture::bpf
