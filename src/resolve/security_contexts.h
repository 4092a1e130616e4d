// SecurityContexts: SELinux contexts of files and tasks, for --secontext.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/types.h"

namespace sysray::resolve {

struct SecurityStyle {
  bool full = false;      // user, role, type and level; else the type alone
  bool mismatch = false;  // also what the SELinux database says, where that differs: "actual!!expected"
};

class SecurityContexts {
 public:
  // `enabled`: whether SELinux is; without it no file or task has a context.
  explicit SecurityContexts(SecurityStyle style, bool enabled = selinux_enabled());
  SecurityContexts(SecurityContexts&&) noexcept;
  ~SecurityContexts();

  // The context of the file at `path` (symbolic links are followed), from its extended attribute.
  std::optional<std::string> of_file(const std::string& path) const;
  // That of the task, from /proc/TID/attr/current (proc_pid_attr(5)).
  std::optional<std::string> of_task(Tid tid) const;

  // Whether the kernel's SELinux file system is mounted, as libselinux judges it.
  static bool selinux_enabled();

 private:
  class Database;  // the policy's expectations: libselinux, loaded when first needed

  std::string shown(std::string_view context) const;

  SecurityStyle style_;
  bool enabled_;
  mutable std::unique_ptr<Database> database_;
};

}  // namespace sysray::resolve
