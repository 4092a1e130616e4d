// CapturedFiles: what was behind the descriptors of a call at the moment of an event, for sources that know better than
// a look at it later.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "base/types.h"

namespace sysray::event {

inline constexpr s32 working_directory = -100;  // AT_FDCWD in the place of a descriptor

// All text and bytes are valid during the event.
struct CapturedSocket {
  u16 family = 0;
  u16 type = 0;
  u16 protocol = 0;
  u8 state = 0;                            // as the kernel counts TCP's, which other protocols use as well
  bool connected = false;                  // it has a peer
  std::string_view protocol_name;          // "TCP"
  std::span<const std::byte> local, peer;  // addresses (sockaddr); empty: it has none
  u64 peer_inode = 0;                      // unix(7)
  u32 port = 0;                            // netlink(7)
};

struct CapturedFile {
  s32 descriptor = 0;
  bool open = false;      // else there is no such descriptor
  bool named = false;     // `name` is known
  bool deleted = false;   // the file has been unlinked
  std::string_view name;  // as the link in /proc/PID/fd says it, without its mark of deleted files
  u64 inode = 0;
  u16 mode = 0;    // st_mode
  u64 device = 0;  // st_rdev
  // Kinds that count have the members that they need: eventfd(2) all of them, signalfd(2) `number`, the master of a
  // pseudo terminal `id`, that of its slave.
  bool counts = false;
  u64 number = 0;
  s32 id = 0;
  bool semaphore = false;
  const CapturedSocket* socket = nullptr;  // if it is one whose facts are known
  u64 version = 0;                         // files with the same version say the same, whenever they are told of
};

class CapturedFiles {
 public:
  void clear() { files_.clear(); }
  void add(const CapturedFile& file) { files_.push_back(file); }
  // nullptr: nothing was captured of it. What was added first wins.
  const CapturedFile* find(s32 descriptor) const {
    for (const CapturedFile& file : files_)
      if (file.descriptor == descriptor) return &file;
    return nullptr;
  }

 private:
  std::vector<CapturedFile> files_;
};

}  // namespace sysray::event
