// Observer: turns records into RawEvents of threads that are not stopped. Their lives are told by records alone.
#pragma once

#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "capture/bpf/record_listener.h"
#include "capture/messages.h"
#include "capture/ptrace/launcher.h"
#include "capture/ptrace/tracee.h"
#include "capture/source.h"

namespace sysray::capture::bpf {

class Observer : public RecordListener {
 public:
  // Both must outlive the observer.
  Observer(const Plan& plan, Messages& messages) : plan_(plan), messages_(messages) {}

  // The program's process, before it is released; `launcher` must outlive the observer.
  void add_launched(ptrace::Launcher& launcher);
  // A thread that was there before.
  void add_attached(Tid tid, Tgid tgid) { tracees_.add(tid, tgid); }
  void set_consumer(Consumer& consumer);

  void on_captured(const ptrace::CapturedCall& call) override;
  void on_life(const bpf_record& record, const ptrace::Timestamps& when) override;
  void on_loss(const bpf_record& record, const ptrace::Timestamps& when) override;

  // What is known of a thread whose end was not recorded.
  void on_unplaced_end(Tid tid, const bpf_unplaced& last, const ptrace::Timestamps& when);
  // Events that no record told of: of a thread, or of nobody knows which (tid 0).
  void on_loss(Tid tid, u64 events);
  // Forgets threads that are gone though no record told of it, if they were already when this was last asked. True if
  // there are some that are.
  bool bury_gone();
  // The threads live on, and are observed no longer.
  void let_all_go();

  bool empty() const { return tracees_.empty(); }
  bool launched_has_ended() const { return launched_has_ended_; }
  const Ending& ending() const { return ending_; }
  // Events of whose loss was told; and with those that were made up for.
  u64 lost() const { return lost_; }
  u64 accounted() const { return accounted_; }
  std::vector<Tid> threads();

 private:
  using Tracee = ptrace::Tracee;
  Tracee& meet(Tid tid, Tgid tgid, std::string_view comm);
  void on_enter(Tracee& tracee, const ptrace::CapturedCall& call);
  void on_exit(Tracee& tracee, const ptrace::CapturedCall& call);
  void on_birth(Tracee& creator, u64 ids);
  void on_exec(const bpf_record& record);
  void on_signal(Tracee& tracee, const bpf_record& record);
  void on_end(Tracee& tracee, u64 end);
  void on_death(Tracee& tracee, int status);
  void end_call(Tracee& tracee);
  void tell_loss(Tracee& tracee, u64 events);
  void detach(Tracee& tracee);
  bool is_shown(const Tracee& tracee) const;
  // Our own threads are hidden; whatever may have been captured before they were is left out.
  bool is_ours(Tgid tgid) const { return tgid == own_; }
  void deliver(event::RawEvent& event, Tracee& tracee);

  const Plan& plan_;
  Messages& messages_;
  Consumer* consumer_ = nullptr;
  ptrace::Launcher* launcher_ = nullptr;
  ptrace::TraceeTable tracees_;
  // Leaders that have ended before the last thread of their process, with what is to be told of it then; and processes
  // whose last thread has told already.
  std::unordered_map<s32, int> ended_leaders_;
  std::unordered_map<s32, int> ended_processes_;
  std::unordered_set<s32> gone_;  // as bury_gone() has seen
  ptrace::Timestamps stamps_{};
  event::MemoryView* memory_ = nullptr;  // while a call is delivered
  Tgid own_{};
  u64 lost_ = 0;
  u64 accounted_ = 0;
  bool launched_has_ended_ = false;
  Ending ending_;
};

}  // namespace sysray::capture::bpf
