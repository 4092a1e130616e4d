#include "capture/ptrace/cpu_clock.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstring>

namespace sysray::capture::ptrace {
namespace {

// Threads with a higher descriptor open and close their clock each time, to stay clear of RLIMIT_NOFILE.
constexpr int last_kept_descriptor = 256;

UniqueFd open_of(const Tracee& tracee, const char* file) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task/%d/%s", number(tracee.tgid), number(tracee.tid), file);
  return UniqueFd(open(path, O_RDONLY | O_CLOEXEC));
}

Nanoseconds from_stat(const Tracee& tracee) {
  UniqueFd fd = open_of(tracee, "stat");
  char text[1024];
  ssize_t n = fd ? read(fd.get(), text, sizeof text - 1) : -1;
  if (n <= 0) return 0;
  text[n] = 0;
  const char* fields = strrchr(text, ')');  // the name before may hold anything
  unsigned long long user = 0, system = 0;
  if (!fields || sscanf(fields + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu", &user, &system) != 2)
    return 0;
  return static_cast<Nanoseconds>((user + system) * (1'000'000'000 / static_cast<u64>(sysconf(_SC_CLK_TCK))));
}

}  // namespace

Nanoseconds cpu_time(Tracee& tracee) {
  UniqueFd opened;
  if (!tracee.cpu_clock) opened = open_of(tracee, "schedstat");
  int fd = tracee.cpu_clock ? tracee.cpu_clock.get() : opened.get();
  char text[80];
  ssize_t n = fd < 0 ? -1 : pread(fd, text, sizeof text - 1, 0);
  if (opened && fd < last_kept_descriptor) tracee.cpu_clock = std::move(opened);
  if (n <= 0) return from_stat(tracee);
  text[n] = 0;
  return static_cast<Nanoseconds>(strtoull(text, nullptr, 10));
}

}  // namespace sysray::capture::ptrace
