// BpfSuccessor: takes a ptrace session over once stops have become so many that the BPF program pays.
#pragma once

#include <functional>
#include <memory>

#include "capture/bpf/depth.h"
#include "capture/ptrace/successor.h"

namespace sysray::capture::bpf {

struct TakeOver {
  // What is captured then. Called once, by another thread; what it refers to must outlive the successor.
  std::function<Depth()> depth;
  bool files = false;  // what is behind descriptors will be wanted
  // From so many stops within a second on; 0: at once, and the session waits for the program to be loaded.
  u64 stops = 1000;
};

// Why: the program takes some 10 ms to load, and each call of the whole machine pays while it is there. A thread that
// stops costs some 5 us a stop: a short trace and one of few calls are cheaper without.
std::unique_ptr<ptrace::Successor> make_successor(TakeOver when);

}  // namespace sysray::capture::bpf
