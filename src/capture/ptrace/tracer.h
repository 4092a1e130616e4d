// Tracer: turns the changes of traced threads into RawEvents, and keeps the threads going.
#pragma once

#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "capture/messages.h"
#include "capture/ptrace/call_feed.h"
#include "capture/ptrace/call_reader.h"
#include "capture/ptrace/call_writer.h"
#include "capture/ptrace/crash_guard.h"
#include "capture/ptrace/delays.h"
#include "capture/ptrace/launcher.h"
#include "capture/ptrace/live_memory.h"
#include "capture/ptrace/stop.h"
#include "capture/ptrace/tracee.h"
#include "capture/ptrace/waiter.h"
#include "capture/source.h"

namespace sysray::capture::ptrace {

// What is due to threads with a seccomp filter, whose picked calls would fail without a tracer.
enum class FilterCare : u8 {
  none,    // nothing: no call is picked
  kill,    // none may outlive the tracer
  follow,  // descendants that are not to be shown are followed all the same, and the tracer stays on for them
};

class Tracer {
 public:
  Tracer(const Plan& plan, Messages& messages)
      : plan_(plan), messages_(messages), reader_(plan.syscall_info), writer_(plan.syscall_info) {}

  // The program's process, seized and waiting. `launcher` must outlive the tracer.
  void add_launched(Launcher& launcher, FilterCare care);
  // A thread that was there before, seized and interrupted.
  void add_attached(Tid tid, Tgid tgid);
  void set_consumer(Consumer& consumer);
  // The same while the tracer runs.
  void add_found(Tid tid, Tgid tgid);
  bool traces(Tid tid) { return tracees_.find(tid) != nullptr || held_.contains(number(tid)); }
  // Calls come from there from now on, and threads do not stop at them. The feed must outlive the tracer.
  void set_feed(CallFeed& feed) { feed_ = &feed; }
  // The same while the tracer runs: each thread goes over when it next stands outside of calls. The feed must go on to
  // tell of children whose creators it feeds. `options`: those of PTRACE_SETOPTIONS from then on.
  void go_over_to(CallFeed& feed, unsigned long options);
  // The feed has ended, and captures nothing more; it may go.
  void end_feeding();
  // A call of the feed has begun or ended. Unknown threads are left out.
  void on_captured(const CapturedCall& call);
  // A thread of the feed ends, in the midst of its call.
  void on_captured_end(Tid tid, const Timestamps& when);
  // Ends a stop that the feed took for its own.
  void end_throttling(Tid tid, int status);

  // No thread is traced that is shown, and none is expected.
  bool done() const { return tracees_.all_hidden() && held_.empty(); }
  // ... nor is one followed for the sake of the filter that it has inherited.
  bool all_gone() const { return tracees_.empty() && held_.empty(); }
  // An upper bound of the changes that can be waiting.
  size_t expected_changes() const { return tracees_.size() + held_.size(); }

  void handle(const Change& change);
  // Whether a thread was let go on since this was last asked: if so, one may stop again in a moment.
  bool take_resumed() { return std::exchange(resumed_, false); }

  // New threads that stopped before their creator's event told of them wait for it a moment; this is when that moment
  // ends (CLOCK_MONOTONIC), nullopt if nobody waits.
  std::optional<Nanoseconds> held_until() const;
  // Goes on with those whose moment has passed, their creator unknown.
  void release_held(Nanoseconds monotonic);

  // When the next thread that is held back may go on (CLOCK_MONOTONIC), nullopt if there is none; and letting those go
  // on whose time has come.
  std::optional<Nanoseconds> next_delay_end() const { return delays_.next(); }
  void end_delays(Nanoseconds monotonic);

  // Lets everything go: `pending` holds changes that were collected and not handled. The launched program gets
  // `fatal_signal` on its way, if that isn't 0. Waits until all threads are detached; a further signal ends that.
  void let_all_go(Waiter& waiter, Watcher& watcher, std::span<const Change> pending, int fatal_signal);
  // Shows and tells nothing more; all tracees are followed unseen.
  void abandon();
  // The kernel knows of no tracee any more.
  void forget_all();
  // See crash_guard.h.
  void survive_crashes(int endings) { ptrace::survive_crashes(tracees_, endings); }

