// -P and trace-fds over the argument trees of calls.
#include "filter/target_filter.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

namespace sysray::filter {
namespace {

using event::Event;
using event::Value;
using event::ValueKind;

Value path(std::string_view text) {
  Value value;
  value.kind = ValueKind::string;
  value.is_path = true;
  value.set_text(text);
  return value;
}
Value plain_string(std::string_view text) {
  Value value = path(text);
  value.is_path = false;
  return value;
}
Value fd(int number) {
  Value value;
  value.kind = ValueKind::fd;
  value.number = static_cast<u64>(static_cast<s64>(number));
  return value;
}
Value group(ValueKind kind, std::span<const Value> items) {
  Value value;
  value.kind = kind;
  value.set_items(items.data(), items.size());
  return value;
}
Event call(std::span<const Value> args) {
  Event event;
  event.targets = args;
  return event;
}

std::string_view no_paths(Tid, int) { return {}; }
std::string_view descriptor_5_is_null(Tid, int number) { return number == 5 ? "/dev/null" : ""; }

TEST(TargetFilter, WithoutTargetsEverythingMatches) {
  TargetFilter filter;
  EXPECT_FALSE(filter.active());
  EXPECT_TRUE(filter.matches(call({}), no_paths));
}

TEST(TargetFilter, Paths) {
  TargetFilter filter;
  filter.add_path("/no/such/file");
  const Value match[] = {fd(3), path("/no/such/file")};
  const Value other[] = {fd(3), path("/no/such")};
  const Value data[] = {plain_string("/no/such/file")};
  EXPECT_TRUE(filter.matches(call(match), no_paths));
  EXPECT_FALSE(filter.matches(call(other), no_paths));
  EXPECT_FALSE(filter.matches(call(data), no_paths));
  EXPECT_FALSE(filter.matches(call({}), no_paths));
}

TEST(TargetFilter, DescriptorsOfPaths) {
  TargetFilter filter;
  filter.add_path("/dev/null");
  const Value five[] = {fd(5)};
  const Value six[] = {fd(6)};
  const Value none[] = {fd(-1)};
  EXPECT_TRUE(filter.matches(call(five), descriptor_5_is_null));
  EXPECT_FALSE(filter.matches(call(six), descriptor_5_is_null));
  EXPECT_FALSE(filter.matches(call(none), descriptor_5_is_null));
}

TEST(TargetFilter, PathsAsTheyResolve) {
  std::string folder = ::testing::TempDir() + "sysray_target_filter";
  std::filesystem::create_directories(folder + "/real");
  std::filesystem::remove(folder + "/link");
  std::filesystem::create_symlink("real", folder + "/link");
  const std::string real = std::filesystem::canonical(folder + "/real");
  const std::string link = folder + "/link";

  TargetFilter filter;
  EXPECT_EQ(filter.add_path(real), std::nullopt);
  EXPECT_EQ(filter.add_path(folder + "/missing"), std::nullopt);
  EXPECT_EQ(filter.add_path(link), real);
  const Value as_given[] = {path(link)};
  const Value resolved[] = {path(real)};
  EXPECT_TRUE(filter.matches(call(as_given), no_paths));
  EXPECT_TRUE(filter.matches(call(resolved), no_paths));
}

TEST(TargetFilter, Descriptors) {
  TargetFilter filter;
  filter.set_descriptors(*parse_descriptors("!9"));
  const Value nine[] = {fd(9)};
  const Value ten[] = {fd(10)};
  const Value negative[] = {fd(-1)};
  EXPECT_FALSE(filter.matches(call(nine), no_paths));
  EXPECT_TRUE(filter.matches(call(ten), no_paths));
  EXPECT_FALSE(filter.matches(call(negative), no_paths));
}

TEST(TargetFilter, EitherMatches) {
  TargetFilter filter;
  filter.set_descriptors(*parse_descriptors("9"));
  filter.add_path("/dev/null");
  const Value by_number[] = {fd(9)};
  const Value by_path[] = {fd(5)};
  const Value neither[] = {fd(6)};
  EXPECT_TRUE(filter.matches(call(by_number), descriptor_5_is_null));
  EXPECT_TRUE(filter.matches(call(by_path), descriptor_5_is_null));
  EXPECT_FALSE(filter.matches(call(neither), descriptor_5_is_null));
}

TEST(TargetFilter, InsideOfStructures) {
  TargetFilter filter;
  filter.set_descriptors(*parse_descriptors("9"));
  const Value fields[] = {fd(9), plain_string("POLLIN")};
  const Value elements[] = {group(ValueKind::structure, fields)};
  const Value changes[] = {group(ValueKind::array, elements), group(ValueKind::array, {})};
  const Value poll[] = {group(ValueKind::change, changes)};
  EXPECT_TRUE(filter.matches(call(poll), no_paths));
}

}  // namespace
}  // namespace sysray::filter
