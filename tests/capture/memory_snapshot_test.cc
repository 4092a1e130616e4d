#include "event/memory_snapshot.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace sysray::event {
namespace {

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

std::string read(MemoryView& memory, u64 from, size_t size) {
  std::string out(size, 0);
  out.resize(memory.read({from}, out.data(), size));
  return out;
}

TEST(MemorySnapshot, ReadsWhatWasAdded) {
  MemorySnapshot snapshot;
  snapshot.add({1000}, bytes("hello"));
  EXPECT_EQ(read(snapshot, 1000, 5), "hello");
  EXPECT_EQ(read(snapshot, 1002, 10), "llo");
  EXPECT_EQ(read(snapshot, 999, 3), "");
  EXPECT_EQ(read(snapshot, 1005, 3), "");
}

TEST(MemorySnapshot, RangesJoinAndTheFirstStays) {
  MemorySnapshot snapshot;
  snapshot.add({10}, bytes("bcd"));
  snapshot.add({20}, bytes("xyz"));
  snapshot.add({8}, bytes("..XXX.."));
  EXPECT_EQ(read(snapshot, 8, 20), "..bcd..");
  snapshot.add({15}, bytes("-----"));
  EXPECT_EQ(read(snapshot, 8, 20), "..bcd..-----xyz");
  for (size_t i = 0; i + 1 < snapshot.range_count(); i++)
    EXPECT_LE(snapshot.range(i).at.value + snapshot.range(i).bytes.size(), snapshot.range(i + 1).at.value);
}

TEST(MemorySnapshot, EndOfTheAddressSpace) {
  MemorySnapshot snapshot;
  snapshot.add({~u64{0} - 2}, bytes("abcdef"));
  EXPECT_EQ(read(snapshot, ~u64{0} - 2, 10), "ab");
  EXPECT_EQ(read(snapshot, 0, 1), "");
}

TEST(RecordingMemory, CapturesWhatIsReadAndNoMore) {
  MemorySnapshot source;
  source.add({100}, std::as_bytes(std::span("first\0second", 13)));
  MemorySnapshot captured;
  RecordingMemory memory(source, captured);
  char text[64];
  MemoryView::StringRead string = memory.read_string({100}, text, sizeof text);
  EXPECT_TRUE(string.terminated);
  EXPECT_EQ(read(memory, 110, 2), "nd");
  EXPECT_EQ(read(memory, 500, 2), "");
  EXPECT_EQ(read(captured, 100, 100), std::string("first\0", 6));
  EXPECT_EQ(read(captured, 110, 100), "nd");
  string = captured.read_string({100}, text, sizeof text);
  EXPECT_TRUE(string.terminated);
  EXPECT_EQ(std::string_view(text, string.length), "first");
}

TEST(RecordingMemory, WhatIsUncertainStaysSo) {
  MemorySnapshot source;
  source.add({100}, bytes("sure"));
  source.add({104}, bytes("late"), true);
  MemorySnapshot captured;
  RecordingMemory memory(source, captured);
  EXPECT_EQ(read(memory, 100, 4), "sure");
  EXPECT_FALSE(memory.take_uncertain());
  EXPECT_EQ(read(memory, 102, 6), "relate");
  EXPECT_TRUE(memory.take_uncertain());
  EXPECT_FALSE(memory.take_uncertain());
  EXPECT_EQ(read(captured, 100, 4), "sure");
  EXPECT_FALSE(captured.take_uncertain());
  EXPECT_EQ(read(captured, 105, 1), "a");
  EXPECT_TRUE(captured.take_uncertain());
}

}  // namespace
}  // namespace sysray::event
