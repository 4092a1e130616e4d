// ProcessList: the processes of this machine, and what targets are recognized by.
#pragma once

#include <string>
#include <vector>

#include "base/types.h"

namespace sysray::resolve {

struct Process {
  s32 pid = 0;
  s32 parent = 0;
  std::string comm;
  std::string exe;                   // empty: a kernel thread, or no right to look
  std::vector<std::string> cgroups;  // paths, one for each hierarchy, without doubles
  u64 pid_namespace = 0;             // inode; 0: no right to look
};

// All that /proc shows. What is not needed is left out: reading 5,000 processes takes its time.
struct ProcessFacts {
  bool exe = false;
  bool cgroups = false;
  bool pid_namespace = false;
};
std::vector<Process> list_processes(ProcessFacts facts, const std::string& proc = "/proc");

}  // namespace sysray::resolve
