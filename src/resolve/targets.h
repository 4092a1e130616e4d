// Targets that are named by what they are: containers, control groups, units, programs. Found in /proc, again and
// again, since tasks appear.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/types.h"
#include "resolve/containers.h"
#include "resolve/process_list.h"

namespace sysray::resolve {

enum class TargetKind : u8 { container, pod, cgroup, unit, pid_namespace, comm, exe, descendants };

struct Target {
  TargetKind kind{};
  std::string text;  // id, name or prefix; path; name; inode or a process in it; pattern; path; process
};

class TargetFinder {
 public:
  // `root`: of the file system that runtimes' state files are looked for in.
  explicit TargetFinder(std::vector<Target> targets, std::string proc = "/proc", std::string root = "");

  // Processes that belong to any of the targets now, this one left out.
  std::vector<s32> find();
  // Why a target cannot be traced now: nothing has that name, or several do. Says what there is.
  Result<void> check();

 private:
  std::vector<Process> list() const;
  bool belongs(const Target& target, const Process& process, const std::vector<Process>& all);
  bool in_container(const Target& target, const Process& process);
  std::vector<Container> containers(const Process& process);
  std::vector<Container> matching(const Target& target, const std::vector<Process>& all);
  std::string what_there_is(TargetKind kind, const std::vector<Process>& all);

  std::vector<Target> targets_;
  std::string proc_;
  std::string root_;
  std::vector<Container> named_;  // containers whose names have been looked up
};

std::string_view kind_name(TargetKind kind);

}  // namespace sysray::resolve
