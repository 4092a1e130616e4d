// PidNamespaces: the pid namespaces of tracees, each opened once and kept.
#pragma once

#include <deque>
#include <unordered_map>

#include "base/types.h"
#include "base/unique_fd.h"
#include "resolve/proc_files.h"

namespace sysray::resolve {

struct PidNamespace {
  UniqueFd fd;     // of nsfs (ioctl_nsfs(2))
  u64 device = 0;  // with `inode`: its identity (namespaces(7))
  u64 inode = 0;
  bool own = false;  // it is the tracer's
};

// What the kernel offers; tests take things away.
struct PidFacilities {
  bool pidfd_namespaces = true;  // PIDFD_GET_PID_NAMESPACE, 6.11
  bool nsfs_ids = true;          // NS_GET_PID_FROM_PIDNS and the like, 6.11
};

class PidNamespaces {
 public:
  PidNamespaces(ProcFiles& proc, PidFacilities facilities);

  // The namespace that the thread counts in, which never changes while it lives; nullptr if that cannot be seen. Valid
  // as long as this.
  const PidNamespace* of(Tid tid);
  void forget(Tid tid) { by_tid_.erase(number(tid)); }
  // The namespace that encloses another, opened anew; no descriptor if it is not visible from here.
  static UniqueFd parent_of(const PidNamespace& space);
  static bool same(const PidNamespace& space, int fd);
  // Whether the descriptor is of the tracer's namespace.
  bool is_own(int fd) const;

 private:
  const PidNamespace* keep(UniqueFd fd);
  UniqueFd open(Tid tid);

  ProcFiles& proc_;
  const PidFacilities facilities_;
  u64 own_device_ = 0;
  u64 own_inode_ = 0;
  std::deque<PidNamespace> spaces_;
  std::unordered_map<s32, const PidNamespace*> by_tid_;
};

}  // namespace sysray::resolve
