#include "resolve/proc_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "resolve/small_file.h"

namespace sysray::resolve {

namespace {

constexpr int pidfd_open_number = 434;     // asm/unistd_64.h
constexpr int pidfd_getfd_number = 438;    // asm/unistd_64.h
constexpr unsigned pidfd_thread = O_EXCL;  // linux/pidfd.h PIDFD_THREAD, 6.9

}  // namespace

UniqueFd open_pidfd(Tid tid) {
  UniqueFd fd(static_cast<int>(syscall(pidfd_open_number, number(tid), pidfd_thread)));
  if (!fd && errno == EINVAL) fd.reset(static_cast<int>(syscall(pidfd_open_number, number(tid), 0)));
  return fd;
}

UniqueFd duplicate_of(Tid tid, int fd) {
  const UniqueFd pidfd = open_pidfd(tid);
  if (!pidfd) return {};
  return UniqueFd(static_cast<int>(syscall(pidfd_getfd_number, pidfd.get(), fd, 0)));
}

ProcFiles::ProcFiles(std::string root) : root_(std::move(root)) {
  // NSpid (proc_pid_status(5)) counts from the namespace that procfs was mounted in down to the task's own: one number
  // means that they are the same. Kernels without the line (before 4.1) have /proc/self.
  SmallFile status;
  const std::string self = root_ + "/self";
  if (status.read((self + "/status").c_str())) {
    const auto ids = status.numbers_of("NSpid:");
    if (ids.count > 0) {
      native_ = ids.count == 1;
      return;
    }
  }
  char link[32] = {};
  native_ = readlink(self.c_str(), link, sizeof link - 1) > 0 && atoi(link) == getpid();
}

s32 ProcFiles::look_up(Tid tid) const {
  const UniqueFd pidfd = open_pidfd(tid);
  if (!pidfd) return 0;
  // Pid in a pidfd's fdinfo counts in the namespace of the procfs that it is read from (proc_pid_fdinfo(5)).
  SmallFile info;
  const std::string file = root_ + "/self/fdinfo/" + std::to_string(pidfd.get());
  if (!info.read(file.c_str())) return 0;
  const auto ids = info.numbers_of("Pid:");
  return ids.count > 0 && ids.values[0] > 0 ? ids.values[0] : 0;
}

s32 ProcFiles::number_of(Tid tid) {
  if (native_) return number(tid);
  auto [known, fresh] = numbers_.try_emplace(number(tid), 0);
  if (fresh) known->second = look_up(tid);
  return known->second;
}

const char* ProcFiles::path(Tid tid, const char* file) {
  const s32 there = number_of(tid);
  if (there <= 0) return "";
  const int n = snprintf(path_, sizeof path_, "%s/%d/%s", root_.c_str(), there, file);
  return n > 0 && static_cast<size_t>(n) < sizeof path_ ? path_ : "";
}

}  // namespace sysray::resolve
