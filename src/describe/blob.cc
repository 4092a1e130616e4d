#include "describe/blob.h"

#include <cstring>
#include <type_traits>

namespace sysray::describe {

namespace {

constexpr u64 magic = 0x31304d5241535953;  // "SYSARM01"

struct Header {
  u64 magic;
  u64 layout;  // sum of the record sizes: another layout of the records is another version
  u64 table_count;
};
struct Place {
  u64 offset;
  u64 count;
};

// Calls f with each table of the model, in the order of the blob.
template <typename M, typename F>
void each_table(M& model, F f) {
  f(model.types);
  f(model.fields);
  f(model.arms);
  f(model.switches);
  f(model.key_ranges);
  f(model.structs);
  f(model.union_cases);
  f(model.unions);
  f(model.members);
  f(model.sets);
  f(model.pieces);
  f(model.alternatives);
  f(model.formats);
  f(model.customs);
  f(model.signatures);
  f(model.syscalls);
  f(model.dispatches);
  f(model.cases);
  f(model.instructions);
  f(model.exprs);
  f(model.numbers);
  f(model.lists);
  f(model.strings);
  f(model.constants);
  f(model.subsystems);
  f(model.declarations);
  f(model.capture_programs);
  f(model.capture_cases);
  f(model.capture_ops);
  for (auto& table : model.tables) f(table);
}

template <typename Span>
using RecordOf = typename std::remove_reference_t<Span>::element_type;

u64 record_layout() {
  Model model;
  u64 sum = 0;
  each_table(model, [&](auto& table) { sum = sum * 31 + sizeof(RecordOf<decltype(table)>); });
  return sum;
}

u64 count_tables() {
  Model model;
  u64 n = 1;  // the pool
  each_table(model, [&](auto&) { n++; });
  return n;
}

}  // namespace

std::string write_blob(const Model& model) {
  const u64 tables = count_tables();
  std::string blob(sizeof(Header) + tables * sizeof(Place), '\0');
  const Header header{magic, record_layout(), tables};
  memcpy(blob.data(), &header, sizeof header);
  u64 number = 0;
  auto add = [&](const void* data, u64 count, u64 record) {
    blob.resize((blob.size() + 7) / 8 * 8);
    const Place place{blob.size(), count};
    memcpy(blob.data() + sizeof(Header) + number++ * sizeof(Place), &place, sizeof place);
    if (count > 0) blob.append(static_cast<const char*>(data), count * record);
  };
  add(model.pool.data(), model.pool.size(), 1);
  each_table(model, [&](auto& table) { add(table.data(), table.size(), sizeof(RecordOf<decltype(table)>)); });
  return blob;
}

Result<Model> read_blob(std::string_view bytes) {
  Header header{};
  const u64 tables = count_tables();
  const Error damaged{"the compiled descriptions are damaged", "", "rebuild them with describec", 0};
  if (bytes.size() < sizeof header + tables * sizeof(Place)) return damaged;
  memcpy(&header, bytes.data(), sizeof header);
  if (header.magic != magic || header.layout != record_layout() || header.table_count != tables) return damaged;
  u64 number = 0;
  bool fits = true;
  auto place_of = [&](u64 record) {
    Place place{};
    memcpy(&place, bytes.data() + sizeof(Header) + number++ * sizeof(Place), sizeof place);
    const bool ok =
        place.offset % 8 == 0 && place.offset <= bytes.size() && place.count <= (bytes.size() - place.offset) / record;
    fits &= ok;
    return ok ? place : Place{0, 0};
  };
  Model model;
  const Place pool = place_of(1);
  model.pool = bytes.substr(pool.offset, pool.count);
  each_table(model, [&](auto& table) {
    using Record = RecordOf<decltype(table)>;
    const Place place = place_of(sizeof(Record));
    table = {reinterpret_cast<const Record*>(bytes.data() + place.offset), place.count};
  });
  if (!fits) return damaged;
  return model;
}

}  // namespace sysray::describe
