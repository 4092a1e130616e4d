#include "capture/bpf/observing_source.h"

#include <dirent.h>
#include <errno.h>
#include <fmt/format.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <optional>
#include <unordered_set>

#include "capture/bpf/alarm.h"
#include "capture/bpf/costs.h"
#include "capture/bpf/object.h"
#include "capture/bpf/observer.h"
#include "capture/bpf/record_feed.h"
#include "capture/ptrace/attacher.h"

namespace sysray::capture::bpf {
namespace {

// As the source with ptrace: while there are events, the rings are looked at so often; after so long without, only when
// the program says so.
constexpr Nanoseconds round = 5'000'000;
constexpr Nanoseconds quiet_time = 100'000'000;

std::vector<Tid> threads_of(Tid process) {
  std::vector<Tid> threads;
  DIR* folder = opendir(fmt::format("/proc/{}/task", number(process)).c_str());
  while (const dirent* entry = folder ? readdir(folder) : nullptr) {
    s32 tid = 0;
    const char* end = entry->d_name + strlen(entry->d_name);
    if (std::from_chars(entry->d_name, end, tid).ptr == end) threads.push_back(Tid{tid});
  }
  if (folder) closedir(folder);
  return threads;
}

class ObservingSource : public Source {
 public:
  ObservingSource(Plan plan, Messages& messages)
      : plan_(std::move(plan)), messages_(messages), signals_(plan_.interactive), observer_(plan_, messages) {}

  Result<void> start(const Depth& depth);
  Abilities abilities() const override { return {.captures_files = files_}; }
  Result<Ending> run(Consumer& consumer) override;

 private:
  Result<void> launch();
  Result<void> hide_ourselves();
  void hide_family(Tid process);
  Result<void> attach_all();
  bool attach(Tid tid);
  bool attach_thread(Tid tid, Tgid tgid);
  // What the rings hold, and what found no room there.
  bool drain();
  bool done();
  void reap();
  void rest(Consumer& consumer, bool busy);
  void finish(int fatal_signal);

