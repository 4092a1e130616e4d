#include "decode/dump_walk.h"

#include <algorithm>

namespace sysray::decode {

void DumpWalk::add(event::Dump dump) {
  const size_t depth = std::min(depth_, levels_.size());
  if (depth >= 2 && !levels_[depth - 1].announced) {
    levels_[depth - 1].announced = true;
    event::Dump head;
    head.vector = static_cast<s32>(levels_[depth - 2].index);
    head.buffers = static_cast<u32>(levels_[depth - 1].count);
    dumps_.push_back(head);
  }
  if (dump.bytes.empty()) return;
  room_ -= dump.bytes.size();
  if (depth > 0) dump.buffer = static_cast<s32>(levels_[depth - 1].index);
  dumps_.push_back(dump);
}

}  // namespace sysray::decode
