// Numbers of the descriptions against the kernel's: constants, ioctls, system calls and how many arguments they take.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>

#include "describe/facts.h"
#include "support.h"

namespace sysray::testing {
namespace {

using describe::Model;
using describe::none;

const describe::Facts& facts() {
  static const describe::Facts read = [] {
    auto result = describe::read_facts(SYSRAY_TEST_SOURCE_DIR "/../facts");
    if (!result) throw std::runtime_error(result.error().message());
    return std::move(*result);
  }();
  return read;
}

// Names that the file lists, with the reason behind a tab.
std::set<std::string> exceptions(const std::string& name) {
  std::set<std::string> names;
  std::ifstream file(SYSRAY_TEST_SOURCE_DIR "/" + name);
  for (std::string line; std::getline(file, line);)
    if (!line.empty() && line[0] != '#') names.insert(line.substr(0, line.find('\t')));
  return names;
}

std::string place(u32 declaration) {
  const auto& where = tree_model().declarations[declaration];
  return fmt::format("{}:{}", tree_model().text(where.file), where.line);
}

// Equal in the width of the header's C type: -1 is written as 0xffffffff there too.
bool same(u64 described, u64 fact, u32 width) {
  return described == fact || (width == 4 && static_cast<u32>(described) == static_cast<u32>(fact));
}

TEST(Numbers, OfConstantsAreThoseOfTheHeaders) {
  std::multimap<std::string_view, const describe::ConstantFact*> by_name;
  for (const auto& one : facts().constants) by_name.emplace(one.name, &one);
  std::set<std::string_view> ioctls;  // have a table of their own
  for (const auto& one : facts().ioctls) ioctls.insert(one.name);
  const auto allowed = exceptions("constant-exceptions");
  size_t compared = 0;
  for (const auto& one : tree_model().constants) {
    const std::string_view name = tree_model().text(one.name);
    const auto [first, last] = by_name.equal_range(name);
    if (first == last || ioctls.contains(name) || allowed.contains(std::string(name))) continue;
    compared++;
    bool equal[2] = {false, false};
    for (auto at = first; at != last; ++at)
      for (u32 layout = 0; layout < 2; layout++)
        equal[layout] |= same(one.value[layout], at->second->value[layout], at->second->width);
    EXPECT_TRUE(equal[0]) << name << " (" << place(one.declaration) << ") is " << fmt::format("{:#x}", one.value[0])
                          << ", but " << fmt::format("{:#x}", first->second->value[0]) << " in "
                          << first->second->header;
    EXPECT_TRUE(equal[1]) << name << " (" << place(one.declaration) << ") on i386 is "
                          << fmt::format("{:#x}", one.value[1]) << ", but "
                          << fmt::format("{:#x}", first->second->value[1]) << " in " << first->second->header;
  }
  EXPECT_GT(compared, 3000u);
}

TEST(Numbers, OfIoctlsAreThoseOfTheHeaders) {
  std::multimap<std::string_view, const describe::IoctlFact*> by_name;
  for (const auto& one : facts().ioctls)
    if (!one.foreign && !one.has_parameters) by_name.emplace(one.name, &one);
  const auto allowed = exceptions("constant-exceptions");
  size_t compared = 0;
  for (const auto& one : tree_model().constants) {
    const std::string_view name = tree_model().text(one.name);
    const auto [first, last] = by_name.equal_range(name);
    if (first == last || allowed.contains(std::string(name))) continue;
    compared++;
    for (u32 layout = 0; layout < 2; layout++) {
      bool equal = false;
      for (auto at = first; at != last; ++at) equal |= same(one.value[layout], at->second->code[layout], 4);
      EXPECT_TRUE(equal) << name << " (" << place(one.declaration) << ") is " << fmt::format("{:#x}", one.value[layout])
                         << ", but " << fmt::format("{:#x}", first->second->code[layout]) << " in the header"
                         << (layout == 1 ? " on i386" : "");
    }
  }
  EXPECT_GT(compared, 1000u);
}

constexpr std::string_view abi_names[] = {"x86_64", "i386", "x32"};

TEST(Numbers, OfSystemCallsAreThoseOfTheKernel) {
  constexpr u32 x32_bit = 0x40000000;
  for (size_t abi = 0; abi < describe::table_count; abi++) {
    std::map<u32, std::string_view> by_number;
    for (const auto& one : facts().calls)
      if (one.abi == abi_names[abi]) by_number.emplace(one.number & ~x32_bit, one.name);
    for (const auto& entry : tree_model().tables[abi]) {
      if (entry.syscall == none) continue;
      const auto found = by_number.find(entry.number);
      EXPECT_TRUE(found != by_number.end() && found->second == tree_model().text(entry.name))
          << abi_names[abi] << " " << entry.number << " is " << tree_model().text(entry.name) << ", but "
          << (found == by_number.end() ? "unknown" : found->second) << " to the kernel";
    }
  }
}

// Every call that the kernel implements has a declaration.
TEST(Numbers, LeaveNoSystemCallOut) {
  for (size_t abi = 0; abi < 2; abi++) {
    const auto& table = tree_model().tables[abi];
    for (const auto& one : facts().calls) {
      if (one.abi != abi_names[abi] || one.entry.empty()) continue;
      EXPECT_TRUE(one.number < table.size() && table[one.number].syscall != none)
          << abi_names[abi] << " " << one.number << " " << one.name;
    }
  }
}

// Registers that the call's own arguments and the longest of its cases take.
u32 registers(const Model& model, u32 signature, u32 layout) {
  const auto& own = model.signatures[signature];
  u32 most = 0;
  for (const auto& field : model.fields.subspan(own.arguments.first, own.arguments.count)) {
    if (field.from_expression || field.type == none) continue;
    const bool two = layout == 1 && model.types[field.type].width == 8;
    most = std::max(most, field.offset[layout] + (two ? 2 : 1));
  }
  if (own.dispatch == none) return most;
  const auto& dispatch = model.dispatches[own.dispatch];
  for (const auto& one : model.cases.subspan(dispatch.cases.first, dispatch.cases.count))
    most = std::max(most, registers(model, one.signature, layout));
  if (dispatch.fallback != none) most = std::max(most, registers(model, dispatch.fallback, layout));
  return most;
}

TEST(Prototypes, TakeAsManyRegistersAsTheKernelReads) {
  const Model& model = tree_model();
  const auto allowed = exceptions("prototype-exceptions");
  for (u32 abi = 0; abi < 2; abi++) {
    const auto& table = model.tables[abi];
    for (const auto& one : facts().calls) {
      if (one.abi != abi_names[abi] || one.entry.empty()) continue;
      if (one.number >= table.size() || table[one.number].syscall == none) continue;
      if (allowed.contains(fmt::format("{} {}", one.abi, one.name))) continue;
      const auto& call = model.syscalls[table[one.number].syscall];
      EXPECT_EQ(registers(model, call.signature, abi), one.registers)
          << one.abi << " " << one.name << " (" << place(call.declaration) << ")";
    }
  }
}

}  // namespace
}  // namespace sysray::testing
