#include "resolve/pid_namespaces.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <algorithm>

namespace sysray::resolve {

namespace {

constexpr unsigned long pidfd_get_pid_namespace = 0xff05;  // linux/pidfd.h, 6.11
constexpr unsigned long ns_get_parent = 0xb702;            // linux/nsfs.h, 4.9

}  // namespace

PidNamespaces::PidNamespaces(ProcFiles& proc, PidFacilities facilities) : proc_(proc), facilities_(facilities) {
  struct stat status {};
  const UniqueFd own = open(Tid{getpid()});
  if (!own || fstat(own.get(), &status) != 0) return;
  own_device_ = status.st_dev;
  own_inode_ = status.st_ino;
}

UniqueFd PidNamespaces::open(Tid tid) {
  if (facilities_.pidfd_namespaces) {
    if (const UniqueFd pidfd = open_pidfd(tid)) {
      UniqueFd space(ioctl(pidfd.get(), pidfd_get_pid_namespace, 0));
      if (space) return space;
    }
  }
  return UniqueFd(::open(proc_.path(tid, "ns/pid"), O_RDONLY | O_CLOEXEC));
}

const PidNamespace* PidNamespaces::of(Tid tid) {
  auto known = by_tid_.find(number(tid));
  if (known != by_tid_.end()) return known->second;
  UniqueFd fd = open(tid);
  if (!fd) return nullptr;
  return by_tid_[number(tid)] = keep(std::move(fd));
}

// A namespace that is held open lives on, so that its inode number stays its own.
const PidNamespace* PidNamespaces::keep(UniqueFd fd) {
  struct stat status {};
  if (fstat(fd.get(), &status) != 0) return nullptr;
  for (const PidNamespace& space : spaces_)
    if (space.device == status.st_dev && space.inode == status.st_ino) return &space;
  const bool own = own_inode_ != 0 && status.st_dev == own_device_ && status.st_ino == own_inode_;
  spaces_.push_back({std::move(fd), status.st_dev, status.st_ino, own});
  return &spaces_.back();
}

UniqueFd PidNamespaces::parent_of(const PidNamespace& space) { return UniqueFd(ioctl(space.fd.get(), ns_get_parent)); }

bool PidNamespaces::same(const PidNamespace& space, int fd) {
  struct stat status {};
  return fstat(fd, &status) == 0 && space.device == status.st_dev && space.inode == status.st_ino;
}

bool PidNamespaces::is_own(int fd) const {
  struct stat status {};
  return own_inode_ != 0 && fstat(fd, &status) == 0 && status.st_dev == own_device_ && status.st_ino == own_inode_;
}

}  // namespace sysray::resolve
