// ProcFiles: the files of /proc about a task, also where /proc was mounted from another pid namespace.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "base/types.h"
#include "base/unique_fd.h"

namespace sysray::resolve {

// A descriptor of the task itself: pidfd_open(2) with PIDFD_THREAD (6.9), for a process's leader also before that.
UniqueFd open_pidfd(Tid tid);
// A descriptor of ours for what the task's descriptor refers to: pidfd_getfd(2), 5.6.
UniqueFd duplicate_of(Tid tid, int fd);

class ProcFiles {
 public:
  // `root`: where procfs is mounted.
  explicit ProcFiles(std::string root = "/proc");

  // "/proc/12/FILE" for the task, by its number there; empty if it is unknown there. Valid until the next call.
  const char* path(Tid tid, const char* file);
  // The number of the task in this procfs; 0 if unknown.
  s32 number_of(Tid tid);
  // The task's numbers change with its end.
  void forget(Tid tid) { numbers_.erase(number(tid)); }

  bool is_native() const { return native_; }
  const std::string& root() const { return root_; }

 private:
  s32 look_up(Tid tid) const;

  std::string root_;
  bool native_ = false;                   // procfs counts as this process does
  std::unordered_map<s32, s32> numbers_;  // of a procfs that does not: by the tracer's numbers
  char path_[160] = {};
};

}  // namespace sysray::resolve
