// What the tests of the ptrace source share: to run a program under it, and to have one to attach to.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "capture/ptrace/ptrace_source.h"

namespace sysray::capture {

// Raw events that print readably when a test fails.
using event::Abi;
using event::RawEvent;
using event::RawKind;

inline constexpr u64 nr_read = 0, nr_write = 1, nr_getppid = 110, nr_execve = 59, nr_exit = 60, nr_personality = 135,
                     nr_restart_syscall = 219, nr_clock_nanosleep = 230, nr_exit_group = 231;

class Collector : public Consumer {
 public:
  Verdict on_event(const RawEvent& event, event::MemoryView& memory) override {
    events.push_back(event);
    events.back().comm = {};
    return hook ? hook(event, memory) : Verdict{};
  }
  void on_idle() override { idles++; }
  void on_tick() override {
    ticks++;
    if (stop_at_tick && ticks >= stop_at_tick) stop = true;
  }
  bool wants_stop() const override { return stop; }

  std::vector<RawEvent> all(RawKind kind) const;
  std::vector<RawEvent> calls(u64 number, RawKind kind = RawKind::call_exit) const;

  std::vector<RawEvent> events;
  std::function<Verdict(const RawEvent&, event::MemoryView&)> hook;
  int idles = 0;
  int ticks = 0;
  int stop_at_tick = 0;
  bool stop = false;
};

class Told : public Messages {
 public:
  void say(std::string_view text) override { lines.emplace_back(text); }
  bool contains(const std::string& part) const;
  std::vector<std::string> lines;
};

struct Traced {
  Collector seen;
  Told told;
  Ending ending;
  std::string failure;  // of make_ptrace_source or run; empty: none
};

// A plan that launches `tracee ARGUMENTS`.
Plan launch_tracee(std::vector<std::string> arguments);
// Shows these calls only, in all ABIs.
SyscallSet only(std::initializer_list<u64> numbers);

void trace(Traced& into, Plan plan);
inline Traced trace(Plan plan) {
  Traced result;
  trace(result, std::move(plan));
  return result;
}

// A running `tracee ARGUMENTS`, child of this process, with pipes as its standard input and output.
class Spawned {
 public:
  explicit Spawned(std::vector<std::string> arguments);
  ~Spawned();
  Tid tid() const { return Tid{pid_}; }
  // Reads a line of its output.
  std::string line();
  // Ends its input.
  void finish() { input_.reset(); }
  // Waits for its end: its wait status, -1 if it is not (or no longer) ours to wait for.
  int wait();
  // State in /proc: R, S, T, t, Z; 0 if it is gone.
  char state() const;

 private:
  pid_t pid_ = 0;
  UniqueFd input_;
  UniqueFd output_;
};

// Standard output of this process, and of what it starts, goes to a file while this lives.
class OutputToFile {
 public:
  OutputToFile();
  ~OutputToFile();
  // What was written so far.
  std::string text() const;

 private:
  UniqueFd saved_;
  UniqueFd file_;
};

// Checks what holds for each thread in any run: calls alternate, `attached` comes first, nothing after the end.
void expect_orderly(const std::vector<RawEvent>& events);

}  // namespace sysray::capture