  const Plan plan_;
  Messages& messages_;
  ptrace::SignalGuard signals_;
  std::optional<ptrace::Launcher> launcher_;
  Observer observer_;
  std::unique_ptr<Object> object_;
  std::optional<RecordFeed> feed_;
  std::optional<Alarm> alarm_;
  bool files_ = false;  // calls tell what is behind descriptors
  Nanoseconds last_event_ = 0;
};

Result<void> ObservingSource::start(const Depth& depth) {
  files_ = depth.files != 0;
  auto object = Object::load(plan_, depth);
  if (!object) return object.error();
  object_ = std::move(*object);
  feed_.emplace(*object_, observer_, files_, messages_);
  // A daemon mode makes another process the observer: what follows is about that one.
  if (plan_.launch) {
    if (Result<void> launched = launch(); !launched) return launched;
  }
  if (plan_.everyone) {
    if (Result<void> hidden = hide_ourselves(); !hidden) return hidden;
  }
  if (auto attached = object_->attach(); !attached) return attached;
  if (files_) {
    if (auto noted = object_->note_root(); !noted) return noted;
  }
  if (auto attached = attach_all(); !attached) return attached;
  // Once more, after all that marks our own threads for other purposes.
  if (plan_.everyone) {
    if (Result<void> hidden = hide_ourselves(); !hidden) return hidden;
  }
  auto alarm = Alarm::make(signals_.awaited(), plan_.tick, *object_);
  if (!alarm) return alarm.error();
  alarm_.emplace(std::move(*alarm));
  alarm_->listen();
  if (plan_.debug)
    messages_.say(fmt::format("BPF backend: rings of {} KiB, without ptrace", object_->ring_size() >> 10));
  return {};
}

Result<void> ObservingSource::launch() {
  auto program = ptrace::find_program(*plan_.launch);
  if (!program) return program.error();
  auto launcher = ptrace::Launcher::start(*program, {.filter = {}, .stops = false}, plan_.daemon, signals_);
  if (!launcher) return launcher.error();
  launcher_.emplace(std::move(*launcher));
  if (Result<void> added = object_->add(launcher_->tid(), {}); !added) return added;
  if (plan_.daemon != DaemonMode::none && !plan_.quiet_attach)
    messages_.say(fmt::format("Process {} attached", number(launcher_->tid())));
  observer_.add_launched(*launcher_);
  return {};
}

// What we write about a call of ours would be another call to write about.
Result<void> ObservingSource::hide_ourselves() {
  bpf_task hidden{};
  hidden.hidden = 1;
  for (Tid tid : threads_of(Tid{getpid()}))
    if (Result<void> added = object_->add(tid, hidden); !added) return added;
  for (Tid helper : plan_.helpers) hide_family(helper);
  return {};
}

// Those that are born from now on are hidden by the program; those that are there already have to be found.
void ObservingSource::hide_family(Tid process) {
  bpf_task hidden{};
  hidden.hidden = 1;
  for (Tid tid : threads_of(process)) {
    (void)object_->add(tid, hidden);  // it may have ended
    std::ifstream children(fmt::format("/proc/{}/task/{}/children", number(process), number(tid)));
    for (s32 child = 0; children >> child;) hide_family(Tid{child});
  }
}

Result<void> ObservingSource::attach_all() {
  bool any = false;
  for (Tid tid : plan_.attach) any |= attach(tid);
  if (!any && !plan_.launch && !plan_.everyone) return Error{};
  return {};
}

bool ObservingSource::attach(Tid tid) {
  const Tgid tgid = ptrace::process_of(tid);
  if (!attach_thread(tid, tgid)) {
    messages_.say(fmt::format("observing process {}: {}", number(tid), strerror(errno)));
    return false;
  }
  size_t count = 1;
  std::unordered_set<s32> known{number(tid)};
  // Threads that are observed already don't start others unseen; a pass that finds none leaves none.
  for (bool found = plan_.follow_forks; found;) {
    found = false;
    for (Tid other : threads_of(Tid{number(tgid)})) {
      if (!known.insert(number(other)).second) continue;
      found = true;
      count += attach_thread(other, tgid);
    }
  }
  if (plan_.quiet_attach) return true;
  std::string text = fmt::format("Process {} attached", number(tid));
  if (count > 1) text += fmt::format(" with {} threads", count);
  messages_.say(text);
  return true;
}

bool ObservingSource::attach_thread(Tid tid, Tgid tgid) {
  bpf_task state{};
  state.birth = BPF_ATTACHED;
  if (auto added = object_->add(tid, state); !added) {
    errno = added.error().code;
    return false;
  }
  observer_.add_attached(tid, tgid);
  return true;
}

Result<Ending> ObservingSource::run(Consumer& consumer) {
  observer_.set_consumer(consumer);
  if (launcher_) launcher_->release();
  while (!done()) {
    alarm_->look();
    if (std::optional<int> signal = alarm_->take_signal()) {
      finish(*signal);
      consumer.on_idle();
      return Ending{0, *signal};
    }
    if (alarm_->take_tick()) consumer.on_tick();
    const bool busy = drain();
    reap();
    if (consumer.wants_stop()) {
      finish(0);
      return Ending{};
    }
    if (!busy && done()) break;
    rest(consumer, busy);
  }
  finish(0);
  consumer.on_idle();
  return observer_.ending();
}

bool ObservingSource::drain() {
  // Those that ended without a record have their other records in the rings already.
  const std::vector<Object::Unplaced> ends = object_->take_unplaced();
  bool any = feed_->drain();
  const ptrace::Timestamps now = ptrace::now();
  for (const Object::Unplaced& end : ends) {
    const auto monotonic = static_cast<Nanoseconds>(end.last.time);
    feed_->release_waiting_of(end.tid);
    observer_.on_unplaced_end(end.tid, end.last, {now.time - now.monotonic + monotonic, monotonic});
    any = true;
  }
  if (feed_->anything_waits()) feed_->release_waiting(now.monotonic, false);
  return any;
}

bool ObservingSource::done() {
  if (plan_.everyone) return plan_.launch && observer_.launched_has_ended();
  // What was born before this has a record of its birth in the rings, or was lost.
  return __atomic_load_n(&object_->shared().alive, __ATOMIC_SEQ_CST) == 0 && observer_.empty();
}

// Only so that it doesn't stay as a zombie: its record tells how it has ended.
void ObservingSource::reap() {
  if (!launcher_ || plan_.daemon != DaemonMode::none) return;
  waitpid(number(launcher_->tid()), nullptr, WNOHANG);
}

void ObservingSource::rest(Consumer& consumer, bool busy) {
  const Nanoseconds monotonic = ptrace::now().monotonic;
  if (busy) last_event_ = monotonic;
  consumer.on_idle();
  bool quiet = monotonic - last_event_ > quiet_time && !feed_->anything_waits();
  if (quiet && !plan_.everyone) quiet = !observer_.bury_gone() && !done();
  alarm_->sleep(quiet ? Alarm::Depth::deep : Alarm::Depth::light, round);
}

// From here on nothing is captured; what no record has told of is told now.
void ObservingSource::finish(int fatal_signal) {
  if (fatal_signal && launcher_ && !observer_.launched_has_ended()) {
    kill(number(launcher_->tid()), SIGCONT);
    kill(number(launcher_->tid()), fatal_signal);
  }
  object_->detach();
  drain();
  feed_->release_waiting(0, true);
  for (Tid tid : observer_.threads())
    if (const u32 lost = object_->untold(tid)) observer_.on_loss(tid, lost);
  const u64 lost = __atomic_load_n(&object_->shared().lost, __ATOMIC_SEQ_CST);
  if (lost > observer_.accounted()) observer_.on_loss(Tid{}, lost - observer_.accounted());
  observer_.let_all_go();
  if (launcher_ && plan_.daemon == DaemonMode::none && observer_.launched_has_ended())
    waitpid(number(launcher_->tid()), nullptr, 0);
  if (!plan_.debug) return;
  messages_.say(feed_->report(observer_.lost()));
  messages_.say(describe_costs(*object_));
}

}  // namespace

Result<std::unique_ptr<Source>> make_observing_source(Plan plan, const Depth& depth, Messages& messages) {
  for (Tid tid : plan.attach)
    if (number(tid) == getpid()) return Error{"I'm sorry, I can't let you do that, Dave.", "", "", EPERM};
  auto source = std::make_unique<ObservingSource>(std::move(plan), messages);
  if (Result<void> started = source->start(depth); !started) return started.error();
  return std::unique_ptr<Source>(std::move(source));
}

}  // namespace sysray::capture::bpf
