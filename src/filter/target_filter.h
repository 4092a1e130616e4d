// TargetFilter: -P and trace-fds: only calls that touch one of some paths or descriptors. Decided at the call's entry,
// from the event's arguments.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/event.h"
#include "filter/set_expression.h"

namespace sysray::filter {

// The path behind a descriptor of a thread; empty if there is none. Valid until the next call.
using DescriptorPath = std::function<std::string_view(Tid, int)>;

class TargetFilter {
 public:
  // A path matches as it is given and as it resolves now: realpath(3), returned if it differs.
  std::optional<std::string> add_path(const std::string& path);
  void set_descriptors(event::NumberSet descriptors) { descriptors_ = std::move(descriptors); }

  // Without paths and descriptors every call matches.
  bool active() const { return !paths_.empty() || descriptors_.has_value(); }
  bool matches(const event::Event& call, const DescriptorPath& path_of) const;

 private:
  bool matches(const event::Value& value, Tid tid, const DescriptorPath& path_of) const;
  bool matches_descriptor(s64 fd, Tid tid, const DescriptorPath& path_of) const;
  bool matches_path(std::string_view path) const;

  std::vector<std::string> paths_;
  std::optional<event::NumberSet> descriptors_;
};

}  // namespace sysray::filter
