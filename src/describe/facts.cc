// Reading of the tab-separated tables of facts.
#include "describe/facts.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdlib>

#include "describe/source_archive.h"

namespace sysray::describe {

namespace {

constexpr size_t most_columns = 8;
using Columns = std::array<std::string_view, most_columns>;

// Decimal, signed, or 0x; "-" is 0.
u64 number(std::string_view text) {
  if (text == "-") return 0;
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const int base = text.starts_with("0x") ? 16 : 10;
  if (base == 16) text.remove_prefix(2);
  u64 value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, base);
  return negative ? 0 - value : value;
}
u32 small(std::string_view text) { return static_cast<u32>(number(text)); }

class Reader {
 public:
  explicit Reader(const std::string& directory, Facts& facts) : directory_(directory), facts_(facts) {}

  // Calls `use` with the columns of each line; false (and `error`) if the table cannot be read.
  template <typename F>
  bool table(const std::string& name, size_t columns, F use) {
    auto source = read_source(directory_ + "/" + name);
    if (!source) {
      error = source.error();
      return false;
    }
    std::string_view rest = facts_.texts.emplace_back(std::move(source->text));
    for (u32 line = 1; !rest.empty(); line++) {
      std::string_view one = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(one.size() + 1, rest.size()));
      Columns cells;
      const size_t found = split(one, cells);
      if (found != columns) {
        error = {fmt::format("{}/{}:{}: expected {} columns", directory_, name, line, columns),
                 fmt::format("{} found", found),
                 {},
                 0};
        return false;
      }
      if (line > 1) use(cells);
    }
    return true;
  }

  Error error;

 private:
  static size_t split(std::string_view line, Columns& cells) {
    size_t count = 0;
    for (;;) {
      const size_t end = line.find('\t');
      if (count < most_columns) cells[count] = line.substr(0, end);
      count++;
      if (end == std::string_view::npos) return count;
      line.remove_prefix(end + 1);
    }
  }

  const std::string& directory_;
  Facts& facts_;
};

bool read_records(Reader& reader, const std::string& name, std::vector<Record>& to) {
  return reader.table(name, 8, [&](const Columns& cells) {
    if (cells[1] == ".") {
      to.push_back({cells[0], cells[7], small(cells[5]), {}});
    } else if (!to.empty()) {
      to.back().fields.push_back({cells[1], small(cells[2]), small(cells[5]), small(cells[3]), small(cells[4])});
    }
  });
}

bool read_constants(Reader& reader, Facts& facts) {
  std::unordered_map<std::string_view, u64> i386;
  if (!reader.table("constants-i386.tsv", 2, [&](const Columns& cells) { i386.emplace(cells[0], number(cells[1])); }))
    return false;
  return reader.table("constants.tsv", 4, [&](const Columns& cells) {
    ConstantFact one{cells[0], cells[3], {number(cells[1]), number(cells[1])}, cells[2].ends_with("32") ? 4u : 8u};
    if (auto other = i386.find(cells[0]); other != i386.end()) one.value[1] = other->second;
    facts.constants.push_back(one);
  });
}

bool read_all(Reader& reader, Facts& facts) {
  return read_records(reader, "structs.tsv", facts.records[0]) &&
         read_records(reader, "structs-i386.tsv", facts.records[1]) && read_constants(reader, facts) &&
         reader.table(
             "ioctls.tsv", 6,
             [&](const Columns& cells) {
               // An ioctl of something that i386 lacks has one code.
               const u64 code = number(cells[1]);
               const u64 i386 = cells[2] == "-" ? code : number(cells[2]);
               facts.ioctls.push_back(
                   {cells[0], {code, i386}, cells[3] == "ioc-fn", cells[4].find("arch=") != std::string_view::npos});
             }) &&
         reader.table("syscalls.tsv", 5,
                      [&](const Columns& cells) {
                        facts.calls.push_back({cells[0], cells[2], cells[4] == "-" ? std::string_view() : cells[4],
                                               small(cells[1]), small(cells[3])});
                      }) &&
         reader.table("prototypes.tsv", 4,
                      [&](const Columns& cells) { facts.argument_counts[cells[0]] += cells[1] == "-" ? 0 : 1; });
}

}  // namespace

Result<Facts> read_facts(const std::string& directory) {
  Facts facts;
  Reader reader(directory, facts);
  if (!read_all(reader, facts)) return reader.error;
  return facts;
}

}  // namespace sysray::describe
