#include "capture/bpf/successor.h"

#include <fmt/format.h>

#include <atomic>
#include <optional>

#include "capture/bpf/aside.h"
#include "capture/bpf/bpf_source.h"
#include "capture/bpf/fed_run.h"
#include "capture/ptrace/seccomp_filter.h"

namespace sysray::capture::bpf {
namespace {

constexpr Nanoseconds window = 1'000'000'000;

// Calls that install filters are captured as well, told of or not: a thread's filters are suspended while they are ours
// alone.
Plan with_filters_seen(Plan plan) {
  if (plan.calls.all) return plan;
  plan.calls = ptrace::with_filter_makers(plan.calls);
  for (size_t number = 0; number < SyscallSet::size; number++)
    if (ptrace::is_filter_maker(event::Abi::x86_64, number)) plan.unneeded.calls.reset(number);
  return plan;
}

class BpfSuccessor : public ptrace::Successor {
 public:
  explicit BpfSuccessor(TakeOver when) : when_(std::move(when)) {}

  bool captures_files() const override { return when_.files; }
  Step next(u64 stops, Nanoseconds monotonic) override;
  void prepare(const ptrace::Session& session) override;
  bool take(ptrace::Session& session) override;
  Result<Ending> run(Consumer& consumer) override { return run_->run(consumer); }

 private:
  enum class Stage : u8 { watching, loading, over };
  bool give_up(ptrace::Session& session, const Error& why);

  TakeOver when_;
  Stage stage_ = Stage::watching;
  Nanoseconds window_start_ = 0;
  u64 stops_before_ = 0;  // the window
  u64 stops_ = 0;
  std::atomic<bool> loaded_ = false;
  LoadedObject object_;  // once that is true; empty: there is a failure
  Error failure_;
  std::optional<Aside> loader_;
  std::optional<FedRun> run_;
};

ptrace::Successor::Step BpfSuccessor::next(u64 stops, Nanoseconds monotonic) {
  if (stage_ == Stage::over) return Step::wait;
  stops_ = stops;
  if (stage_ == Stage::loading) {
    const bool ready = when_.stops == 0 || loaded_.load(std::memory_order_acquire);
    return ready ? Step::take : Step::wait;
  }
  if (monotonic - window_start_ > window) {
    window_start_ = monotonic;
    stops_before_ = stops;
  }
  return stops - stops_before_ >= when_.stops ? Step::prepare : Step::wait;
}

void BpfSuccessor::prepare(const ptrace::Session& session) {
  stage_ = Stage::loading;
  loader_.emplace([this, plan = with_filters_seen(session.plan)] {
    Silence silence;
    Depth depth = when_.depth();
    depth.stop_at_filters = !plan.calls.all;
    if (auto object = load_object(plan, depth, silence))
      object_ = std::move(*object);
    else
      failure_ = object.error();
    loaded_.store(true, std::memory_order_release);
  });
}

bool BpfSuccessor::take(ptrace::Session& session) {
  loader_.reset();
  stage_ = Stage::over;
  if (!object_.object) return give_up(session, failure_);
  run_.emplace(session, std::move(object_.object), object_.files);
  if (auto attached = run_->attach(); !attached) return give_up(session, attached.error());
  if (auto opened = run_->open_alarm(); !opened) return give_up(session, opened.error());
  if (session.plan.debug) session.messages.say(fmt::format("BPF backend: takes over after {} stops", stops_));
  session.tracer.go_over_to(run_->feed(), fed_options(session.plan));
  return true;
}

bool BpfSuccessor::give_up(ptrace::Session& session, const Error& why) {
  run_.reset();
  if (session.plan.debug) session.messages.say("not the BPF backend, but ptrace: " + why.message());
  return false;
}

}  // namespace

std::unique_ptr<ptrace::Successor> make_successor(TakeOver when) {
  return std::make_unique<BpfSuccessor>(std::move(when));
}

}  // namespace sysray::capture::bpf
