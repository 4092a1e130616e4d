#include "capture/ptrace/ptrace_source.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/capability.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <optional>
#include <span>

#include "capture/ptrace/attacher.h"
#include "capture/ptrace/child_makers.h"
#include "capture/ptrace/seccomp_filter.h"
#include "capture/ptrace/tracer.h"

namespace sysray::capture::ptrace {
namespace {

bool has_capability(unsigned capability) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2]{};
  if (syscall(SYS_capget, &header, data) < 0) return false;
  return data[capability / 32].effective >> (capability % 32) & 1;
}

bool is_traced() {
  std::ifstream status("/proc/self/status");
  constexpr std::string_view label = "TracerPid:\t";
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(label)) return line.substr(label.size()) != "0";
  return false;
}

// A filter is inherited, and a call that it picks fails with ENOSYS in a thread that nobody traces: every descendant
// must be followed, and none must outlive the tracer. A signal is sent from a syscall-enter-stop only, which does not
// follow the stop of a filter.
bool wants_filter(const Plan& plan) {
  return plan.allow_seccomp && plan.launch && plan.attach.empty() && plan.follow_forks && !plan.detach_on_exec &&
         !plan.calls.all && !plan.sends_signals;
}

// Why a filter would be noticed, or be of no use. With -f all descendants are traced anyway, and the tracer can stay on
// unseen as long as one of them lives (stand_in.h). Without, children would have to be followed against their nature
// (they could not be debugged, for one), so there had better be none.
std::string_view why_no_quiet_filter(const Plan& plan, const std::string& program) {
  if (!plan.unfiltered_because.empty()) return plan.unfiltered_because;
  if (!plan.launch || !plan.attach.empty() || plan.watch) return "a process that runs already cannot be given a filter";
  if (plan.calls.all) return "all system calls are traced";
  // Calls that do not exist fail in the same way whoever traces.
  if (plan.picks_nothing) return "";
  if (plan.sends_signals) return "signals are injected at the entry of calls";
  if (plan.detach_on_exec) return "-b lets processes go, and a filter cannot be taken away";
  if (plan.kill_on_exit) return "with --kill-on-exit the tracer must not outlive its user's interest";
  if (plan.daemon != DaemonMode::none) return "with -D the tracer must end when it is told to";
  if (interactive_mode(plan) == InteractiveMode::anywhere) return "with -I anywhere a signal may end the tracer";
  if (prctl(PR_GET_SECCOMP) != 0) return "calls that the filter of this process refuses would not be seen";
  if (is_traced()) return "this process is traced itself, and shall be what traces";
  if (!plan.follow_forks && may_make_children(program))
    return "without -f the children that the program may make would inherit it";
  return "";
}

class PtraceSource : public Source {
 public:
  PtraceSource(Plan plan, Messages& messages, std::unique_ptr<Successor> successor)
      : session_(std::move(plan), messages), successor_(std::move(successor)) {}

  Result<void> start();
  // Once somebody else captures, threads run on.
  Abilities abilities() const override {
    return {!successor_, !successor_, successor_ && successor_->captures_files()};
  }
  Result<Ending> run(Consumer& consumer) override;
  void retire(const Ending& ending) override;

 private:
  unsigned long options() const;
  Result<void> watch();
  Result<void> launch(const Program& program);
  std::function<void(Tid, int)> tell_end_of_stranger();
  void attach_found();
  Nanoseconds tick() const;
  void on_tick(Consumer& consumer);
  // Handles what was collected; false once the consumer wants to stop.
  bool handle(const std::vector<Change>& changes, Consumer& consumer);
  // Lets threads go on whose delay is over.
  void end_delays();
  // Nothing has changed: sleeps until something does. `changes`: as of Waiter::sleep().
  void rest(std::vector<Change>& changes, Consumer& consumer);

  // Whether a busy stretch has lasted so long that the tracer's own signals deserve a look.
  bool look_is_due(const std::vector<Change>& changes);
  // Whether the successor has taken over.
  bool hand_over();

  Session session_;
  const Plan& plan_ = session_.plan;
  Messages& messages_ = session_.messages;
  Tracer& tracer_ = session_.tracer;
  std::unique_ptr<Successor> successor_;
  std::unique_ptr<Watcher> watcher_;
  std::optional<Waiter> waiter_;
  u64 changes_ = 0;              // that were handled
  Nanoseconds last_change_ = 0;  // CLOCK_MONOTONIC
  Nanoseconds last_look_ = 0;    // the same
  Nanoseconds last_tick_ = 0;    // the same: of the consumer's
  bool quiet_filter_ = false;
};