  const Ending& ending() const { return ending_; }

  // Tells of the end of a child that was not traced.
  void say_unknown_death(Tid tid, int status);

 private:
  // Stops: each of these ends the stop.
  void on_stop(Tracee& tracee, Stop stop);
  void find_interrupted_call(Tracee& tracee);
  void on_call_stop(Tracee& tracee, Stop stop);
  void on_enter(Tracee& tracee, Stop stop, const abi::CallRegisters& registers);
  void on_exit(Tracee& tracee, Stop stop, abi::CallRegisters registers);
  void note_filter(Tracee& tracee);
  void begin_unknown_call(Tracee& tracee);
  void on_signal(Tracee& tracee, Stop stop);
  void on_group_stop(Tracee& tracee, Stop stop);
  void on_birth(Tracee& creator, Stop stop);
  void on_exec(Tracee& tracee, Stop stop);
  void on_exit_event(Tracee& tracee, Stop stop);
  void go_on(Tracee& tracee, Stop stop, int signal = 0);
  void let_go(Tracee& tracee, Stop stop, int signal = 0);

  // Tampering.
  void ask_for_intervention(Tracee& tracee, event::RawEvent& event);
  void poke(Tracee& tracee, std::span<const Poke> pokes);
  void leave_entry(Tracee& tracee, Stop stop);
  void start_call(Tracee& tracee, Stop stop);
  void finish_intervention(Tracee& tracee, abi::CallRegisters& registers);
  bool make_up_result(Tracee& tracee);
  void leave_exit(Tracee& tracee, Stop stop);
  void hold_back(Tracee& tracee, Stop stop, Nanoseconds delay);
  Stop end_delay(Tracee& tracee);

  // Lives.
  void announce(Tid born, const Tracee& creator, bool is_process);
  void hide_all(std::span<const Change> pending);
  void read_birth(Tracee& born, const Tracee& creator);
  void hold(const Change& change);
  void on_unknown(const Change& change);
  void on_death(Tracee& tracee, int status);
  Tracee* settle_exec(const Stop& stop);
  void finish_set_up(Tracee& tracee);
  void let_go_change(const Change& change);

  void let_go_delayed();

  // The feed.
  void on_captured_enter(Tracee& tracee, const CapturedCall& call);
  void on_captured_exit(Tracee& tracee, const CapturedCall& call);
  void begin_feeding(Tracee& tracee, bool in_call);
  // Whether the signal is one with which the feed throttles.
  bool is_throttling(const Tracee& tracee, const Stop& stop) const;
  bool take_throttling(Tracee& tracee, Stop& stop);
  void leave_soon(Tracee& tracee);
  bool may_go_over(const Tracee& tracee, const Stop& stop) const;
  void go_over(Tracee& tracee);
  bool set_fed_options(const Tracee& tracee, unsigned long more);
  void restore_filter(Tracee& tracee);
  void restore_filter_soon(Tracee& tracee);

  // Delivery. True if the consumer wants the thread detached.
  bool deliver(event::RawEvent& event, Tracee& tracee);
  void complete(event::RawEvent& event, Tracee& tracee);
  void refresh_comm(Tracee& tracee) const;
  void end_call(Tracee& tracee);
  bool is_shown(const Tracee& tracee) const;
  void say_attached(Tid tid);
  void say_detached(Tid tid);

  const Plan& plan_;
  Messages& messages_;
  Consumer* consumer_ = nullptr;
  CallFeed* feed_ = nullptr;
  std::optional<unsigned long> fed_options_;  // threads go over to the feed one by one, and get these
  bool throttled_before_ = false;             // stops of a feed that has ended may be on their way
  const CapturedCall* captured_ = nullptr;    // while it is delivered
  CallReader reader_;
  CallWriter writer_;
  LiveMemory memory_;
  TraceeTable tracees_;
  Delays delays_;
  std::unordered_map<s32, std::vector<Change>> held_;
  Launcher* launcher_ = nullptr;
  FilterCare care_ = FilterCare::kill;
  bool filtered_ = false;  // the seccomp filter is in place
  bool told_of_info_ = false;
  bool resumed_ = false;
  Timestamps stamps_{};  // of the change that is being handled
  Ending ending_;
};

}  // namespace sysray::capture::ptrace
