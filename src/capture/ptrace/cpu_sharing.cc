#include "capture/ptrace/cpu_sharing.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "base/unique_fd.h"

namespace sysray::capture::ptrace {
namespace {

constexpr unsigned enough_in_a_row = 32;
constexpr Nanoseconds shortest_pause = 20'000'000;
constexpr Nanoseconds longest_pause = 2'000'000'000;

bool set_policy(int policy) {
  const sched_param none{};
  return sched_setscheduler(0, policy, &none) == 0;
}

// Leaving SCHED_IDLE needs CAP_SYS_NICE or RLIMIT_NICE (sched(7)): a thread of its own finds out whether we have it.
bool can_come_back() {
  if (sched_getscheduler(0) != SCHED_OTHER) return false;
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) < 0 || CPU_COUNT(&allowed) < 2) return false;
  bool back = false;
  std::thread([&back] { back = set_policy(SCHED_IDLE) && set_policy(SCHED_OTHER); }).join();
  return back;
}

// The CPU that a thread ran on last: field 39 of /proc/PID/stat (proc(5)). -1: not known.
int last_cpu(Tid tid) {
  char text[1024];
  snprintf(text, sizeof text, "/proc/%d/stat", number(tid));
  const UniqueFd file(open(text, O_RDONLY | O_CLOEXEC));
  const ssize_t size = file ? read(file.get(), text, sizeof text - 1) : -1;
  if (size <= 0) return -1;
  text[size] = 0;
  // The second field is a name, which may hold anything.
  const char* at = strrchr(text, ')');
  for (int field = 2; at && field < 39; field++) at = strchr(at + 1, ' ');
  return at ? atoi(at + 1) : -1;
}

}  // namespace

void CpuSharing::found(Tid tid, Nanoseconds monotonic, bool at_once) {
  if (tid != tid_) {
    leave();
    tid_ = tid;
    return;
  }
  if (!active_) {
    if (++streak_ >= enough_in_a_row && monotonic >= not_before_) enter();
    return;
  }
  if (at_once || ++apart_ < enough_in_a_row) return;
  // The kernel has set one of the two elsewhere.
  if (!join(tid)) leave();
}

void CpuSharing::enter() {
  if (!possible_) possible_ = can_come_back();
  streak_ = 0;
  if (!*possible_ || !join(tid_)) return;
  active_ = set_policy(SCHED_IDLE);
}

bool CpuSharing::join(Tid tid) {
  apart_ = 0;
  const int cpu = last_cpu(tid);
  if (cpu < 0 || cpu >= CPU_SETSIZE) return false;
  if (cpu == sched_getcpu()) return true;
  cpu_set_t allowed, one;
  CPU_ZERO(&one);
  CPU_SET(static_cast<size_t>(cpu), &one);
  if (sched_getaffinity(0, sizeof allowed, &allowed) < 0 || !CPU_ISSET(static_cast<size_t>(cpu), &allowed))
    return false;
  if (sched_setaffinity(0, sizeof one, &one) < 0) return false;
  return sched_setaffinity(0, sizeof allowed, &allowed) == 0;
}

// Each time it was tried in vain a slice of the others' is lost: the less often it pays, the more rarely it is tried.
void CpuSharing::contended(Nanoseconds monotonic) {
  const bool again = monotonic - not_before_ < 2 * pause_;
  pause_ = again ? std::min(2 * pause_, longest_pause) : shortest_pause;
  not_before_ = monotonic + pause_;
  leave();
}

void CpuSharing::leave() {
  streak_ = 0;
  if (!active_) return;
  set_policy(SCHED_OTHER);
  active_ = false;
}

}  // namespace sysray::capture::ptrace
