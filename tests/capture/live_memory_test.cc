// Reading the memory of a stopped thread.
#include <gtest/gtest.h>
#include <sys/syscall.h>

#include "harness.h"

namespace sysray::capture {
namespace {

TEST(LiveMemory, ReadableHeadOfWhatIsHalfMapped) {
  Plan plan = launch_tracee({"half_mapped"});
  plan.calls = only({nr_write});
  Traced r;
  std::vector<std::string> read;
  r.seen.hook = [&](const RawEvent& event, event::MemoryView& memory) {
    if (event.kind != RawKind::call_enter || static_cast<int>(event.args[0]) != -1) return Verdict{};
    for (size_t size : {size_t{64}, size_t{5000}}) {
      std::string bytes(size, 0);
      bytes.resize(memory.read({event.args[1]}, bytes.data(), size));
      read.push_back(bytes);
    }
    char text[64];
    auto string = memory.read_string({event.args[1]}, text, sizeof text);
    EXPECT_FALSE(string.terminated);
    EXPECT_TRUE(string.faulted);
    return Verdict{};
  };
  trace(r, plan);
  std::string head(16, 'x');
  EXPECT_EQ(read, (std::vector<std::string>{head, head, "", "", "", ""}));
}

TEST(LiveMemory, SmallAndLargeReadsAgree) {
  Traced r;
  int compared = 0;
  r.seen.hook = [&](const RawEvent& event, event::MemoryView& memory) {
    if (event.kind != RawKind::call_enter || compared > 40) return Verdict{};
    u64 from = (event.stack_pointer & ~u64{4095}) - 4096 + 3;
    std::vector<std::byte> large(12000), small(12000);
    size_t n = memory.read({from}, large.data(), large.size());
    size_t m = 0;
    while (m < small.size()) {
      size_t got = memory.read({from + m}, small.data() + m, std::min<size_t>(37, small.size() - m));
      m += got;
      if (got < 37) break;
    }
    EXPECT_EQ(n, m);
    EXPECT_TRUE(large == small);
    compared++;
    return Verdict{};
  };
  trace(r, launch_tracee({"marks", "4"}));
  EXPECT_GT(compared, 10);
}

TEST(LiveMemory, NothingIsKeptFromOneStopToTheNext) {
  // uname fills a buffer between its enter and its exit.
  Plan plan = launch_tracee({"half_mapped"});
  Traced r;
  std::string at_enter(8, 0), at_exit(8, 0);
  bool differed = false;
  r.seen.hook = [&](const RawEvent& event, event::MemoryView& memory) {
    if (event.number != nr_read || event.result <= 8) {
      if (event.kind == RawKind::call_enter && event.number == nr_read)
        memory.read({event.args[1]}, at_enter.data(), 8);
      return Verdict{};
    }
    if (event.kind == RawKind::call_exit) {
      memory.read({event.args[1]}, at_exit.data(), 8);
      differed |= at_exit != at_enter;
    }
    return Verdict{};
  };
  trace(r, plan);
  EXPECT_TRUE(differed);
}

}  // namespace
}  // namespace sysray::capture
