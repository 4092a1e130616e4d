#include "harness.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <map>

namespace sysray::capture {

std::vector<RawEvent> Collector::all(RawKind kind) const {
  std::vector<RawEvent> out;
  for (const RawEvent& event : events)
    if (event.kind == kind) out.push_back(event);
  return out;
}

std::vector<RawEvent> Collector::calls(u64 number, RawKind kind) const {
  std::vector<RawEvent> out;
  for (const RawEvent& event : events)
    if (event.kind == kind && event.number == number) out.push_back(event);
  return out;
}

bool Told::contains(const std::string& part) const {
  for (const std::string& line : lines)
    if (line.find(part) != line.npos) return true;
  return false;
}

Plan launch_tracee(std::vector<std::string> arguments) {
  Plan plan;
  plan.launch.emplace();
  plan.launch->argv = {TRACEE};
  for (std::string& argument : arguments) plan.launch->argv.push_back(std::move(argument));
  plan.quiet_attach = true;
  return plan;
}

SyscallSet only(std::initializer_list<u64> numbers) {
  SyscallSet set;
  set.all = false;
  for (u64 number : numbers)
    for (auto& calls : set.calls) calls[number] = true;
  return set;
}

void trace(Traced& into, Plan plan) {
  Result<std::unique_ptr<Source>> source = ptrace::make_ptrace_source(std::move(plan), into.told);
  if (!source) {
    into.failure = source.error().message();
    if (into.failure.empty()) into.failure = "failed";
    return;
  }
  Result<Ending> ending = (*source)->run(into.seen);
  if (ending)
    into.ending = *ending;
  else
    into.failure = ending.error().message();
}

Spawned::Spawned(std::vector<std::string> arguments) {
  int in[2], out[2];
  if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0) abort();
  std::vector<char*> argv{const_cast<char*>(TRACEE)};
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  pid_ = fork();
  if (pid_ == 0) {
    dup2(in[0], 0);
    dup2(out[1], 1);
    execv(TRACEE, argv.data());
    _exit(126);
  }
  close(in[0]);
  close(out[1]);
  input_.reset(in[1]);
  output_.reset(out[0]);
}

Spawned::~Spawned() {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

std::string Spawned::line() {
  std::string text;
  for (char byte; read(output_.get(), &byte, 1) == 1 && byte != '\n';) text += byte;
  return text;
}

int Spawned::wait() {
  int status;
  return waitpid(pid_, &status, 0) == pid_ ? status : -1;
}

char Spawned::state() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/stat");
  std::string text;
  std::getline(file, text);
  size_t name_end = text.rfind(')');
  return name_end == text.npos ? 0 : text[name_end + 2];
}

OutputToFile::OutputToFile() : saved_(fcntl(1, F_DUPFD_CLOEXEC, 3)), file_(memfd_create("output", MFD_CLOEXEC)) {
  fflush(stdout);
  dup2(file_.get(), 1);
}

OutputToFile::~OutputToFile() { dup2(saved_.get(), 1); }

std::string OutputToFile::text() const {
  std::string text(1 << 16, 0);
  ssize_t n = pread(file_.get(), text.data(), text.size(), 0);
  text.resize(n > 0 ? static_cast<size_t>(n) : 0);
  return text;
}

void expect_orderly(const std::vector<RawEvent>& events) {
  struct Thread {
    bool in_call = false;
    bool ended = false;
  };
  std::map<s32, Thread> threads;
  for (const RawEvent& event : events) {
    s32 tid = number(event.tid);
    auto found = threads.find(tid);
    bool known = found != threads.end() && !found->second.ended;
    if (event.kind == RawKind::attached) {
      EXPECT_FALSE(known) << tid << " attached twice";
      threads[tid] = {};
      continue;
    }
    ASSERT_TRUE(known) << tid << ": event " << static_cast<int>(event.kind) << " before attached or after the end";
    Thread& thread = found->second;
    switch (event.kind) {
      case RawKind::call_enter:
        EXPECT_FALSE(thread.in_call) << tid << " entered " << event.number;
        thread.in_call = true;
        break;
      case RawKind::call_exit: thread.in_call = false; break;
      case RawKind::superseded:
        ASSERT_TRUE(threads.contains(number(event.other)));
        thread = threads[number(event.other)];
        threads.erase(number(event.other));
        break;
      case RawKind::exited:
      case RawKind::killed:
        EXPECT_FALSE(thread.in_call) << tid << " ended in a call";
        thread.ended = true;
        break;
      case RawKind::detached: thread.ended = true; break;
      default: break;
    }
  }
}

}  // namespace sysray::capture
