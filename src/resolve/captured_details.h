// Details of descriptors from what a source has captured of their files; where that is not all, from a look at the live
// descriptor.
#pragma once

#include <array>
#include <unordered_map>

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
  const SocketFacts& facts_of(const event::CapturedFile& file);
  DescriptorDetails of_socket(Tid tid, const event::CapturedFile& file, u32 kinds, Arena& arena);

  // Facts that were made of sockets, by their versions.
  struct Known {
    u64 version = 0;
    SocketFacts facts;
  };
  static constexpr size_t places = 256;
  DescriptorReader& reader_;
  static constexpr size_t max_peers = 65536;
  std::array<Known, places> known_;
  std::unordered_map<u64, u64> peers_;  // unix(7): of sockets, by inodes; they are known when the peer is closed
};

}  // namespace sysray::resolve
