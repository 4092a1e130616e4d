#include "capture/bpf/bpf_source.h"

#include <errno.h>
#include <fmt/format.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>
#include <span>

#include "capture/bpf/alarm.h"
#include "capture/bpf/guard.h"
#include "capture/bpf/object.h"
#include "capture/bpf/observing_source.h"
#include "capture/bpf/record_feed.h"
#include "capture/ptrace/attacher.h"
#include "capture/ptrace/tracer.h"

namespace sysray::capture::bpf {
namespace {

using ptrace::Change;

// While there are events, the rings are looked at so often; after so long without, only when the program says so.
constexpr Nanoseconds round = 5'000'000;
constexpr Nanoseconds quiet_time = 100'000'000;

InteractiveMode interactive_mode(const Plan& plan) {
  if (plan.interactive != InteractiveMode::unset) return plan.interactive;
  return plan.daemon != DaemonMode::none ? InteractiveMode::never_tstp : InteractiveMode::waiting;
}

// The calls of the feed are a Tracer's; of the rest ptrace tells, but for the moment at which a thread ends.
class TracerListener : public RecordListener {
 public:
  explicit TracerListener(ptrace::Tracer& tracer) : tracer_(tracer) {}
  void on_captured(const ptrace::CapturedCall& call) override { tracer_.on_captured(call); }
  void on_life(const bpf_record& record, const ptrace::Timestamps& when) override {
    if (record.kind == BPF_RECORD_END) tracer_.on_captured_end(Tid{record.tid}, when);
  }
  void end_throttling(Tid tid, int status) override { tracer_.end_throttling(tid, status); }

 private:
  ptrace::Tracer& tracer_;
};

class BpfSource : public Source {
 public:
  BpfSource(Plan plan, Messages& messages)
      : plan_(std::move(plan)), messages_(messages), signals_(interactive_mode(plan_)), tracer_(plan_, messages) {}

  Result<void> start(const Depth& depth);
  Abilities abilities() const override { return {.captures_files = files_}; }
  Result<Ending> run(Consumer& consumer) override;

 private:
  unsigned long options() const;
  Result<void> load(Depth depth);
  Result<void> launch();
  bool attach();
  // Collects and handles what ptrace tells. False: nothing.
  bool handle_changes();
  void handle(const Change& change);
  void rest(Consumer& consumer, bool busy);
  Result<void> let_all_go(int fatal_signal);
  void report();

