#include "capture/bpf/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>

#include "base/types.h"

namespace sysray::capture::bpf {
namespace {

// How long a thread may take from the SIGSTOP to the stop, after its tracer has gone.
constexpr int looks = 20;
constexpr long pause_ns = 25'000'000;

// In the guard, which was forked from a process with threads: nothing here allocates or takes locks.

bool is_stopped(int tid) {
  char path[40];
  snprintf(path, sizeof path, "/proc/%d/stat", tid);
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  char text[256];
  const ssize_t n = read(fd, text, sizeof text - 1);
  close(fd);
  if (n <= 0) return false;
  text[n] = 0;
  const char* name_end = strrchr(text, ')');
  return name_end && name_end[1] == ' ' && name_end[2] == 'T';
}

// The key behind another, nullptr: the first one. False: there is none.
bool next_key(int map, const int* key, int* next) {
  bpf_attr attr{};
  attr.map_fd = static_cast<u32>(map);
  attr.key = reinterpret_cast<u64>(key);
  attr.next_key = reinterpret_cast<u64>(next);
  return syscall(SYS_bpf, BPF_MAP_GET_NEXT_KEY, &attr, sizeof attr) == 0;
}

void wake_stopped(int stopped) {
  for (int look = 0; look < looks; look++) {
    int next = 0;
    int tid = 0;
    bool any = next_key(stopped, nullptr, &next);
    if (!any) return;
    while (any) {
      tid = next;
      if (is_stopped(tid)) kill(tid, SIGCONT);
      any = next_key(stopped, &tid, &next);
    }
    const timespec moment{0, pause_ns};
    nanosleep(&moment, nullptr);
  }
}

[[noreturn]] void watch(int life, int stopped) {
  setsid();
  prctl(PR_SET_NAME, "sysray-guard");
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  // Nobody shall wait for the end of a pipe because of us.
  const auto low = static_cast<unsigned>(std::min(life, stopped)),
             high = static_cast<unsigned>(std::max(life, stopped));
  if (low > 0) syscall(SYS_close_range, 0u, low - 1, 0u);
  if (high > low + 1) syscall(SYS_close_range, low + 1, high - 1, 0u);
  syscall(SYS_close_range, high + 1, ~0u, 0u);
  if (chdir("/") < 0) _exit(1);
  char end = 0;
  ssize_t n = 0;
  while ((n = read(life, &end, 1)) < 0 && errno == EINTR) {
  }
  if (n == 0) wake_stopped(stopped);
  _exit(0);
}

}  // namespace

Result<Guard> Guard::start(int stopped) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) return Error{"pipe", strerror(errno), "", errno};
  const UniqueFd life(ends[0]);
  UniqueFd ours(ends[1]);
  const pid_t child = fork();
  if (child < 0) return Error{"fork", strerror(errno), "", errno};
  if (child == 0) {
    close(ends[1]);
    const pid_t grandchild = fork();
    if (grandchild == 0) watch(ends[0], stopped);
    _exit(grandchild < 0 ? 1 : 0);
  }
  return Guard(std::move(ours), child);
}

void Guard::settle() {
  const pid_t starter = std::exchange(starter_, 0);
  while (starter > 0 && waitpid(starter, nullptr, 0) < 0 && errno == EINTR) {
  }
}

Guard::~Guard() {
  settle();
  const char end = 1;
  if (life_ && write(life_.get(), &end, 1) < 0) return;  // it is gone already
}

}  // namespace sysray::capture::bpf
