#include "resolve/pid_scan.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include <memory>
#include <string>

namespace sysray::resolve {

namespace {

struct FolderCloser {
  void operator()(DIR* folder) const { closedir(folder); }
};

// proc_pid_status(5)
const char* line_of(IdKind kind) {
  switch (kind) {
    case IdKind::task: return "NSpid:";
    case IdKind::group: return "NSpgid:";
    case IdKind::session: return "NSsid:";
  }
  return "";
}

// Whether the namespace that `levels` up encloses the one of the file is `wanted`.
bool lies_within(const char* file, size_t levels, const PidNamespace& wanted) {
  PidNamespace space;
  space.fd.reset(open(file, O_RDONLY | O_CLOEXEC));
  for (; space.fd && levels > 0; levels--) space.fd = PidNamespaces::parent_of(space);
  return space.fd && PidNamespaces::same(wanted, space.fd.get());
}

}  // namespace

s32 PidScan::innermost(Tid tid) {
  if (!status_.read(proc_.path(tid, "status"))) return 0;
  const auto ids = status_.numbers_of("NSpid:");
  return ids.count > 0 ? ids.values[ids.count - 1] : 0;
}

s32 PidScan::find_own(Tid of, IdKind kind, s32 id) {
  if (!status_.read(proc_.path(of, "status"))) return 0;
  const auto ids = status_.numbers_of(line_of(kind));
  return ids.count > 0 && ids.values[ids.count - 1] == id ? ids.values[0] : 0;
}

s32 PidScan::find(const PidNamespace& space, Tid of, IdKind kind, s32 id) {
  if (!status_.read(proc_.path(of, "status"))) return 0;
  const auto own = status_.numbers_of("NSpid:");
  if (own.count == 0) return 0;
  space_ = &space;
  level_ = own.count - 1;
  kind_ = kind;
  id_ = id;
  found_ = 0;
  scan_folder(proc_.root().c_str(), false);
  return found_;
}

// True when it is found.
bool PidScan::scan_folder(const char* path, bool tasks) {
  const std::unique_ptr<DIR, FolderCloser> folder(opendir(path));
  if (!folder) return false;
  while (const dirent* entry = readdir(folder.get())) {
    if (entry->d_name[0] < '1' || entry->d_name[0] > '9') continue;
    const std::string task = std::string(path) + "/" + entry->d_name;
    if (matches((task + "/status").c_str(), (task + "/ns/pid").c_str())) return true;
    // Threads share their process's group and session.
    if (!tasks && kind_ == IdKind::task && scan_folder((task + "/task").c_str(), true)) return true;
  }
  return false;
}

bool PidScan::matches(const char* status_path, const char* space_path) {
  if (!status_.read(status_path)) return false;
  const auto ids = status_.numbers_of(line_of(kind_));
  if (level_ >= ids.count || ids.values[level_] != id_) return false;
  if (!lies_within(space_path, ids.count - 1 - level_, *space_)) return false;
  found_ = ids.values[0];
  return true;
}

}  // namespace sysray::resolve
