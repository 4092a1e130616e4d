// EndedTasks: names of tasks that have ended, from sources that note them, since /proc knows them no more.
#pragma once

#include <optional>
#include <string_view>

#include "base/types.h"

namespace sysray::event {

class EndedTasks {
 public:
  virtual ~EndedTasks() = default;
  // The name that the task had at its end, valid until the next call; nullopt: not known.
  virtual std::optional<std::string_view> name_of(Tid tid) = 0;
  // From here on its id means nobody.
  virtual void forget(Tid tid) = 0;
};

}  // namespace sysray::event
