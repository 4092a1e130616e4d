// ShortReads: memory of which strings whose end can't be read are told of, as strace does on standard error.
#pragma once

#include "capture/messages.h"
#include "event/memory_view.h"

namespace sysray::cli {

class ShortReads : public event::MemoryView {
 public:
  ShortReads(event::MemoryView& inner, capture::Messages& messages) : inner_(inner), messages_(messages) {}
  size_t read(RemoteAddress from, void* to, size_t size) override {
    const size_t got = inner_.read(from, to, size);
    note_uncertain_of(inner_);
    return got;
  }
  StringRead read_string(RemoteAddress from, char* to, size_t limit) override;

 private:
  event::MemoryView& inner_;
  capture::Messages& messages_;
};

}  // namespace sysray::cli
