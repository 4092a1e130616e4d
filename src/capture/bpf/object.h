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
#include "capture/bpf/depth.h"
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

  std::span<Ring> rings() { return rings_; }
  Bell& bell() { return *bell_; }
  bpf_shared& shared() { return *shared_; }
  size_t ring_size() const { return ring_size_; }

 private:
  explicit Object(bool files) : loader_(files) {}
  Result<void> map_memory(size_t cpus);
  Result<void> fill(const describe::CapturePlan& copies);
  Result<void> fill_map(const char* name, std::span<const std::byte> bytes);

  Loader loader_;
  std::vector<UniqueFd> links_;
  void* rings_memory_ = MAP_FAILED;
  size_t rings_size_ = 0;
  std::vector<Ring> rings_;
  std::optional<Bell> bell_;
  bpf_shared* shared_ = nullptr;
  int tasks_ = -1;
  int stopped_ = -1;
  size_t ring_size_ = 0;
};

}  // namespace sysray::capture::bpf