unsigned long PtraceSource::options() const {
  unsigned long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT;
  if (plan_.follow_forks || (quiet_filter_ && !plan_.picks_nothing))
    options |= PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;
  if (wants_filter(plan_)) options |= PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL;
  if (quiet_filter_) options |= PTRACE_O_TRACESECCOMP;
  if (plan_.kill_on_exit) options |= PTRACE_O_EXITKILL;
  return options;
}

Result<void> PtraceSource::start() {
  for (Tid tid : plan_.attach)
    if (number(tid) == getpid()) return Error{"I'm sorry, I can't let you do that, Dave.", "", "", EPERM};
  std::optional<Program> program;
  if (plan_.launch) {
    Result<Program> found = find_program(*plan_.launch);
    if (!found) return found.error();
    program.emplace(std::move(*found));
  }
  const std::string_view unfiltered = why_no_quiet_filter(plan_, program ? program->path : "");
  quiet_filter_ = plan_.quiet_seccomp && !wants_filter(plan_) && unfiltered.empty();
  if (plan_.debug) {
    if (options() & PTRACE_O_EXITKILL) messages_.say("PTRACE_O_EXITKILL works");
    messages_.say(fmt::format("ptrace_setoptions = {:#x}", options()));
    if (!unfiltered.empty() && !wants_filter(plan_)) messages_.say(fmt::format("no seccomp filter: {}", unfiltered));
  }
  // First, because a daemon mode makes another process the tracer.
  if (program) {
    if (Result<void> launched = launch(*program); !launched) return launched;
  }
  if (!session_.attach(options()) && !plan_.launch) return Error{};
  return watch();
}

Result<void> PtraceSource::watch() {
  Result<std::unique_ptr<Watcher>> watcher = Watcher::make(session_.signals.awaited(), tick(), session_.to_peer());
  if (!watcher) return watcher.error();
  watcher_ = std::move(*watcher);
  waiter_.emplace(*watcher_);
  return plan_.tampers ? waiter_->prepare_deadlines() : Result<void>();
}

Nanoseconds PtraceSource::tick() const {
  constexpr Nanoseconds watch_interval = 50'000'000;
  if (!plan_.watch) return plan_.tick;
  return plan_.tick > 0 ? std::min(plan_.tick, watch_interval) : watch_interval;
}

void PtraceSource::on_tick(Consumer& consumer) {
  attach_found();
  const Nanoseconds monotonic = now().monotonic;
  if (plan_.tick == 0 || monotonic - last_tick_ < plan_.tick - tick() / 2) return;
  last_tick_ = monotonic;
  consumer.on_tick();
}

// What has appeared of the targets, and did not come from a thread that is traced. One that ends meanwhile is no news.
void PtraceSource::attach_found() {
  if (!plan_.watch) return;
  Attacher attacher(options(), plan_.quiet_attach, messages_, plan_.if_traced);
  for (Tid tid : plan_.watch->find()) {
    if (tracer_.traces(tid) || kill(number(tid), 0) != 0) continue;
    for (const Attached& thread : attacher.attach_quietly(tid, plan_.follow_forks))
      if (!tracer_.traces(thread.tid)) tracer_.add_found(thread.tid, thread.tgid);
  }
}

// Children that this process had before it became a tracer.
std::function<void(Tid, int)> PtraceSource::tell_end_of_stranger() {
  return [this](Tid tid, int status) { tracer_.say_unknown_death(tid, status); };
}

Result<void> PtraceSource::launch(const Program& program) {
  ChildSetup setup;
  if (wants_filter(plan_)) {
    setup.filter = seccomp_filter(plan_.calls);
    // Under a tracer without CAP_SYS_PTRACE a setuid program gets no privileges anyway (execve(2)): there
    // no_new_privs changes nothing. With it, the flag would take from the program what it now gets.
    setup.may_set_no_new_privs = !has_capability(CAP_SYS_PTRACE);
  }
  // no_new_privs would be noticed: it outlives the trace.
  if (quiet_filter_) setup.filter = seccomp_filter(plan_.picks_nothing ? plan_.calls : with_filter_makers(plan_.calls));
  const bool apart = quiet_filter_ && !plan_.picks_nothing;
  Result<Launcher> launcher =
      apart ? Launcher::start_apart(program, setup, session_.signals, plan_.helpers, tell_end_of_stranger())
            : Launcher::start(program, setup, plan_.daemon, session_.signals);
  if (!launcher) return launcher.error();
  const FilterCare care = !quiet_filter_        ? FilterCare::kill
                          : plan_.picks_nothing ? FilterCare::none
                                                : FilterCare::follow;
  if (auto taken = session_.take_launched(std::move(*launcher), options(), care); !taken) return taken;
  if (apart) tracer_.survive_crashes(session_.to_peer());
  return {};
}

