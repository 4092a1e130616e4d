// Recordings: that they come back as they were, and that no damage does harm.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <random>

#include "capture/recording/recording_source.h"
#include "capture/recording/recording_writer.h"

namespace sysray::capture::recording {
namespace {

using event::RawEvent;
using event::RawKind;

struct Player : Consumer {
  Verdict on_event(const RawEvent& event, event::MemoryView& memory) override {
    events.push_back(event);
    comms.emplace_back(event.comm);
    std::string bytes(64, 0);
    bytes.resize(memory.read({event.args[1]}, bytes.data(), bytes.size()));
    memories.push_back(bytes);
    uncertain.push_back(memory.take_uncertain());
    return {};
  }
  void on_world(std::span<const std::byte> bytes) override {
    worlds.emplace_back(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  bool wants_stop() const override { return events.size() >= limit; }
  size_t limit = ~size_t{0};
  std::vector<RawEvent> events;
  std::vector<std::string> comms;
  std::vector<std::string> memories;
  std::vector<bool> uncertain;
  std::vector<std::string> worlds;
};

RawEvent sample(u32 i) {
  RawEvent event;
  event.kind = static_cast<RawKind>(i % 10);
  event.abi = static_cast<event::Abi>(i % 3);
  event.tid = Tid{static_cast<s32>(i + 1)};
  event.tgid = Tgid{static_cast<s32>(i)};
  event.other = Tid{static_cast<s32>(i % 2)};
  event.status = static_cast<s32>(i) - 5;
  event.time = 1'700'000'000'000'000'000 + i * 1000;
  event.monotonic = i * 1000;
  event.system_time = i;
  event.is_error = i % 2;
  event.has_result = i % 3;
  event.core_dumped = i % 5 == 0;
  event.instruction_pointer = 0x7fff00000000 + i;
  event.stack_pointer = ~u64{i};
  if (event.kind == RawKind::call_enter || event.kind == RawKind::call_exit) {
    event.number = i;
    event.args = {i, 4096 + i, ~u64{0}, 0, 1, 2};
    event.result = -static_cast<s64>(i);
    if (i % 2) event.resumes = i;
  }
  event.siginfo_valid = event.kind == RawKind::signal;
  if (event.siginfo_valid) event.siginfo[i % 128] = std::byte{7};
  if (i % 5 == 0) event.socket = {true, static_cast<s32>(i), -1};
  event.comm = i % 2 ? "odd" : "";
  return event;
}

class RecordingTest : public testing::Test {
 protected:
  ~RecordingTest() override { unlink(path_.c_str()); }

  void write(u32 count, bool finish = true) {
    Result<RecordingWriter> writer = RecordingWriter::create(path_, "true --help");
    ASSERT_TRUE(writer);
    for (u32 i = 0; i < count; i++) {
      event::MemorySnapshot memory;
      std::string text = "memory of event " + std::to_string(i);
      memory.add({4096 + i}, std::as_bytes(std::span(text)), i % 7 == 0);
      const std::string world = "world of event " + std::to_string(i);
      writer->add(sample(i), memory, std::as_bytes(std::span(world)));
    }
    if (finish) {
      ASSERT_TRUE(writer->finish({3, 15}));
    } else {
      writer->flush();
    }
  }
  std::string contents() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void set_contents(const std::string& bytes) { std::ofstream(path_, std::ios::binary) << bytes; }

  std::string path_ = testing::TempDir() + "sysray-recording-" + std::to_string(getpid());
};

TEST_F(RecordingTest, ComesBackAsItWas) {
  constexpr u32 count = 20000;
  write(count);
  Result<RecordingSource> source = RecordingSource::open(path_);
  ASSERT_TRUE(source);
  EXPECT_EQ(source->about(), "true --help");
  EXPECT_EQ(source->event_count(), count);
  Player player;
  Result<Ending> ending = source->run(player);
  ASSERT_TRUE(ending) << ending.error().message();
  EXPECT_EQ(ending->exit_status, 3);
  EXPECT_EQ(ending->fatal_signal, 15);
  ASSERT_EQ(player.events.size(), count);
  for (u32 i = 0; i < count; i++) {
    RawEvent wanted = sample(i), found = player.events[i];
    EXPECT_EQ(player.comms[i], wanted.comm);
    EXPECT_EQ(player.memories[i], wanted.args[1] ? "memory of event " + std::to_string(i) : "");
    EXPECT_EQ(player.uncertain[i], wanted.args[1] && i % 7 == 0);
    EXPECT_EQ(player.worlds[i], "world of event " + std::to_string(i));
    EXPECT_EQ(found.socket.known, wanted.socket.known);
    EXPECT_EQ(found.socket.descriptor, wanted.socket.descriptor);
    EXPECT_EQ(found.socket.protocol, wanted.socket.protocol);
    EXPECT_EQ(found.kind, wanted.kind);
    EXPECT_EQ(found.abi, wanted.abi);
    EXPECT_EQ(found.tid, wanted.tid);
    EXPECT_EQ(found.tgid, wanted.tgid);
    EXPECT_EQ(found.other, wanted.other);
    EXPECT_EQ(found.status, wanted.status);
    EXPECT_EQ(found.number, wanted.number);
    EXPECT_EQ(found.args, wanted.args);
    EXPECT_EQ(found.result, wanted.result);
    EXPECT_EQ(found.resumes, wanted.resumes);
    EXPECT_EQ(found.is_error, wanted.is_error);
    EXPECT_EQ(found.has_result, wanted.has_result);
    EXPECT_EQ(found.core_dumped, wanted.core_dumped);
    EXPECT_EQ(found.siginfo_valid, wanted.siginfo_valid);
    EXPECT_EQ(found.siginfo, wanted.siginfo);
    EXPECT_EQ(found.time, wanted.time);
    EXPECT_EQ(found.monotonic, wanted.monotonic);
    EXPECT_EQ(found.system_time, wanted.system_time);
    EXPECT_EQ(found.instruction_pointer, wanted.instruction_pointer);
    EXPECT_EQ(found.stack_pointer, wanted.stack_pointer);
  }
}

TEST_F(RecordingTest, ASectionByTime) {
  write(20000);
  Section section{sample(15000).time, sample(15009).time};
  Result<RecordingSource> source = RecordingSource::open(path_, section);
  ASSERT_TRUE(source);
  Player player;
  ASSERT_TRUE(source->run(player));
  ASSERT_EQ(player.events.size(), 10u);
  EXPECT_EQ(player.events[0].time, sample(15000).time);
}

TEST_F(RecordingTest, StopsWhenAsked) {
  write(100);
  Player player;
  player.limit = 7;
  ASSERT_TRUE(RecordingSource::open(path_)->run(player));
  EXPECT_EQ(player.events.size(), 7u);
}

TEST_F(RecordingTest, LargeMemoryHasRoom) {
  Result<RecordingWriter> writer = RecordingWriter::create(path_, "");
  ASSERT_TRUE(writer);
  std::vector<std::byte> large(40 << 20, std::byte{5});
  for (u32 i : {1u, 11u, 21u}) {
    event::MemorySnapshot memory;
    memory.add({4096 + i}, large);
    writer->add(sample(i), memory);
  }
  event::MemorySnapshot too_large;
  too_large.add({4096 + 31}, std::vector<std::byte>(70 << 20));
  writer->add(sample(31), too_large);
  ASSERT_TRUE(writer->finish({}));
  Player player;
  Result<RecordingSource> source = RecordingSource::open(path_);
  ASSERT_TRUE(source);
  ASSERT_TRUE(source->run(player));
  ASSERT_EQ(player.events.size(), 4u);
  for (size_t i = 0; i < 3; i++) EXPECT_EQ(player.memories[i].size(), 64u);
  EXPECT_EQ(player.memories[3].size(), 0u);
}

TEST_F(RecordingTest, CutOffFilePlaysWhatIsThere) {
  write(3000, false);
  Result<RecordingSource> source = RecordingSource::open(path_);
  ASSERT_TRUE(source);
  EXPECT_FALSE(source->event_count());
  Player player;
  Result<Ending> ending = source->run(player);
  ASSERT_FALSE(ending);
  EXPECT_NE(ending.error().message().find("before its end block"), std::string::npos) << ending.error().message();
  EXPECT_EQ(player.events.size(), 3000u);
}

TEST_F(RecordingTest, WrongFiles) {
  EXPECT_EQ(RecordingSource::open("/no/such/file").error().observed, "No such file or directory");
  set_contents("");
  EXPECT_NE(RecordingSource::open(path_).error().cause.find("is not a recording"), std::string::npos);
  write(1);
  std::string bytes = contents();
  bytes[magic.size()] = 9;
  set_contents(bytes);
  EXPECT_NE(RecordingSource::open(path_).error().cause.find("format version 9"), std::string::npos);
}

TEST_F(RecordingTest, EveryFlippedByteIsFound) {
  write(40);
  std::string good = contents();
  size_t head = magic.size() + 4;
  for (size_t at = head; at < good.size() - 8; at++) {
    std::string bad = good;
    bad[at] ^= 0x41;
    set_contents(bad);
    Result<RecordingSource> source = RecordingSource::open(path_);
    if (!source) continue;
    Player player;
    EXPECT_FALSE(source->run(player)) << at;
  }
}

TEST_F(RecordingTest, EveryLengthIsSurvived) {
  write(40);
  std::string good = contents();
  for (size_t size = 0; size < good.size() - 8; size++) {
    set_contents(good.substr(0, size));
    Result<RecordingSource> source = RecordingSource::open(path_);
    if (!source) continue;
    Player player;
    EXPECT_FALSE(source->run(player)) << size;
  }
}

// Checksums don't protect from those who compute them.
TEST(HostileBlocks, RandomBodiesDecodeOrFail) {
  std::vector<std::byte> good;
  EventEncoder encoder;
  event::MemorySnapshot memory;
  memory.add({77}, std::vector<std::byte>(50, std::byte{1}));
  memory.add({127}, std::vector<std::byte>(50, std::byte{2}), true);
  for (u32 i = 0; i < 30; i++) encoder.encode(sample(i), memory, std::as_bytes(std::span("world", 5)), good);
  std::mt19937 random(1);
  for (int round = 0; round < 3000; round++) {
    std::vector<std::byte> bad = good;
    for (int i = 0; i < 1 + round % 8; i++) bad[random() % bad.size()] = static_cast<std::byte>(random());
    if (round % 3 == 0) bad.resize(random() % bad.size());
    EventDecoder decoder(bad);
    RawEvent event;
    std::span<const std::byte> world;
    for (int i = 0; decoder.next(event, memory, world); i++) ASSERT_LT(i, 10000);
    decode_end(bad);
    decode_header(bad);
  }
}

TEST(Checksum, IsTheWellKnownOne) { EXPECT_EQ(crc32(std::as_bytes(std::span("123456789", 9))), 0xcbf43926u); }

}  // namespace
}  // namespace sysray::capture::recording
