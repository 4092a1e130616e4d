// Messages: how a source tells the user what happens to processes ("Process 12 attached"); given by the cli.
#pragma once

#include <string_view>

namespace sysray::capture {

class Messages {
 public:
  virtual ~Messages() = default;
  // One line, without a newline and without the program's name in front: both are added by the implementation, which
  // also makes sure that what sinks have buffered comes out first.
  virtual void say(std::string_view text) = 0;
};

// Says nothing.
class Silence : public Messages {
 public:
  void say(std::string_view) override {}
};

}  // namespace sysray::capture
