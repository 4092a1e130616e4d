// Tracee: what the source remembers of one thread, and the table of them.
#pragma once

#include <sys/ptrace.h>

#include <array>
#include <memory>
#include <string>
#include <unordered_map>

#include "base/types.h"
#include "base/unique_fd.h"
#include "capture/source.h"
#include "event/raw_event.h"

namespace sysray::capture::ptrace {

// PTRACE_SETOPTIONS of threads with our seccomp filter, and for their children to have them.
constexpr unsigned long filter_options =
    PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;

// Where a thread stands in the source's view.
enum class Phase : u8 {
  announced,  // named by its creator's event; its first stop is still to come
  set_up,     // the program's process in our own code; ends with the SIGSTOP that it sends itself
  launching,  // from there to its first successful execve; only that call is shown
  seized,     // attached to while it ran; its first stop is still to come
  traced,
};

enum class Progress : u8 {
  outside,  // in user mode, as far as stops have told
  shown,    // in a call whose start was delivered
  hidden,   // in a call that the plan leaves out
};

struct Tracee {
  Tid tid{};
  Tgid tgid{};
  Phase phase = Phase::traced;
  Progress progress = Progress::outside;
  bool leaving = false;  // to be let go at its next stop
  bool stopped = false;  // a stop was reported and not yet ended by us; listening counts as running
  // The call that the thread is in, for its exit.
  event::Abi abi{};
  u64 number = 0;
  std::array<u64, 6> args{};
  bool hidden =
      false;  // followed only since it has inherited our filter: nothing of it is shown. See TraceeTable::hide
  bool own_filter = false;  // it has a seccomp filter beside ours, which hides calls from us
  bool fed = false;         // its calls come from the feed
  bool suspended = false;   // its seccomp filter, ours, is suspended
  bool filter_due = false;  // ... and shall not be from its next stop on
  bool unknown = false;     // hidden, and a child of this process (CLONE_PARENT): its end is told as a stranger's
  // The last call that ended in order to be resumed by restart_syscall.
  u64 interrupted = event::no_call;
  std::string comm;  // name of the thread when it last stopped, if the plan wants it
  // For RawEvent::system_time: time within calls so far, CPU clock of the thread when the call began, and its source.
  Nanoseconds system_time = 0;
  Nanoseconds cpu_time_at_enter = 0;
  UniqueFd cpu_clock;
  // What is done with the call that the thread is in, if anything, and what was done already.
  const Intervention* intervention = nullptr;
  event::Tampering tampering;
  bool call_replaced = false;  // the kernel makes another call, or none: its result is to be replaced, too
  // While it is held in the stop of this status; CLOCK_MONOTONIC, 0: it isn't.
  Nanoseconds delayed_until = 0;
  int delayed_status = 0;
};

// All tracees by thread id. References stay valid until the tracee is removed.
class TraceeTable {
 public:
  Tracee* find(Tid tid) {
    if (last_ && last_->tid == tid) return last_;
    auto found = tracees_.find(number(tid));
    return found == tracees_.end() ? nullptr : last_ = found->second.get();
  }
  Tracee& add(Tid tid, Tgid tgid) {
    std::unique_ptr<Tracee>& slot = tracees_[number(tid)];
    slot = std::make_unique<Tracee>();
    slot->tid = tid;
    slot->tgid = tgid;
    return *(last_ = slot.get());
  }
  void remove(Tid tid) {
    last_ = nullptr;
    auto found = tracees_.find(number(tid));
    if (found == tracees_.end()) return;
    show(*found->second);
    tracees_.erase(found);
  }
  void hide(Tracee& tracee) {
    hidden_ += !tracee.hidden;
    tracee.hidden = true;
  }
  void show(Tracee& tracee) {
    hidden_ -= tracee.hidden;
    tracee.hidden = false;
  }
  bool all_hidden() const { return hidden_ == tracees_.size(); }
  // Thread `from` goes on under the id `to`, whose own tracee, if any, is forgotten.
  Tracee& rename(Tid from, Tid to) {
    auto node = tracees_.extract(number(from));
    remove(to);
    node.key() = number(to);
    node.mapped()->tid = to;
    return *(last_ = tracees_.insert(std::move(node)).position->second.get());
  }
  void clear() {
    last_ = nullptr;
    hidden_ = 0;
    tracees_.clear();
  }
  size_t size() const { return tracees_.size(); }
  bool empty() const { return tracees_.empty(); }

  template <typename Visit>
  void for_each(Visit visit) {
    for (auto& [tid, tracee] : tracees_) visit(*tracee);
  }

 private:
  std::unordered_map<s32, std::unique_ptr<Tracee>> tracees_;
  size_t hidden_ = 0;
  Tracee* last_ = nullptr;  // most stops come from the thread that stopped before
};

}  // namespace sysray::capture::ptrace
