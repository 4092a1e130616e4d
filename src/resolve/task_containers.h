// TaskContainers: which container each tracee is in.
#pragma once

#include <map>
#include <string>
#include <unordered_map>

#include "base/types.h"
#include "resolve/containers.h"
#include "resolve/proc_files.h"

namespace sysray::resolve {

class TaskContainers {
 public:
  explicit TaskContainers(ProcFiles& proc) : proc_(proc) {}

  // nullptr: none, or it is not known. Valid as long as this.
  const Container* of(Tid tid);
  // What was known of the task is asked for again: it may have been moved (cgroups(7)).
  void forget(Tid tid) { by_tid_.erase(number(tid)); }

 private:
  struct Known {
    const Container* container = nullptr;
    Nanoseconds asked = 0;  // CLOCK_MONOTONIC
  };
  const Container* look_up(Tid tid);

  ProcFiles& proc_;
  std::map<std::string, Container> by_group_;  // by the task's cgroup paths, as in /proc/TID/cgroup
  std::unordered_map<s32, Known> by_tid_;
};

}  // namespace sysray::resolve
