// Details of descriptors from what a source has captured of their files; where that is not all, from a look at the live
// descriptor.
#pragma once

#include <array>

#include "base/arena.h"
#include "event/captured_files.h"
#include "resolve/descriptor_reader.h"
#include "resolve/socket_reader.h"

namespace sysray::resolve {

class CapturedDetails {
 public:
  explicit CapturedDetails(DescriptorReader& reader) : reader_(reader) {}

  // Of the kinds asked for (DescriptorDetail bits).
  DescriptorDetails of(Tid tid, const event::CapturedFile& file, u32 kinds, Arena& arena);

 private:
  DescriptorDetails of_socket(Tid tid, const event::CapturedFile& file, u32 kinds, Arena& arena);

  // Facts that were made of sockets, by their versions.
  struct Known {
    u64 version = 0;
    SocketFacts facts;
  };
  static constexpr size_t places = 256;
  DescriptorReader& reader_;
  std::array<Known, places> known_;
};

}  // namespace sysray::resolve
