// Object: the BPF program in the kernel, with its maps: loaded, attached and taken away again.
#pragma once

#include <sys/mman.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "capture/bpf/bell.h"
#include "capture/bpf/costs.h"
#include "capture/bpf/depth.h"
#include "capture/bpf/ended_names.h"
#include "capture/bpf/loader.h"
#include "capture/bpf/program/record.h"
#include "capture/bpf/ring.h"
#include "capture/source.h"

namespace sysray::capture::bpf {

// What the program needs and this process or kernel does not have, with what to do about it; no error: it may be tried.
Result<void> check_requirements();

class Object {
 public:
  // Loads the program for the calls of the plan. `ring_size`: bytes for each CPU, a power of two of pages; 0: chosen.
  // Nothing is captured before attach(). All of it leaves the kernel when the process ends, however it does.
  static Result<std::unique_ptr<Object>> load(const Plan& plan, const Depth& depth);
  ~Object();
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;

  Result<void> attach();
  // Where names of files begin for this process from now on: with its root directory, as in its /proc.
  Result<void> note_root();
  // Calls of the thread are captured from now on.
  Result<void> add(Tid tid, const bpf_task& state);
  void remove(Tid tid);
  // The map of the threads that were sent SIGSTOP, and the end of an entry in it.
  int stopped() const { return stopped_; }
  void forget_stop(Tid tid);
  // Nothing more is captured; what was is in the rings.
  void detach() { links_.clear(); }

  // Without ptrace (Plan::observe):
  bool observes() const { return observes_; }
  // Events of the thread of which no record has told yet.
  u32 untold(Tid tid) const;
  // Takes the ends that found no room in the rings since this was last asked.
  struct Unplaced {
    Tid tid{};
    bpf_unplaced last{};
  };
  std::vector<Unplaced> take_unplaced();

  const Costs& costs() const { return costs_; }
  // Bytes that the kernel has set aside for all maps, rings included.
  size_t map_bytes() const { return loader_.map_bytes(); }
  size_t ring_bytes() const { return rings_size_; }

  std::span<Ring> rings() { return rings_; }
  Bell& bell() { return *bell_; }
  bpf_shared& shared() { return *shared_; }
  // The names of tasks that have ended; nullptr: they are not noted.
  EndedNames* ended() { return ended_ ? &*ended_ : nullptr; }
  size_t ring_size() const { return ring_size_; }

 private:
  Object(bool observe, bool files) : loader_(observe, files) {}
  Result<void> map_memory(size_t cpus);
  Result<void> map_names(bool wanted);
  static UniqueFd open_thread(Tid tid);
  Result<void> fill(const describe::CapturePlan& copies);
  Result<void> fill_map(const char* name, std::span<const std::byte> bytes);

  Loader loader_;
  std::vector<UniqueFd> links_;
  void* rings_memory_ = MAP_FAILED;
  size_t rings_size_ = 0;
  std::vector<Ring> rings_;
  std::optional<Bell> bell_;
  bpf_shared* shared_ = nullptr;
  bpf_ended* ended_slots_ = nullptr;
  std::optional<EndedNames> ended_;
  int tasks_ = -1;
  int stopped_ = -1;
  int unplaced_ = -1;
  u32 unplaced_seen_ = 0;
  bool observes_ = false;
  bool everyone_ = false;
  Costs costs_;
  size_t ring_size_ = 0;
};

}  // namespace sysray::capture::bpf