  const Plan plan_;
  Messages& messages_;
  ptrace::SignalGuard signals_;
  std::optional<ptrace::Launcher> launcher_;
  ptrace::Tracer tracer_;
  TracerListener listener_{tracer_};
  std::unique_ptr<Object> object_;
  std::optional<RecordFeed> feed_;
  std::optional<Guard> guard_;
  std::optional<Alarm> alarm_;
  bool files_ = false;  // calls tell what is behind descriptors
  bool alone_ = false;  // the kernel knows of no tracee
  Nanoseconds last_event_ = 0;
};

unsigned long BpfSource::options() const {
  unsigned long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC;
  if (plan_.follow_forks) options |= PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;
  if (plan_.kill_on_exit) options |= PTRACE_O_EXITKILL;
  return options;
}

Result<void> BpfSource::start(const Depth& depth) {
  for (Tid tid : plan_.attach)
    if (number(tid) == getpid()) return Error{"I'm sorry, I can't let you do that, Dave.", "", "", EPERM};
  if (auto loaded = load(depth); !loaded) return loaded;
  // Before the rest, because a daemon mode makes another process the tracer.
  if (plan_.launch) {
    if (Result<void> launched = launch(); !launched) return launched;
  }
  feed_.emplace(*object_, listener_, files_, messages_);
  tracer_.set_feed(*feed_);
  auto guard = Guard::start(object_->stopped());
  if (!guard) return guard.error();
  guard_.emplace(std::move(*guard));
  if (auto attached = object_->attach(); !attached) return attached;
  if (files_) {
    if (auto noted = object_->note_root(); !noted) return noted;
  }
  if (!attach() && !plan_.launch) return Error{};
  auto alarm = Alarm::make(signals_.awaited(), plan_.tick, *object_);
  if (!alarm) return alarm.error();
  alarm_.emplace(std::move(*alarm));
  if (plan_.debug && plan_.kill_on_exit) messages_.say("PTRACE_O_EXITKILL works");
  if (plan_.debug) messages_.say(fmt::format("BPF backend: rings of {} KiB", object_->ring_size() >> 10));
  return {};
}

// A kernel that lacks what notes of files need has the names looked up.
Result<void> BpfSource::load(Depth depth) {
  auto object = Object::load(plan_, depth);
  if (!object && depth.files != 0) {
    const Error why = object.error();
    depth.files = 0;
    depth.stand_still = true;
    object = Object::load(plan_, depth);
    if (object && plan_.debug)
      messages_.say("BPF backend: files of descriptors are looked up while threads stand still: " + why.observed);
  }
  if (!object) return object.error();
  object_ = std::move(*object);
  files_ = depth.files != 0;
  return {};
}

bool BpfSource::attach() {
  ptrace::Attacher attacher(options(), plan_.quiet_attach, messages_, plan_.if_traced);
  bool any = false;
  for (Tid tid : plan_.attach) {
    for (const ptrace::Attached& thread : attacher.attach(tid, plan_.follow_forks)) {
      tracer_.add_attached(thread.tid, thread.tgid);
      any = true;
    }
  }
  return any;
}

Result<void> BpfSource::launch() {
  auto program = ptrace::find_program(*plan_.launch);
  if (!program) return program.error();
  auto launcher = ptrace::Launcher::start(*program, {}, plan_.daemon, signals_);
  if (!launcher) return launcher.error();
  if (plan_.debug && plan_.daemon != DaemonMode::none) messages_.say(fmt::format("new tracer pid is {}", getpid()));
  const s32 child = number(launcher->tid());
  // The child ends by itself when the launcher goes without having released it.
  if (::ptrace(PTRACE_SEIZE, child, nullptr, options()) < 0)
    return Error{fmt::format("attach: ptrace(PTRACE_SEIZE, {})", child), strerror(errno), "", errno};
  if (plan_.daemon != DaemonMode::none && !plan_.quiet_attach) messages_.say(fmt::format("Process {} attached", child));
  launcher_.emplace(std::move(*launcher));
  tracer_.add_launched(*launcher_, ptrace::FilterCare::none);
  return {};
}

Result<Ending> BpfSource::run(Consumer& consumer) {
  tracer_.set_consumer(consumer);
  guard_->settle();
  if (launcher_) launcher_->release();
  while (!tracer_.done()) {
    alarm_->look();
    if (std::optional<int> signal = alarm_->take_signal()) {
      if (auto gone = let_all_go(*signal); !gone) return gone.error();
      return Ending{0, *signal};
    }
    if (alarm_->take_tick()) consumer.on_tick();
    bool busy = feed_->drain();
    busy |= handle_changes();
    if (feed_->anything_waits()) feed_->release_waiting(ptrace::now().monotonic, false);
    if (consumer.wants_stop()) {
      if (auto gone = let_all_go(0); !gone) return gone.error();
      return Ending{};
    }
    if (alone_) tracer_.forget_all();
    // Threads that stand still go on with the next look at the rings: that is now.
    if (!tracer_.done() && !feed_->anyone_is_throttled()) rest(consumer, busy);
  }
  feed_->drain();
  consumer.on_idle();
  report();
  return tracer_.ending();
}

bool BpfSource::handle_changes() {
  bool any = false;
  for (;;) {
    int status = 0;
    const pid_t pid = wait4(-1, &status, __WALL | WNOHANG, nullptr);
    alone_ = pid < 0 && errno == ECHILD;
    if (pid <= 0) break;
    any = true;
    const ptrace::Timestamps stamps = ptrace::now();
    handle({Tid{pid}, status, stamps.time, stamps.monotonic});
  }
  if (std::optional<Nanoseconds> until = tracer_.held_until()) {
    const Nanoseconds monotonic = ptrace::now().monotonic;
    if (*until <= monotonic) tracer_.release_held(monotonic);
    any = true;
  }
  return any;
}

// A thread that has stopped or ended has recorded all that it did before: that comes first.
void BpfSource::handle(const Change& change) {
  const bool exec = WIFSTOPPED(change.status) && change.status >> 16 == PTRACE_EVENT_EXEC;
  feed_->drain(exec ? change.tid : Tid{});
  feed_->release_waiting_of(change.tid);
  tracer_.handle(change);
}

void BpfSource::rest(Consumer& consumer, bool busy) {
  const Nanoseconds monotonic = ptrace::now().monotonic;
  if (busy) last_event_ = monotonic;
  consumer.on_idle();
  const bool quiet = monotonic - last_event_ > quiet_time && !feed_->anything_waits();
  alarm_->sleep(quiet ? Alarm::Depth::deep : Alarm::Depth::light, round);
}

Result<void> BpfSource::let_all_go(int fatal_signal) {
  feed_->drain();
  feed_->end_throttling();
  auto watcher = ptrace::Watcher::make(signals_.awaited(), 0);
  if (!watcher) return watcher.error();
  ptrace::Waiter waiter(**watcher);
  tracer_.let_all_go(waiter, **watcher, {}, fatal_signal);
  report();
  return {};
}

void BpfSource::report() {
  if (!plan_.debug) return;
  messages_.say(feed_->report(feed_->statistics().lost));
  messages_.say(describe_costs(*object_));
}

}  // namespace

Result<std::unique_ptr<Source>> make_bpf_source(Plan plan, const Depth& depth, Messages& messages) {
  if (plan.observe) return make_observing_source(std::move(plan), depth, messages);
  auto source = std::make_unique<BpfSource>(std::move(plan), messages);
  if (Result<void> started = source->start(depth); !started) return started.error();
  return std::unique_ptr<Source>(std::move(source));
}

}  // namespace sysray::capture::bpf
