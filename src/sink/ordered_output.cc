#include "sink/ordered_output.h"

namespace sysray::sink {

OrderedOutput::Ticket OrderedOutput::reserve() {
  lines_.emplace_back();
  return first_ + lines_.size() - 1;
}

void OrderedOutput::complete(Ticket ticket, std::string_view text) {
  if (ticket < first_ || ticket - first_ >= lines_.size()) return;
  Line& line = lines_[ticket - first_];
  line.text.append(text);
  line.complete = true;
  if (ticket == first_) drain();
}

void OrderedOutput::drain() {
  while (!lines_.empty() && lines_.front().complete) {
    output_.write(lines_.front().text);
    lines_.pop_front();
    first_++;
  }
}

void OrderedOutput::finish() {
  for (Line& line : lines_) line.complete = true;
  drain();
  output_.flush();
}

}  // namespace sysray::sink
