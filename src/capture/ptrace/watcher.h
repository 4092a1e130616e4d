// Watcher: signals to the tracer and the tick, noticed by a thread of its own while the tracer blocks in wait4(2).
#pragma once

#include <signal.h>

#include <atomic>
#include <memory>
#include <optional>
#include <thread>

#include "base/result.h"
#include "base/types.h"
#include "base/unique_fd.h"

namespace sysray::capture::ptrace {

// Why a thread: no call waits for children and descriptors alike, and turning stops into a descriptor (SIGCHLD through
// signalfd and epoll) costs a third more for each stop than wait4, which the kernel wakes on the CPU of the tracee.
class Watcher {
 public:
  // `awaited`: blocked signals to be told of. `tick`: interval in nanoseconds, 0 for none. `to_peer`: the write end of
  // a pipe whose closing at the other end is to be told of, -1 for none; it must outlive the watcher.
  static Result<std::unique_ptr<Watcher>> make(const sigset_t& awaited, Nanoseconds tick, int to_peer = -1);
  ~Watcher();
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  // The calling thread is about to block, and has done so: in between its system calls fail with EINTR from the moment
  // on that there is something to look at.
  void begin_blocking() { blocking_.store(true); }
  void end_blocking() { blocking_.store(false); }

  bool has_news() const { return news_.load(std::memory_order_relaxed); }
  // Reads what there is: then take_signal() and take_tick() tell of it. A SIGPIPE that the calling thread brought upon
  // itself is found only here, since it is nobody else's; so this is to be called now and then without news.
  void look();
  bool has_signal() const { return signal_.has_value(); }
  // An interrupting signal that came, once.
  std::optional<int> take_signal();
  // Whether the peer has let go of its end.
  bool peer_is_gone() const { return peer_is_gone_.load(std::memory_order_relaxed); }
  // Whether the tick was due since the last call.
  bool take_tick();

 private:
  Watcher(UniqueFd signals, UniqueFd timer, UniqueFd stop, int to_peer)
      : signals_(std::move(signals)), timer_(std::move(timer)), stop_(std::move(stop)), to_peer_(to_peer) {}
  void start();
  void watch(pid_t watched);

  UniqueFd signals_;
  UniqueFd timer_;
  UniqueFd stop_;  // eventfd: the thread shall end
  int to_peer_;
  std::atomic<bool> blocking_ = false;
  std::atomic<bool> news_ = false;
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> peer_is_gone_ = false;
  std::optional<int> signal_;
  bool tick_due_ = false;
  struct sigaction former_action_ {};
  sigset_t former_mask_{};
  std::thread thread_;
};

}  // namespace sysray::capture::ptrace
