// What options take as values.
#include "cli/values.h"

#include <gtest/gtest.h>

#include "cli/summary_columns.h"

namespace sysray::cli {
namespace {

using sink::Precision;
using sink::SummaryColumn;
using sink::TimePrefix;

TEST(Values, Numbers) {
  EXPECT_EQ(parse_number("0", 10), 0);
  EXPECT_EQ(parse_number("010", 10), 10);
  EXPECT_EQ(parse_number(" +5", 10), 5);
  EXPECT_EQ(parse_number("-0", 10), 0);
  for (std::string_view text : {"", "-1", "11", "5x", "0x5", "1.0", "99999999999999999999"}) {
    EXPECT_EQ(parse_number(text, 10), std::nullopt) << text;
  }
}

TEST(Values, Times) {
  EXPECT_EQ(parse_time("20"), 20'000);
  EXPECT_EQ(parse_time("1.5ms"), 1'500'000);
  EXPECT_EQ(parse_time("2s"), 2'000'000'000);
  EXPECT_EQ(parse_time("1e3us"), 1'000'000);
  EXPECT_EQ(parse_time("7ns"), 7);
  EXPECT_EQ(parse_time(" 1"), 1'000);
  EXPECT_EQ(parse_time("-0"), 0);
  EXPECT_EQ(parse_time("1e30"), std::numeric_limits<Nanoseconds>::max());
  for (std::string_view text : {"", "ms", "x", "-42", "1m", "1S", "1 ms", "1us1", "inf", "nan", "0x10"}) {
    EXPECT_EQ(parse_time(text), std::nullopt) << text;
  }
}

TEST(Values, Timestamps) {
  struct Case {
    std::string_view text;
    TimePrefix format;
    Precision precision;
  };
  for (const auto& [text, format, precision] : {
           Case{"", TimePrefix::seconds_of_day, Precision::s},
           Case{",,", TimePrefix::seconds_of_day, Precision::s},
           Case{"unix", TimePrefix::unix_epoch, Precision::s},
           Case{"ns,format:unix", TimePrefix::unix_epoch, Precision::ns},
           Case{"format:unix,precision:ms", TimePrefix::unix_epoch, Precision::ms},
           Case{"unix,time,ms,us", TimePrefix::seconds_of_day, Precision::us},
           Case{"s,,none", TimePrefix::none, Precision::s},
           Case{"FORMAT:Time,US", TimePrefix::seconds_of_day, Precision::us},
       }) {
    TimePrefix got_format = TimePrefix::seconds_of_day;
    Precision got_precision = Precision::s;
    EXPECT_TRUE(parse_timestamps(text, got_format, got_precision)) << text;
    EXPECT_EQ(got_format, format) << text;
    EXPECT_EQ(got_precision, precision) << text;
  }
  TimePrefix format{};
  Precision precision{};
  for (std::string_view text : {"ss", "format:s", "s,non", "precision:none", "precision:", "format:", "time:s"}) {
    EXPECT_FALSE(parse_timestamps(text, format, precision)) << text;
  }
}

TEST(Values, ProcessIds) {
  std::vector<Tid> pids;
  EXPECT_EQ(parse_pids("1, 2\t3\n4,,5", pids), std::nullopt);
  EXPECT_EQ(pids, (std::vector<Tid>{Tid{1}, Tid{2}, Tid{3}, Tid{4}, Tid{5}}));
  EXPECT_EQ(parse_pids("", pids), std::nullopt);
  EXPECT_EQ(parse_pids(" ,", pids), std::nullopt);
  for (std::string_view text : {"0", "-42", "12.", "a", "99999999999", "4294967297"}) {
    EXPECT_EQ(parse_pids("1 " + std::string(text), pids), text);
  }
}

TEST(Values, Interruptible) {
  EXPECT_EQ(parse_interruptible("1"), capture::InteractiveMode::anywhere);
  EXPECT_EQ(parse_interruptible("04"), capture::InteractiveMode::never_tstp);
  EXPECT_EQ(parse_interruptible("Never"), capture::InteractiveMode::never);
  for (std::string_view text : {"", "0", "5", "0x1", "nev", "nevertheless", "=never"}) {
    EXPECT_EQ(parse_interruptible(text), std::nullopt) << text;
  }
}

TEST(Values, SummaryColumns) {
  EXPECT_EQ(parse_sort_column("time_total", false), SummaryColumn::total_time);
  EXPECT_EQ(parse_sort_column("none", false), SummaryColumn::nothing);
  EXPECT_EQ(parse_sort_column("non", false), std::nullopt);
  std::vector<SummaryColumn> columns;
  EXPECT_TRUE(parse_columns("calls,min-time,syscall_name", false, columns));
  EXPECT_EQ(columns, (std::vector{SummaryColumn::calls, SummaryColumn::min_time, SummaryColumn::name}));
  EXPECT_EQ(parse_columns("time,,name", false, columns).error().cause, "unknown column name: ''");
  EXPECT_EQ(parse_sort_column("wall_p90", true), SummaryColumn::wall_p90);
  EXPECT_FALSE(parse_sort_column("p90", false));
  EXPECT_EQ(parse_columns("time,", false, columns).error().cause, "unknown column name: ''");
  EXPECT_EQ(parse_columns("", false, columns).error().cause, "unknown column name: ''");
  EXPECT_EQ(parse_columns("none", false, columns).error().cause, "unknown column name: 'none'");
  EXPECT_EQ(parse_columns("time,time_percent,time_total", false, columns).error().cause,
            "call summary column has been provided more than once: 'time_percent' "
            "(-U option residual: 'time_percent,time_total')");
}

}  // namespace
}  // namespace sysray::cli
