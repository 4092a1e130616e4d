// Messages of sysray to its user, on standard error, each behind the program's name.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "capture/messages.h"

namespace sysray::cli {

class TerminalMessages : public capture::Messages {
 public:
  // `strict`: errors are told without hints, as strace has none.
  TerminalMessages(std::string name, bool strict) : name_(std::move(name)), strict_(strict) {}

  void say(std::string_view text) override;
  // Nothing if the error has no cause: then it was told before.
  void say(const Error& error);
  // Called before each message: what sinks have buffered must come out before it. An empty function: nothing to do.
  void before_each(std::function<void()> flush) { flush_ = std::move(flush); }

 private:
  std::string name_;
  bool strict_;
  std::function<void()> flush_;
};

}  // namespace sysray::cli
