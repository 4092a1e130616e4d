#include "resolve/task_containers.h"

#include <time.h>

#include "resolve/small_file.h"

namespace sysray::resolve {

namespace {

// A task that is moved into a container from outside is told of nowhere; runtimes do it before execve(2), after which
// it is asked for again anyway.
constexpr Nanoseconds lifetime = 50'000'000;

Nanoseconds now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
  return static_cast<Nanoseconds>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

// The innermost container that any of the hierarchies names.
std::vector<Container> containers_in(std::string_view text) {
  std::vector<Container> found;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text = end == text.npos ? std::string_view() : text.substr(end + 1);
    const size_t first = line.find(':');
    const size_t second = first == line.npos ? first : line.find(':', first + 1);
    if (second == line.npos) continue;
    auto here = containers_of(line.substr(second + 1));
    if (here.size() > found.size()) found = std::move(here);
  }
  return found;
}

}  // namespace

const Container* TaskContainers::of(Tid tid) {
  Known& known = by_tid_[number(tid)];
  const Nanoseconds moment = now();
  if (known.asked != 0 && moment - known.asked < lifetime) return known.container;
  known = {look_up(tid), moment};
  return known.container;
}

const Container* TaskContainers::look_up(Tid tid) {
  SmallFile file;
  if (!file.read(proc_.path(tid, "cgroup"))) {
    // It has ended: what was known of it stands.
    return by_tid_[number(tid)].container;
  }
  constexpr size_t max_groups = 65536;
  if (by_group_.size() >= max_groups && !by_group_.contains(std::string(file.text()))) return nullptr;
  auto [known, fresh] = by_group_.try_emplace(std::string(file.text()));
  if (fresh) {
    if (auto found = containers_in(file.text()); !found.empty()) {
      known->second = std::move(found.back());
      add_names(known->second);
    }
  }
  return known->second.id.empty() ? nullptr : &known->second;
}

}  // namespace sysray::resolve
