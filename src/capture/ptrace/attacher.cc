#include "capture/ptrace/attacher.h"

#include <dirent.h>
#include <errno.h>
#include <fmt/format.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <optional>
#include <string>

namespace sysray::capture::ptrace {
namespace {

// A field of /proc/TID/status, without its name; empty if there is none.
std::string status_field(Tid tid, const std::string& name) {
  std::ifstream file(fmt::format("/proc/{}/status", number(tid)));
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(name + ":")) continue;
    size_t start = line.find_first_not_of(" \t", name.size() + 1);
    return start == line.npos ? "" : line.substr(start);
  }
  return "";
}

s32 to_number(const std::string& text) { return static_cast<s32>(strtol(text.c_str(), nullptr, 10)); }

std::vector<Tid> threads_of(Tgid tgid) {
  std::vector<Tid> out;
  auto close = [](DIR* dir) { closedir(dir); };
  std::unique_ptr<DIR, decltype(close)> dir(opendir(fmt::format("/proc/{}/task", number(tgid)).c_str()), close);
  while (dirent* entry = dir ? readdir(dir.get()) : nullptr)
    if (s32 tid = to_number(entry->d_name)) out.push_back(Tid{tid});
  return out;
}

bool is_kernel_thread(Tid tid) {
  std::ifstream file(fmt::format("/proc/{}/stat", number(tid)));
  std::string line;
  std::getline(file, line);
  size_t name_end = line.rfind(')');
  unsigned flags = 0;
  constexpr unsigned pf_kthread = 0x00200000;  // field 9 of proc_pid_stat(5)
  return name_end != line.npos && sscanf(line.c_str() + name_end + 1, " %*c %*d %*d %*d %*d %*d %u", &flags) == 1 &&
         (flags & pf_kthread);
}

}  // namespace

Tgid process_of(Tid tid) {
  s32 tgid = to_number(status_field(tid, "Tgid"));
  return Tgid{tgid ? tgid : number(tid)};
}

std::vector<Attached> Attacher::attach(Tid tid, bool whole_process) {
  std::vector<Attached> out = attach_quietly(tid, whole_process);
  if (out.empty()) explain(tid, errno);
  return out;
}

std::vector<Attached> Attacher::attach_quietly(Tid tid, bool whole_process) {
  std::vector<Attached> out;
  if (::ptrace(PTRACE_SEIZE, number(tid), nullptr, options_) < 0) return out;
  Tgid tgid = process_of(tid);
  out.push_back({tid, tgid});
  ::ptrace(PTRACE_INTERRUPT, number(tid), nullptr, nullptr);
  // Threads that are traced already can't start others unseen; a pass that finds none leaves none.
  while (whole_process && attach_new_threads(tid, tgid, out) > 0) {
  }
  if (!quiet_) {
    std::string text = fmt::format("Process {} attached", number(tid));
    if (out.size() > 1) text += fmt::format(" with {} threads", out.size());
    messages_.say(text);
  }
  return out;
}

size_t Attacher::attach_new_threads(Tid leader, Tgid tgid, std::vector<Attached>& to) {
  size_t found = 0;
  for (Tid tid : threads_of(tgid)) {
    if (tid == leader || std::any_of(to.begin(), to.end(), [&](const Attached& known) { return known.tid == tid; }))
      continue;
    // One that is traced already was auto-attached when it started; its stop will tell.
    if (::ptrace(PTRACE_SEIZE, number(tid), nullptr, options_) < 0) continue;
    ::ptrace(PTRACE_INTERRUPT, number(tid), nullptr, nullptr);
    to.push_back({tid, tgid});
    found++;
  }
  return found;
}

void Attacher::explain(Tid tid, int error) {
  s32 id = number(tid);
  messages_.say(fmt::format("attach: ptrace(PTRACE_SEIZE, {}): {}", id, strerror(error)));
  if (error != EPERM) return;
  if (s32 tracer = to_number(status_field(tid, "TracerPid"))) {
    messages_.say(fmt::format("Process {} is already being traced by pid {}", id, tracer));
    if (!remedy_.empty()) messages_.say(remedy_);
    return;
  }
  if (is_kernel_thread(tid)) {
    messages_.say(fmt::format("process {} is a kernel thread, which cannot be traced", id));
    return;
  }
  if (status_field(tid, "State").starts_with("Z")) {
    messages_.say(fmt::format("process {} has ended and waits for its parent (a zombie)", id));
    return;
  }
  if (kill(id, 0) < 0 && errno == EPERM) {
    messages_.say(fmt::format("process {} may be owned by a different user", id));
    return;
  }
  std::ifstream yama("/proc/sys/kernel/yama/ptrace_scope");
  int scope = 0;
  if (yama >> scope && scope > 0)
    messages_.say(fmt::format("sysctl kernel.yama.ptrace_scope = {} may be restricting this attach", scope));
}

}  // namespace sysray::capture::ptrace
