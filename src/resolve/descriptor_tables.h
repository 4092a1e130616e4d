// DescriptorTables: the descriptors of tracees as the stream of events makes, shares and ends them. A name that was
// seen stays known when the task, or its /proc, is out of reach.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/types.h"
#include "resolve/descriptor_reader.h"

namespace sysray::resolve {

struct DescriptorEntry {
  std::string link;  // as /proc/PID/fd says it; empty: not known
  bool deleted = false;
  bool device_known = false;
  DescriptorReader::Device device;
  std::optional<SocketFacts> socket;  // as it was when it was last seen, and as calls have named it since
  u64 made = 0;                       // when, in the order of events
};

class DescriptorTables {
 public:
  enum class Sharing : u8 { shared, copied, unknown };  // unknown: taken for a copy

  DescriptorEntry* find(Tid tid, int fd);
  // What the descriptor was before is forgotten. The entry is empty.
  DescriptorEntry& make(Tid tid, int fd);
  // The call that the thread has entered ends these descriptors when it succeeds; those that come in between with the
  // same numbers are others.
  void begin_closing(Tid tid, int first, int last);
  void finish_closing(Tid tid, bool success);

  void began(Tid tid, Tid creator, Sharing sharing);
  void ended(Tid tid);
  // From here on the thread has a table of its own (unshare(2)).
  void unshare(Tid tid);
  // execve(2): a table of its own, without the descriptors that are closed by it; which those are is not known.
  void reset(Tid tid);
  void superseded(Tid tid, Tid former);

  // The thread's table is its own, and all that happens to it from here on is told (until untold() is).
  void follow(Tid tid) { table(tid).followed = true; }
  void untold(Tid tid) { table(tid).untold = true; }
  // Whether an entry of the thread's table can't have become another one unseen: all that ever happened to the table is
  // told, and happened in one thread, so that nothing is still under way.
  bool tells_all(Tid tid);

  static constexpr size_t max_entries = 65536;  // of one table; beyond that all is forgotten, and asked for again

 private:
  struct Table {
    std::unordered_map<int, DescriptorEntry> entries;
    bool followed = false;
    bool untold = false;  // for good: it is inherited, too
  };
  Table& table(Tid tid);
  // The thread's table; nullptr if nothing is known of it.
  Table* known(Tid tid);
  void forget_last() { last_ = nullptr; }

  struct Closing {
    int first;
    int last;
    u64 since;
  };
  std::unordered_map<s32, std::shared_ptr<Table>> tables_;
  std::unordered_map<s32, Closing> closing_;
  // The table that was asked for last: mostly it is asked for again.
  Tid last_tid_{};
  Table* last_ = nullptr;
  u64 now_ = 0;
};

}  // namespace sysray::resolve
