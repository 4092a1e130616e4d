// Guard: a small process that outlives a tracer which was killed, and sends those on whom back-pressure has stopped.
#pragma once

#include "base/result.h"
#include "base/unique_fd.h"

namespace sysray::capture::bpf {

// Why: the kernel detaches from the tracees of a tracer that dies, and then delivers what it held back: the SIGSTOP of
// back-pressure stops the process for good. It is no child of ours, and ends as soon as we do.
class Guard {
 public:
  // `stopped`: the map of the threads to which the program has sent SIGSTOP.
  static Result<Guard> start(int stopped);
  Guard(Guard&&) = default;
  // Tells it that all is well.
  ~Guard();

 private:
  explicit Guard(UniqueFd life) : life_(std::move(life)) {}
  UniqueFd life_;  // its other end sees when we are gone
};

}  // namespace sysray::capture::bpf
