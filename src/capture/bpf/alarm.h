// Alarm: the BPF source's only place to sleep: for rings that fill, changes of tracees, signals, the tick.
#pragma once

#include <signal.h>

#include <optional>

#include "base/result.h"
#include "base/types.h"
#include "base/unique_fd.h"
#include "capture/bpf/object.h"

namespace sysray::capture::bpf {

class Alarm {
 public:
  // `awaited`, `tick`, `to_peer`: as of ptrace::Watcher::make.
  static Result<Alarm> make(const sigset_t& awaited, Nanoseconds tick, Object& object, int to_peer = -1);
  // From now on, as long as it lives, SIGCHLD is blocked and raised for stops too. To be called once before sleep().
  void listen();
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
  // Whether the peer has let go of its end.
  bool peer_is_gone() const { return peer_is_gone_; }

 private:
  Alarm() = default;
  // Undone by the destructor.
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
  bool peer_is_gone_ = false;
  bool ready_ = true;  // signals or the timer may have something
};

}  // namespace sysray::capture::bpf
