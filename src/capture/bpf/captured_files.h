// CapturedFileSet: what records tell of the files behind descriptors, as event::CapturedFiles.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <deque>
#include <span>
#include <string>
#include <vector>

#include "capture/bpf/program/record.h"
#include "event/captured_files.h"

namespace sysray::capture::bpf {

class CapturedFileSet {
 public:
  // From here on those of an event of the thread.
  void begin(Tid tid) {
    files_.clear();
    if (!others_.empty()) [[unlikely]]
      others_.clear();
    tid_ = tid;
    event_++;
  }
  // `bytes`: a bpf_file and what follows it.
  void add(s32 descriptor, std::span<const std::byte> bytes);
  const event::CapturedFiles& files() const { return files_; }

 private:
  // What was made of a note. Mostly the next note of the descriptor says the same.
  struct Reading {
    std::vector<std::byte> note;
    std::string name;
    sockaddr_storage local{}, peer{};
    event::CapturedSocket socket;
    event::CapturedFile file;
    u64 event = 0;  // in which it is in use
  };
  Reading& place_for(s32 descriptor);
  void read(Reading& to, std::span<const std::byte> bytes);
  void read_socket(Reading& to, const bpf_socket& from, std::string_view names, std::span<const std::byte> address);

  static constexpr size_t places = 512;
  std::array<Reading, places> readings_;
  std::deque<Reading> others_;  // of descriptors whose places are taken in this event
  event::CapturedFiles files_;
  Tid tid_{};
  u64 event_ = 0;
  u64 versions_ = 0;
};

}  // namespace sysray::capture::bpf
