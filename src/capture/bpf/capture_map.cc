// The capture plan in the program's maps (class Object).
#include <errno.h>
#include <fmt/format.h>
#include <string.h>
#include <sys/mman.h>

#include "capture/bpf/object.h"

namespace sysray::capture::bpf {

Result<void> Object::fill(const describe::CapturePlan& copies) {
  if (auto filled = fill_map("plan_programs", std::as_bytes(std::span(copies.programs))); !filled) return filled;
  if (auto filled = fill_map("plan_cases", std::as_bytes(std::span(copies.cases))); !filled) return filled;
  return fill_map("plan_ops", std::as_bytes(std::span(copies.ops)));
}

Result<void> Object::fill_map(const char* name, std::span<const std::byte> bytes) {
  if (bytes.empty()) return {};
  const int fd = loader_.map(name);
  void* memory = mmap(nullptr, bytes.size(), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) return Error{fmt::format("BPF backend: mapping {}", name), strerror(errno), "", errno};
  memcpy(memory, bytes.data(), bytes.size());
  munmap(memory, bytes.size());
  return {};
}

}  // namespace sysray::capture::bpf
