#include "capture/bpf/bpf_source.h"

#include <errno.h>
#include <sys/ptrace.h>
#include <unistd.h>

#include <optional>

#include "capture/bpf/fed_run.h"
#include "capture/bpf/observing_source.h"
#include "capture/ptrace/session.h"

namespace sysray::capture::bpf {

Result<LoadedObject> load_object(const Plan& plan, Depth depth, Messages& messages) {
  auto object = Object::load(plan, depth);
  if (!object && depth.files != 0) {
    const Error why = object.error();
    depth.files = 0;
    depth.stand_still = true;
    object = Object::load(plan, depth);
    if (object && plan.debug)
      messages.say("BPF backend: files of descriptors are looked up while threads stand still: " + why.observed);
  }
  if (!object) return object.error();
  return LoadedObject{std::move(*object), depth.files != 0};
}

unsigned long fed_options(const Plan& plan) {
  unsigned long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC;
  if (plan.follow_forks) options |= PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;
  if (plan.kill_on_exit) options |= PTRACE_O_EXITKILL;
  return options;
}

namespace {

class BpfSource : public Source {
 public:
  BpfSource(Plan plan, Messages& messages) : session_(std::move(plan), messages) {}

  Result<void> start(const Depth& depth);
  Abilities abilities() const override { return {.captures_files = files_}; }
  Result<Ending> run(Consumer& consumer) override;

 private:
  Result<void> launch();

  ptrace::Session session_;
  std::optional<FedRun> run_;
  bool files_ = false;  // calls tell what is behind descriptors
};

Result<void> BpfSource::start(const Depth& depth) {
  const Plan& plan = session_.plan;
  for (Tid tid : plan.attach)
    if (number(tid) == getpid()) return Error{"I'm sorry, I can't let you do that, Dave.", "", "", EPERM};
  auto loaded = load_object(plan, depth, session_.messages);
  if (!loaded) return loaded.error();
  files_ = loaded->files;
  // Before the rest, because a daemon mode makes another process the tracer.
  if (plan.launch) {
    if (Result<void> launched = launch(); !launched) return launched;
  }
  run_.emplace(session_, std::move(loaded->object), files_);
  session_.tracer.set_feed(run_->feed());
  if (auto attached = run_->attach(); !attached) return attached;
  if (!session_.attach(fed_options(plan)) && !plan.launch) return Error{};
  if (plan.debug && plan.kill_on_exit) session_.messages.say("PTRACE_O_EXITKILL works");
  return run_->open_alarm();
}

Result<void> BpfSource::launch() {
  const Plan& plan = session_.plan;
  auto program = ptrace::find_program(*plan.launch);
  if (!program) return program.error();
  auto launcher = ptrace::Launcher::start(*program, {}, plan.daemon, session_.signals);
  if (!launcher) return launcher.error();
  return session_.take_launched(std::move(*launcher), fed_options(plan), ptrace::FilterCare::none);
}

Result<Ending> BpfSource::run(Consumer& consumer) {
  session_.tracer.set_consumer(consumer);
  if (session_.launcher) session_.launcher->release();
  return run_->run(consumer);
}

}  // namespace

Result<std::unique_ptr<Source>> make_bpf_source(Plan plan, const Depth& depth, Messages& messages) {
  if (plan.observe) return make_observing_source(std::move(plan), depth, messages);
  auto source = std::make_unique<BpfSource>(std::move(plan), messages);
  if (Result<void> started = source->start(depth); !started) return started.error();
  return std::unique_ptr<Source>(std::move(source));
}

}  // namespace sysray::capture::bpf
