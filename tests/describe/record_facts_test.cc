// Layouts of the described structs against those of the kernel's headers, for both ABIs: a described struct with the
// name of a kernel's has its size, and its fields lie where the kernel's of the same names do.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>

#include "describe/facts.h"
#include "support.h"

namespace sysray::testing {
namespace {

using describe::Field;
using describe::Model;
using describe::none;
using describe::Record;

const describe::Facts& facts() {
  static const describe::Facts read = [] {
    auto result = describe::read_facts(SYSRAY_TEST_SOURCE_DIR "/../facts");
    if (!result) throw std::runtime_error(result.error().message());
    return std::move(*result);
  }();
  return read;
}

// Structs whose names differ in meaning from the kernel's, "ABI name" each; the file says why.
std::set<std::string> exceptions() {
  std::set<std::string> names;
  std::ifstream file(SYSRAY_TEST_SOURCE_DIR "/record-exceptions");
  for (std::string line; std::getline(file, line);)
    if (!line.empty() && line[0] != '#') names.insert(line.substr(0, line.find('\t')));
  return names;
}

class Comparison {
 public:
  Comparison(const Model& model, u32 layout) : model_(model), layout_(layout) {}

  // What differs from the record; empty: nothing.
  std::vector<std::string> differences(const describe::Struct& described, const Record& record) {
    found_.clear();
    by_name_.clear();
    for (const auto& field : record.fields) by_name_.emplace(field.name, &field);
    if (!described.flexible && described.size[layout_] != record.size)
      found_.push_back(fmt::format("size {}, but {} in the header", described.size[layout_], record.size));
    fields(described.fields);
    return found_;
  }

 private:
  void fields(describe::Range range) {
    for (const Field& field : model_.fields.subspan(range.first, range.count)) {
      if (field.switch_index != none) {
        const auto arms = model_.switches[field.switch_index].arms;
        for (const auto& arm : model_.arms.subspan(arms.first, arms.count)) fields(arm.fields);
      } else if (!field.padding && !field.from_expression && !field.dynamic_offset) {
        compare(field);
      }
    }
  }

  void compare(const Field& field) {
    const auto found = by_name_.find(model_.text(field.name));
    if (found == by_name_.end()) return;
    const auto& fact = *found->second;
    const u32 offset = field.offset[layout_];
    if (field.bit_width != 0 || fact.bit_size != 0) {
      const u32 bit = offset * 8 + field.bit_offset;
      if (field.bit_width != fact.bit_size || bit != fact.offset * 8 + fact.bit_offset)
        found_.push_back(fmt::format("{}: bits {}+{}, but {}+{} in the header", fact.name, bit, field.bit_width,
                                     fact.offset * 8 + fact.bit_offset, fact.bit_size));
    } else if (offset != fact.offset) {
      found_.push_back(fmt::format("{}: offset {}, but {} in the header", fact.name, offset, fact.offset));
    }
  }

  const Model& model_;
  u32 layout_;
  std::map<std::string_view, const describe::RecordField*> by_name_;
  std::vector<std::string> found_;
};

class Layouts : public ::testing::TestWithParam<u32> {};

TEST_P(Layouts, AreThoseOfTheHeaders) {
  const u32 layout = GetParam();
  const std::string_view abi = layout == 0 ? "x86_64" : "i386";
  const std::set<std::string> allowed = exceptions();
  std::multimap<std::string, const Record*> records;
  for (const Record& record : facts().records[layout])
    if (record.name.starts_with("struct ") || record.name.starts_with("union "))
      records.emplace(record.name.substr(record.name.find(' ') + 1), &record);
  Comparison comparison(tree_model(), layout);
  size_t compared = 0;
  for (const auto& described : tree_model().structs) {
    const std::string name(tree_model().text(described.name));
    const auto [first, last] = records.equal_range(name);
    if (first == last || allowed.contains(fmt::format("{} {}", abi, name))) continue;
    compared++;
    // Headers that are never used together may each have a record of this name.
    std::vector<std::string> best;
    for (auto at = first; at != last; ++at) {
      const auto differences = comparison.differences(described, *at->second);
      if (at == first || differences.size() < best.size()) best = differences;
    }
    const auto& where = tree_model().declarations[described.declaration];
    EXPECT_TRUE(best.empty()) << abi << " struct " << name << " (" << tree_model().text(where.file) << ":" << where.line
                              << "): " << fmt::format("{}", fmt::join(best, "; "));
  }
  EXPECT_GT(compared, 200u);
}

INSTANTIATE_TEST_SUITE_P(Abi, Layouts, ::testing::Values(0u, 1u),
                         [](const auto& info) { return info.param == 0 ? "x86_64" : "i386"; });

}  // namespace
}  // namespace sysray::testing
