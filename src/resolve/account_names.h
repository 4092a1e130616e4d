// AccountNames: users and groups by the files of the task's own root: those of its container.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include "base/types.h"
#include "base/unique_fd.h"
#include "resolve/proc_files.h"

namespace sysray::resolve {

class AccountNames {
 public:
  explicit AccountNames(ProcFiles& proc) : proc_(proc) {}

  // passwd(5), group(5). Valid until the next call.
  std::optional<std::string_view> user(Tid tid, u32 id) { return name(tid, "etc/passwd", id); }
  std::optional<std::string_view> group(Tid tid, u32 id) { return name(tid, "etc/group", id); }

 private:
  using Names = std::unordered_map<u32, std::string>;
  // Device, inode, time of the last change and size of a file: when they are the same, so is what it holds.
  using Version = std::tuple<u64, u64, s64, s64, s64>;

  std::optional<std::string_view> name(Tid tid, const char* file, u32 id);
  UniqueFd open_within(Tid tid, const char* file);
  static Names read_names(int fd);

  ProcFiles& proc_;
  std::map<Version, Names> files_;
};

}  // namespace sysray::resolve
