// Attacher: seizes threads that exist already, and says why if that fails.
#pragma once

#include <string_view>
#include <vector>

#include "base/types.h"
#include "capture/messages.h"

namespace sysray::capture::ptrace {

struct Attached {
  Tid tid{};
  Tgid tgid{};
};

class Attacher {
 public:
  // `options`: PTRACE_O_*. `quiet`: nothing is said of success. `remedy`: what else is said if the thread is traced by
  // another already.
  Attacher(unsigned long options, bool quiet, Messages& messages, std::string_view remedy = {})
      : options_(options), quiet_(quiet), messages_(messages), remedy_(remedy) {}

  // Seizes thread `tid` and, with `whole_process`, all other threads of its process, those that start meanwhile
  // included. Threads are interrupted, so that they stop soon. Empty if it failed, which is said with its cause.
  std::vector<Attached> attach(Tid tid, bool whole_process);
  // The same without a word if it fails.
  std::vector<Attached> attach_quietly(Tid tid, bool whole_process);

 private:
  void explain(Tid tid, int error);
  size_t attach_new_threads(Tid leader, Tgid tgid, std::vector<Attached>& to);
  unsigned long options_;
  bool quiet_;
  Messages& messages_;
  std::string_view remedy_;
};

// Process of a thread (Tgid of proc_pid_status(5)); the thread itself if it is gone.
Tgid process_of(Tid tid);

}  // namespace sysray::capture::ptrace
