// Walks the value trees of a call's arguments for file names and descriptors.
#include "filter/target_filter.h"

#include <limits.h>
#include <stdlib.h>

#include <algorithm>

namespace sysray::filter {

using event::Value;
using event::ValueKind;

std::optional<std::string> TargetFilter::add_path(const std::string& path) {
  paths_.push_back(path);
  char resolved[PATH_MAX];
  if (!realpath(path.c_str(), resolved) || path == resolved) return std::nullopt;
  paths_.emplace_back(resolved);
  return resolved;
}

bool TargetFilter::matches(const event::Event& call, const DescriptorPath& path_of) const {
  if (!active()) return true;
  return std::ranges::any_of(call.targets, [&](const Value& value) { return matches(value, call.tid, path_of); });
}

bool TargetFilter::matches(const Value& value, Tid tid, const DescriptorPath& path_of) const {
  switch (value.kind) {
    case ValueKind::fd: return matches_descriptor(static_cast<s32>(value.number), tid, path_of);
    case ValueKind::string: return value.is_path && matches_path(value.text());
    case ValueKind::structure:
    case ValueKind::array:
    case ValueKind::change:
      return std::ranges::any_of(value.items(), [&](const Value& item) { return matches(item, tid, path_of); });
    default: return false;
  }
}

bool TargetFilter::matches_descriptor(s64 fd, Tid tid, const DescriptorPath& path_of) const {
  if (fd < 0) return false;
  if (descriptors_ && descriptors_->contains(fd)) return true;
  return !paths_.empty() && matches_path(path_of(tid, static_cast<int>(fd)));
}

bool TargetFilter::matches_path(std::string_view path) const {
  return !path.empty() && std::ranges::find(paths_, path) != paths_.end();
}

}  // namespace sysray::filter