Result<Ending> PtraceSource::run(Consumer& consumer) {
  tracer_.set_consumer(consumer);
  if (session_.launcher) session_.launcher->release();
  std::vector<Change> changes;
  while (!tracer_.done()) {
    if (watcher_->has_news() || look_is_due(changes)) watcher_->look();
    if (std::optional<int> signal = watcher_->take_signal()) {
      tracer_.let_all_go(*waiter_, *watcher_, {}, *signal);
      return Ending{0, *signal};
    }
    if (watcher_->peer_is_gone()) {
      tracer_.abandon();
      return Ending{.abandoned = true};
    }
    if (watcher_->take_tick()) on_tick(consumer);
    if (consumer.wants_stop()) {
      tracer_.let_all_go(*waiter_, *watcher_, {}, 0);
      return Ending{};
    }
    changes.clear();
    // A single thread was resumed a moment ago: it can't have stopped yet.
    if (tracer_.expected_changes() > 1) waiter_->collect(changes, tracer_.expected_changes());
    if (changes.empty() && tracer_.take_resumed()) waiter_->spin(changes, tracer_.next_delay_end());
    if (changes.empty()) rest(changes, consumer);
    if (!handle(changes, consumer)) return Ending{};
    end_delays();
    if (successor_ && hand_over()) return successor_->run(consumer);
  }
  consumer.on_idle();
  return tracer_.ending();
}

bool PtraceSource::hand_over() {
  switch (successor_->next(changes_, last_change_)) {
    case Successor::Step::wait: return false;
    case Successor::Step::prepare:
      waiter_->leave_sharing();
      successor_->prepare(session_);
      return false;
    case Successor::Step::take: break;
  }
  watcher_->look();
  if (watcher_->has_signal()) return false;
  waiter_->leave_sharing();
  if (!successor_->take(session_)) return false;
  waiter_.reset();
  watcher_.reset();
  return true;
}

void PtraceSource::retire(const Ending& ending) {
  if (!session_.launcher || tracer_.all_gone()) return;
  if (!ending.abandoned) session_.launcher->report_ending(ending);
  if (!watcher_ && !watch()) return;
  // Unseen also means: no file or folder is kept in use.
  if (const UniqueFd null(open("/dev/null", O_RDWR | O_CLOEXEC)); null)
    for (int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(null.get(), fd);
  (void)!chdir("/");
  std::vector<Change> changes;
  while (!tracer_.all_gone() && !waiter_->alone()) {
    watcher_->look();
    watcher_->take_signal();
    changes.clear();
    if (tracer_.held_until()) {
      tracer_.release_held(now().monotonic);
      waiter_->collect(changes, tracer_.expected_changes() + 1);
      if (changes.empty()) sched_yield();
    } else {
      waiter_->sleep(changes);
    }
    for (const Change& change : changes) tracer_.handle(change);
  }
}

bool PtraceSource::handle(const std::vector<Change>& changes, Consumer& consumer) {
  if (changes.empty()) return true;
  changes_ += changes.size();
  last_change_ = changes.back().monotonic;
  for (size_t i = 0; i < changes.size(); i++) {
    tracer_.handle(changes[i]);
    end_delays();
    if (!consumer.wants_stop()) continue;
    tracer_.let_all_go(*waiter_, *watcher_, std::span(changes).subspan(i + 1), 0);
    return false;
  }
  return true;
}

void PtraceSource::end_delays() {
  if (tracer_.next_delay_end()) tracer_.end_delays(now().monotonic);
}

void PtraceSource::rest(std::vector<Change>& changes, Consumer& consumer) {
  if (waiter_->alone()) return tracer_.forget_all();
  if (std::optional<Nanoseconds> until = tracer_.held_until()) {
    Nanoseconds monotonic = now().monotonic;
    if (*until <= monotonic) return tracer_.release_held(monotonic);
    // Not worth a sleep: the creator is on its way, unless it was killed.
    sched_yield();
    return;
  }
  consumer.on_idle();
  watcher_->look();
  if (watcher_->has_signal()) return;
  if (std::optional<Nanoseconds> until = tracer_.next_delay_end()) return waiter_->sleep_until(changes, *until);
  waiter_->sleep(changes);
}

bool PtraceSource::look_is_due(const std::vector<Change>& changes) {
  constexpr Nanoseconds interval = 5'000'000;
  if (changes.empty() || changes.back().monotonic - last_look_ < interval) return false;
  last_look_ = changes.back().monotonic;
  return true;
}

}  // namespace

Result<std::unique_ptr<Source>> make_ptrace_source(Plan plan, Messages& messages,
                                                   std::unique_ptr<Successor> successor) {
  auto source = std::make_unique<PtraceSource>(std::move(plan), messages, std::move(successor));
  if (Result<void> started = source->start(); !started) return started.error();
  return std::unique_ptr<Source>(std::move(source));
}

}  // namespace sysray::capture::ptrace
