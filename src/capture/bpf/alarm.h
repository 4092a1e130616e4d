// Alarm: the BPF source's only place to sleep: for rings that fill, changes of tracees, signals, the tick.
#pragma once

#include <signal.h>

#include <optional>

#include "base/result.h"
#include "base/types.h"
#include "base/unique_fd.h"
#include "capture/bpf/object.h"

namespace sysray::capture::bpf {

// While it lives, SIGCHLD is blocked and raised for stops too.
class Alarm {
 public:
  static Result<Alarm> make(const sigset_t& awaited, Nanoseconds tick, Object& object);
  Alarm(Alarm&&) = default;
  ~Alarm();

  enum class Depth : u8 {
    light,  // until a time, or until a ring is filled to its mark
    deep,   // until the next record
  };
  // Sleeps until there is something to do; light sleep no longer than `longest`.
  void sleep(Depth depth, Nanoseconds longest);

  // Notes signals and the tick that have come.
  void look();
  std::optional<int> take_signal();
  bool take_tick();

 private:
  Alarm() = default;
  // Undone by the destructor of the Alarm that was made.
  struct Former {
    struct sigaction action;
    sigset_t mask;
  };
  Object* object_ = nullptr;
  std::optional<Former> former_;
  UniqueFd signals_;
  UniqueFd timer_;
  UniqueFd epoll_;
  std::optional<int> signal_;
  bool tick_due_ = false;
  bool ready_ = true;  // signals or the timer may have something
};

}  // namespace sysray::capture::bpf
