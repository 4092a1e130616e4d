// OrderedOutput: lines in the order in which they were begun, though they are completed in another
// (--whole-calls=start).
#pragma once

#include <deque>
#include <string>

#include "sink/output.h"

namespace sysray::sink {

// A line that is not complete yet holds back all that begin later, in memory.
class OrderedOutput : public Output {
 public:
  explicit OrderedOutput(Output& output) : output_(output) {}

  using Ticket = u64;
  // A line begins here.
  Ticket reserve();
  // It is complete: `text`, or nothing if it is not to be shown.
  void complete(Ticket ticket, std::string_view text);
  // A line that begins and is complete.
  void write(std::string_view bytes) override { complete(reserve(), bytes); }
  void flush() override { output_.flush(); }
  // No more lines will be completed: those that are not are given up.
  void finish();

 private:
  struct Line {
    bool complete = false;
    std::string text;
  };
  void drain();

  Output& output_;
  std::deque<Line> lines_;
  Ticket first_ = 0;  // of the line in front
};

}  // namespace sysray::sink
