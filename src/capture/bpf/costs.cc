#include "capture/bpf/costs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "capture/bpf/object.h"

namespace sysray::capture::bpf {
namespace {

// Of this process, in bytes (proc_pid_statm(5)).
size_t resident_bytes() {
  const UniqueFd file(open("/proc/self/statm", O_RDONLY | O_CLOEXEC));
  char text[128];
  const ssize_t n = file ? read(file.get(), text, sizeof text - 1) : 0;
  text[n > 0 ? n : 0] = 0;
  size_t total = 0, resident = 0;
  if (sscanf(text, "%zu %zu", &total, &resident) != 2) return 0;
  return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

double milliseconds(Nanoseconds time) { return static_cast<double>(time) / 1e6; }

}  // namespace

std::string describe_costs(const Object& object) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const size_t resident = resident_bytes() >> 10;
  const size_t peak = std::max(resident, static_cast<size_t>(usage.ru_maxrss));  // the kernel notes it now and then
  return fmt::format(
      "BPF backend: loaded in {:.1f} ms, attached in {:.1f} ms; {} KiB in maps, {} KiB of them rings; sysray itself "
      "has "
      "{} KiB, at most {} KiB",
      milliseconds(object.costs().load), milliseconds(object.costs().attach), object.map_bytes() >> 10,
      object.ring_bytes() >> 10, resident, peak);
}

}  // namespace sysray::capture::bpf
