// PidScan: pid translation where the kernel has no interface for it (before 6.11), or the id is that of a group or a
// session whose leader is gone: all status files of /proc are read.
#pragma once

#include "resolve/pid_namespaces.h"
#include "resolve/proc_files.h"
#include "resolve/small_file.h"
#include "resolve/task_id.h"

namespace sysray::resolve {

class PidScan {
 public:
  explicit PidScan(ProcFiles& proc) : proc_(proc) {}

  // The id in procfs's namespace of what `id` means in the namespace of `of`; 0 if no task of /proc has it.
  s32 find(const PidNamespace& space, Tid of, IdKind kind, s32 id);
  // The same for the group or session that the thread itself is in.
  s32 find_own(Tid of, IdKind kind, s32 id);
  // The id of the task itself in its own namespace.
  s32 innermost(Tid tid);

 private:
  bool scan_folder(const char* path, bool tasks);
  bool matches(const char* status_path, const char* space_path);

  ProcFiles& proc_;
  SmallFile status_;
  // What is being looked for.
  const PidNamespace* space_ = nullptr;
  size_t level_ = 0;
  IdKind kind_{};
  s32 id_ = 0;
  s32 found_ = 0;
};

}  // namespace sysray::resolve
