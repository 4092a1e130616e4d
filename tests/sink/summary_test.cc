// The tables of -c: layouts are strace 7.2's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "json_reader.h"
#include "schema_check.h"
#include "sink/summary_sink.h"
#include "values.h"

namespace sysray::sink {
namespace {

using test::Event;
using test::Maker;
using test::MemoryOutput;
using Column = SummaryColumn;

constexpr Nanoseconds us = 1000;

class SummaryTest : public testing::Test {
 protected:
  void call(u64 number, const char* name, Nanoseconds system, Nanoseconds wall, bool failed = false,
            event::Abi abi = event::Abi::x86_64) {
    Event event = make.call(name, {}, {});
    event.number = number;
    event.system_time = system;
    event.duration = wall;
    event.failed = failed;
    event.abi = abi;
    events.push_back(event);
  }
  std::string table() {
    MemoryOutput output;
    SummarySink sink(options, output);
    for (const Event& event : events) sink.on_event(event);
    sink.finish();
    return output.text;
  }
  void some_calls() {
    call(9, "mmap", 30 * us, 34 * us);
    call(9, "mmap", 40 * us, 44 * us);
    call(0, "read", 0, 5 * us);
    call(21, "access", 10 * us, 11 * us, true);
    call(39, "getpid", 20 * us, 21 * us);
  }
  Maker make;
  SummaryOptions options;
  std::vector<Event> events;
};

TEST_F(SummaryTest, NothingWithoutCalls) { EXPECT_EQ(table(), ""); }

TEST_F(SummaryTest, LostEventsAreCounted) {
  Event lost = Maker::plain(event::EventKind::lost);
  lost.status = 3;
  events.push_back(lost);
  EXPECT_EQ(table(), "3 events lost\n");
  events.push_back(lost);
  some_calls();
  EXPECT_THAT(table(), testing::HasSubstr(" total\n6 events lost\n"));
  options.json = true;
  EXPECT_THAT(table(), testing::HasSubstr(R"("lost":6,"calls")"));
}

TEST_F(SummaryTest, DefaultColumns) {
  some_calls();
  EXPECT_EQ(table(),
            "% time     seconds  usecs/call     calls    errors syscall\n"
            "------ ----------- ----------- --------- --------- ----------------\n"
            " 70.00    0.000070          35         2           mmap\n"
            " 20.00    0.000020          20         1           getpid\n"
            " 10.00    0.000010          10         1         1 access\n"
            "  0.00    0.000000           0         1           read\n"
            "------ ----------- ----------- --------- --------- ----------------\n"
            "100.00    0.000100          20         5         1 total\n");
}

TEST_F(SummaryTest, NoTimeAtAll) {
  call(39, "getpid", 0, 0);
  EXPECT_EQ(table(),
            "% time     seconds  usecs/call     calls    errors syscall\n"
            "------ ----------- ----------- --------- --------- ----------------\n"
            "  0.00    0.000000           0         1           getpid\n"
            "------ ----------- ----------- --------- --------- ----------------\n"
            "100.00    0.000000           0         1           total\n");
}

TEST_F(SummaryTest, AllColumns) {
  some_calls();
  options.columns = {Column::time_percent, Column::total_time, Column::min_time, Column::max_time,
                     Column::avg_time,     Column::calls,      Column::errors,   Column::name,
                     Column::wall_total,   Column::wall_min,   Column::wall_max, Column::wall_avg};
  EXPECT_EQ(table(),
            "% time     seconds shortest  longest  usecs/call     calls    errors syscall           wall-total "
            "wall-min wall-max    wall-avg\n"
            "------ ----------- -------- -------- ----------- --------- --------- ---------------- ----------- "
            "-------- -------- -----------\n"
            " 70.00    0.000070 0.000030 0.000040          35         2           mmap                0.000078 "
            "0.000034 0.000044          39\n"
            " 20.00    0.000020 0.000020 0.000020          20         1           getpid              0.000021 "
            "0.000021 0.000021          21\n"
            " 10.00    0.000010 0.000010 0.000010          10         1         1 access              0.000011 "
            "0.000011 0.000011          11\n"
            "  0.00    0.000000 0.000000 0.000000           0         1           read                0.000005 "
            "0.000005 0.000005           5\n"
            "------ ----------- -------- -------- ----------- --------- --------- ---------------- ----------- "
            "-------- -------- -----------\n"
            "100.00    0.000100 0.000000 0.000040          20         5         1 total               0.000115 "
            "0.000005 0.000044          23\n");
}

TEST_F(SummaryTest, NameIsAddedAndErrorsStayBlank) {
  some_calls();
  options.columns = {Column::errors};
  options.sort_by = Column::nothing;
  EXPECT_EQ(table(),
            "   errors syscall\n"
            "--------- ----------------\n"
            "          read\n"
            "          mmap\n"
            "        1 access\n"
            "          getpid\n"
            "--------- ----------------\n"
            "        1 total\n");
  options.columns = {Column::name, Column::calls, Column::errors};
  options.sort_by = Column::name;
  EXPECT_EQ(table(),
            "syscall              calls    errors\n"
            "---------------- --------- ---------\n"
            "access                   1         1\n"
            "getpid                   1          \n"
            "mmap                     2          \n"
            "read                     1          \n"
            "---------------- --------- ---------\n"
            "total                    5         1\n");
}

TEST_F(SummaryTest, SortingKeepsTheOrderOfNumbers) {
  call(30, "c", 0, 0);
  call(20, "b", 0, 0);
  call(10, "a", 5, 5);
  call(2000, "syscall_0x7d0", 0, 0);
  options.columns = {Column::name};
  const auto names = [&](Column by) {
    options.sort_by = by;
    const std::string text = table();
    const size_t start = text.find("-\n") + 2;
    return text.substr(start, text.find("\n-", start) - start);
  };
  EXPECT_EQ(names(Column::calls), "a\nb\nc\nsyscall_0x7d0");
  EXPECT_EQ(names(Column::max_time), "a\nb\nc\nsyscall_0x7d0");
  call(30, "c", 0, 0);
  EXPECT_EQ(names(Column::calls), "c\na\nb\nsyscall_0x7d0");
  EXPECT_EQ(names(Column::min_time), "a\nb\nc\nsyscall_0x7d0");
}

TEST_F(SummaryTest, LongNamesWidenTheColumn) {
  call(216, "remap_file_pages", us, us);
  EXPECT_EQ(table(),
            "% time     seconds  usecs/call     calls    errors syscall\n"
            "------ ----------- ----------- --------- --------- -----------------\n"
            "100.00    0.000001           1         1           remap_file_pages\n"
            "------ ----------- ----------- --------- --------- -----------------\n"
            "100.00    0.000001           1         1           total\n");
}

TEST_F(SummaryTest, WallClockAndOverhead) {
  call(9, "mmap", 30 * us, 300 * us);
  call(9, "mmap", 30 * us, 100 * us);
  options.wall_clock = true;
  options.overhead = 150 * us;
  options.columns = {Column::total_time, Column::min_time, Column::max_time, Column::wall_total};
  EXPECT_EQ(table(),
            "    seconds shortest  longest  wall-total syscall\n"
            "----------- -------- -------- ----------- ----------------\n"
            "   0.000150 0.000000 0.000150    0.000150 mmap\n"
            "----------- -------- -------- ----------- ----------------\n"
            "   0.000150 0.000000 0.000150    0.000150 total\n");
}

TEST_F(SummaryTest, OtherPersonalitiesHaveTheirOwnTable) {
  call(0, "read", us, us);
  call(3, "read", us, us, false, event::Abi::i386);
  call(0, "read", us, us, false, event::Abi::x32);
  options.columns = {Column::calls};
  const std::string one =
      "    calls syscall\n--------- ----------------\n        1 read\n--------- ----------------\n        1 total\n";
  EXPECT_EQ(table(), one + "System call usage summary for 32 bit mode:\n" + one +
                         "System call usage summary for x32 mode:\n" + one);
}

TEST_F(SummaryTest, CallsThatDoNotReturnDoNotCount) {
  call(231, "exit_group", us, us);
  events.back().has_result = false;
  events.push_back(Maker::start_of(events.back(), 0));
  EXPECT_EQ(table(), "");
}

TEST_F(SummaryTest, PercentilesToTheNanosecond) {
  for (int i = 1; i <= 100; i++) call(39, "getpid", i, 1000 * i);
  options.columns = {Column::p50_time, Column::p99_time, Column::wall_p90, Column::avg_time, Column::max_time};
  options.nanoseconds = true;
  EXPECT_EQ(table(),
            "  p50 usecs   p99 usecs wall-p90 us  usecs/call     longest syscall\n"
            "----------- ----------- ----------- ----------- ----------- ----------------\n"
            "      0.050       0.099      89.088       0.050 0.000000100 getpid\n"
            "----------- ----------- ----------- ----------- ----------- ----------------\n"
            "      0.050       0.099      89.088       0.050 0.000000100 total\n");
}

TEST_F(SummaryTest, FurtherTables) {
  const auto file = [&](const char* path) {
    event::Value value = make.string(path);
    value.is_path = true;
    return value;
  };
  const auto failing = [&](const char* name, u64 number, std::vector<event::Value> arguments, const char* error) {
    Event event = make.call(name, std::move(arguments), {});
    event.number = number;
    event.failed = error != nullptr;
    event.error_name = error;
    event.tgid = Tgid{7};
    event.comm = "cat";
    events.push_back(event);
  };
  failing("openat", 257, {make.fd(-100, ""), file("/a")}, nullptr);
  failing("openat", 257, {make.fd(-100, ""), file("/b")}, "ENOENT");
  failing("read", 0, {make.fd(3, "/a")}, nullptr);
  failing("read", 0, {make.fd(3, "/a")}, "EIO");
  options.columns = {Column::calls, Column::errors};
  options.sort_by = Column::nothing;
  const auto rows = [&](SummaryBy by) {
    options.by = static_cast<u8>(by);
    const std::string text = table();
    const size_t start = text.find("-\n", text.find("total")) + 2;
    return text.substr(start, text.find("---", start) - start);
  };
  EXPECT_EQ(rows(SummaryBy::error), "        1         1 openat ENOENT\n        1         1 read EIO\n");
  EXPECT_EQ(rows(SummaryBy::process), "        4         2 7 cat\n");
  EXPECT_EQ(rows(SummaryBy::descriptor), "        2         1 7 3</a>\n");
  EXPECT_EQ(rows(SummaryBy::path), "        3         1 /a\n        1         1 /b\n");
}

TEST_F(SummaryTest, Histogram) {
  for (int i = 0; i < 8; i++) call(0, "read", 0, 3 * us);
  call(0, "read", 0, 5 * us);
  options.columns = {Column::calls};
  options.histogram = true;
  const std::string text = table();
  EXPECT_EQ(text.substr(text.find("\n\n")),
            "\n\nread: 9 calls, p50 3.0 us, p90 5.0 us, p99 5.0 us, max 5.0 us\n"
            "    2.0 us ..     4.1 us         8 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|\n"
            "    4.1 us ..     8.2 us         1 |@@@@@                                   |\n");
}

TEST_F(SummaryTest, Intervals) {
  constexpr Nanoseconds second = 1'000'000'000;
  call(0, "read", us, us);
  call(1, "write", us, us);
  call(1, "write", us, us);
  events[0].time = events[0].end_time = 100 * second;
  events[1].time = events[1].end_time = 100 * second + second / 2;
  events[2].time = events[2].end_time = 105 * second;
  options.columns = {Column::calls};
  options.interval = second;
  options.json = true;
  MemoryOutput output;
  SummarySink sink(options, output);
  for (const Event& event : events) sink.on_event(event);
  std::vector<std::string> lines;
  const auto take_lines = [&] {
    size_t end;
    while ((end = output.text.find('\n')) != std::string::npos) {
      lines.push_back(output.text.substr(0, end));
      output.text.erase(0, end + 1);
    }
  };
  take_lines();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0], R"({"type":"header","format":"sysray-events","version":1})");
  EXPECT_THAT(lines[1], testing::HasSubstr(R"("begin":100000000000,"end":101000000000,"whole_run":false)"));
  EXPECT_THAT(lines[1], testing::HasSubstr(R"("name":"write","calls":1,)"));
  sink.tick(106 * second + 1);
  take_lines();
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_THAT(lines[2], testing::HasSubstr(R"("begin":105000000000,"end":106000000000)"));
  sink.tick(109 * second);
  sink.finish();
  take_lines();
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_THAT(lines[3], testing::HasSubstr(R"("whole_run":true)"));
  EXPECT_THAT(lines[3], testing::HasSubstr(R"("name":"write","calls":2,)"));
  std::stringstream schema;
  schema << std::ifstream(SYSRAY_TEST_SOURCE_DIR "/../../docs/json-schema.json").rdbuf();
  const test::Schema published(test::read_json(schema.str()));
  for (const std::string& line : lines) EXPECT_EQ(published.complaint(test::read_json(line)), std::nullopt) << line;
  options.json = false;
  EXPECT_THAT(table(), testing::ContainsRegex("^\nFrom [0-9:.]* to [0-9:.]*:\n"));
}

}  // namespace
}  // namespace sysray::sink
