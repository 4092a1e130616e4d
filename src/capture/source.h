// Source: the one interface of capture. A source delivers RawEvents to a Consumer; while the consumer works on an event
// of a thread, the thread does not run (if the source says so in its Abilities).
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "event/memory_view.h"
#include "event/raw_event.h"

namespace sysray::capture {

// Bytes for the memory of a tracee, at the address in an argument (0 .. 5) of its call.
struct Poke {
  u8 argument = 0;
  std::span<const std::byte> bytes;
};

// A result that a call gets without being made.
struct MadeUpResult {
  s64 value = 0;  // a negated errno value if `is_error`
  bool is_error = false;
  // The call that is made in its place, by ABI; one without effects, or none.
  std::array<u64, event::abi_count> substitutes{event::no_call, event::no_call, event::no_call};
};

// What is to be done with one call, from its entry to its exit.
struct Intervention {
  std::optional<MadeUpResult> result;
  int signal = 0;  // to be sent to the thread at the entry
  std::optional<Nanoseconds> delay_enter;
  std::optional<Nanoseconds> delay_exit;
  std::span<const Poke> poke_enter;  // before the entry is delivered
  std::span<const Poke> poke_exit;   // before the exit is delivered
};

// What the consumer wants done; nothing by default. Only sources with `can_change` obey.
struct Verdict {
  bool detach = false;                         // let this thread (and only it) go
  const Intervention* intervention = nullptr;  // of judge(); must stay valid until the end of the run
};

class Consumer {
 public:
  virtual ~Consumer() = default;
  // What a recording knows of the world as of the event that follows (recording::Witness).
  virtual void on_world(std::span<const std::byte>) {}
  // Asked before the entry of a call is delivered, if Plan::tampers.
  virtual Verdict judge(const event::RawEvent&, event::MemoryView&) { return {}; }
  // `memory` is valid during the call. The thread is resumed when this returns.
  virtual Verdict on_event(const event::RawEvent& event, event::MemoryView& memory) = 0;
  // Nothing is pending: a moment to flush what was buffered.
  virtual void on_idle() {}
  // The interval asked for with Plan::tick has passed.
  virtual void on_tick() {}
  // True ends the run: the source detaches from everything.
  virtual bool wants_stop() const { return false; }
};

// Which system calls are delivered, by ABI and number. Numbers past the end are always delivered.
struct SyscallSet {
  static constexpr size_t size = 1024;
  std::bitset<size> calls[event::abi_count];
  bool all = true;  // no filter at all
  bool contains(event::Abi abi, u64 number) const {
    return all || number >= size || calls[static_cast<size_t>(abi)][number];
  }
};

// Calls that need not be delivered, nor their beginnings, if they end so. A source may deliver them all the same.
struct Unneeded {
  std::bitset<SyscallSet::size> calls;  // of x86_64, by number
  bool successes = false;
  bool failures = false;
};

struct EnvironmentEdit {
  std::string name;
  std::optional<std::string> value;  // nullopt: remove
};

// A program to start.
struct Launch {
  std::vector<std::string> argv;     // argv[0] is looked up in PATH
  std::optional<std::string> argv0;  // replaces argv[0] for the program
  std::vector<EnvironmentEdit> environment;
  std::string user;  // name, UID or UID:GID; empty: unchanged
};

enum class DaemonMode : u8 { none, grandchild, own_process_group, own_session };  // -D, -DD, -DDD
enum class InteractiveMode : u8 { unset, anywhere, waiting, never, never_tstp };  // -I 1 .. 4

// Targets that are named by what they are, not by their ids: tasks that belong to them appear while the source runs.
class TargetWatch {
 public:
  virtual ~TargetWatch() = default;
  // Processes that belong to the targets now, whether they are traced or not.
  virtual std::vector<Tid> find() = 0;
};

struct Plan {
  std::optional<Launch> launch;
  std::vector<Tid> attach;
  std::shared_ptr<TargetWatch> watch;  // asked again and again for what else is to be attached; may be null
  std::vector<Tid> helpers;   // children of this process whose end is no news: the command that reads the trace
  bool follow_forks = false;  // -f
  SyscallSet calls;
  Unneeded unneeded;
  // A seccomp filter may be installed in the launched program, and nobody minds what it changes (--seccomp-bpf).
  bool allow_seccomp = false;
  // One may be installed if nothing shows of it; if not, `unfiltered_because` says why, for -d.
  bool quiet_seccomp = false;
  bool picks_nothing = false;  // `calls` holds only numbers that no call has
  std::string_view unfiltered_because;
  bool want_signals = true;
  bool want_system_time = false;  // fill RawEvent::system_time
  bool want_comm = false;         // fill RawEvent::comm
  bool tampers = false;           // ask the consumer to judge each call
  bool sends_signals = false;     // ... with verdicts that have signals sent
  bool kill_on_exit = false;
  bool detach_on_exec = false;  // -b execve
  DaemonMode daemon = DaemonMode::none;
  InteractiveMode interactive = InteractiveMode::unset;
  bool quiet_attach = false;  // no messages on attach and detach
  bool quiet_exit = false;    // no messages on the end of processes that are not traced
  bool syscall_info = true;   // false: registers are read as before Linux 5.3, without PTRACE_GET_SYSCALL_INFO
  bool debug = false;         // -d: what the source does, as messages
  size_t ring_size = 0;       // of the BPF source: bytes for each CPU; 0: chosen
  Nanoseconds tick = 0;       // CLOCK_MONOTONIC interval of on_tick; 0: none

  // Of the BPF source: without ptrace, which other tracers may need; all threads of the machine, but for our own and
  // the helpers'.
  bool observe = false;
  bool everyone = false;
  std::string_view if_traced;  // what else is said if a process to attach to has a tracer already
};

// How the run ended: what the tracer's own exit should look like.
struct Ending {
  int exit_status = 0;   // of the launched program
  int fatal_signal = 0;  // it was killed by this signal; the tracer should die the same way
  // The process that the user had started as the tracer was killed: nobody waits for what is still to be said.
  bool abandoned = false;
};

struct Abilities {
  bool stops_threads = false;   // memory is stable while the consumer works
  bool can_change = false;      // verdicts are obeyed
  bool captures_files = false;  // events of calls tell of the files behind descriptors (RawEvent::files)
};

class Source {
 public:
  virtual ~Source() = default;
  virtual Abilities abilities() const = 0;
  // Runs until all targets are gone, the consumer wants to stop, or the user interrupts.
  virtual Result<Ending> run(Consumer& consumer) = 0;
  // All is said and written: what must outlive the run does so here, unseen. Returns when nothing is left to do.
  virtual void retire(const Ending&) {}
};

}  // namespace sysray::capture
