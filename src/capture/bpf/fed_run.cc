#include "capture/bpf/fed_run.h"

#include <errno.h>
#include <fmt/format.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

namespace sysray::capture::bpf {
namespace {

using ptrace::Change;

// While there are events, the rings are looked at so often; after so long without, only when the program says so.
constexpr Nanoseconds round = 5'000'000;
constexpr Nanoseconds quiet_time = 100'000'000;

}  // namespace

FedRun::FedRun(ptrace::Session& session, std::unique_ptr<Object> object, bool files)
    : session_(session),
      tracer_(session.tracer),
      listener_(tracer_),
      object_(std::move(object)),
      feed_(*object_, listener_, files, session.messages),
      files_(files) {}

Result<void> FedRun::attach() {
  auto guard = Guard::start(object_->stopped());
  if (!guard) return guard.error();
  guard_.emplace(std::move(*guard));
  if (auto attached = object_->attach(); !attached) return attached;
  return files_ ? object_->note_root() : Result<void>();
}

Result<void> FedRun::open_alarm() {
  auto alarm = Alarm::make(session_.signals.awaited(), session_.plan.tick, *object_, session_.to_peer());
  if (!alarm) return alarm.error();
  alarm_.emplace(std::move(*alarm));
  if (session_.plan.debug)
    session_.messages.say(fmt::format("BPF backend: rings of {} KiB", object_->ring_size() >> 10));
  return {};
}

Result<Ending> FedRun::run(Consumer& consumer) {
  guard_->settle();
  alarm_->listen();
  while (!tracer_.done())
    if (auto ended = look(consumer)) return *ended;
  feed_.drain();
  finish();
  consumer.on_idle();
  return tracer_.ending();
}

std::optional<Result<Ending>> FedRun::look(Consumer& consumer) {
  alarm_->look();
  if (std::optional<int> signal = alarm_->take_signal()) {
    if (auto gone = let_all_go(*signal); !gone) return gone.error();
    return Ending{0, *signal};
  }
  if (alarm_->peer_is_gone()) {
    finish();
    tracer_.abandon();
    return Ending{.abandoned = true};
  }
  if (alarm_->take_tick()) consumer.on_tick();
  bool busy = feed_.drain();
  busy |= handle_changes();
  if (feed_.anything_waits()) feed_.release_waiting(ptrace::now().monotonic, false);
  if (consumer.wants_stop()) {
    if (auto gone = let_all_go(0); !gone) return gone.error();
    return Ending{};
  }
  if (alone_) tracer_.forget_all();
  // Threads that stand still go on with the next look at the rings: that is now.
  if (!tracer_.done() && !feed_.anyone_is_throttled()) rest(consumer, busy);
  return std::nullopt;
}

bool FedRun::handle_changes() {
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
void FedRun::handle(const Change& change) {
  const bool exec = WIFSTOPPED(change.status) && change.status >> 16 == PTRACE_EVENT_EXEC;
  feed_.drain(exec ? change.tid : Tid{});
  feed_.release_waiting_of(change.tid);
  tracer_.handle(change);
}

void FedRun::rest(Consumer& consumer, bool busy) {
  const Nanoseconds monotonic = ptrace::now().monotonic;
  if (busy) last_event_ = monotonic;
  consumer.on_idle();
  const bool quiet = monotonic - last_event_ > quiet_time && !feed_.anything_waits();
  alarm_->sleep(quiet ? Alarm::Depth::deep : Alarm::Depth::light, round);
}

Result<void> FedRun::let_all_go(int fatal_signal) {
  feed_.drain();
  feed_.end_throttling();
  auto watcher = ptrace::Watcher::make(session_.signals.awaited(), 0);
  if (!watcher) return watcher.error();
  ptrace::Waiter waiter(**watcher);
  tracer_.let_all_go(waiter, **watcher, {}, fatal_signal);
  finish();
  return {};
}

void FedRun::finish() {
  object_->detach();
  feed_.end_throttling();
  tracer_.end_feeding();
  if (!session_.plan.debug) return;
  session_.messages.say(feed_.report(feed_.statistics().lost));
  session_.messages.say(describe_costs(*object_));
}

}  // namespace sysray::capture::bpf
