// Guard: a small process that outlives a tracer which was killed, and sends those on whom back-pressure has stopped.
#pragma once

#include <sys/types.h>

#include <utility>

#include "base/result.h"
#include "base/unique_fd.h"

namespace sysray::capture::bpf {

// Why: the kernel detaches from the tracees of a tracer that dies, and then delivers what it held back: the SIGSTOP of
// back-pressure stops the process for good. It is no child of ours, and ends as soon as we do.
class Guard {
 public:
  // `stopped`: the map of the threads to which the program has sent SIGSTOP.
  static Result<Guard> start(int stopped);
  Guard(Guard&& other) noexcept : life_(std::move(other.life_)), starter_(std::exchange(other.starter_, 0)) {}
  // Tells it that all is well.
  ~Guard();
  // Waits for the process that has started it. To be called before changes of other children are waited for; not at
  // once, since there is other work to do meanwhile.
  void settle();

 private:
  Guard(UniqueFd life, pid_t starter) : life_(std::move(life)), starter_(starter) {}
  UniqueFd life_;  // its other end sees when we are gone
  pid_t starter_;  // a child of ours that ends once the guard runs; 0: it has been waited for
};

}  // namespace sysray::capture::bpf
