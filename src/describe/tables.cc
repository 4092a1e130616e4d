#include "describe/tables.h"

namespace sysray::describe {

Str Tables::intern(std::string_view text) {
  if (text.empty()) return {0, 0};
  auto [at, fresh] = interned_.try_emplace(std::string(text), static_cast<u32>(pool.size()));
  if (fresh) {
    pool += text;
    pool += '\0';
  }
  return {at->second, static_cast<u32>(text.size())};
}

Model Tables::model() const {
  Model m;
  m.pool = pool;
  m.types = types;
  m.fields = fields;
  m.arms = arms;
  m.switches = switches;
  m.key_ranges = key_ranges;
  m.structs = structs;
  m.union_cases = union_cases;
  m.unions = unions;
  m.members = members;
  m.sets = sets;
  m.pieces = pieces;
  m.alternatives = alternatives;
  m.formats = formats;
  m.customs = customs;
  m.signatures = signatures;
  m.syscalls = syscalls;
  m.dispatches = dispatches;
  m.cases = cases;
  m.instructions = instructions;
  m.exprs = exprs;
  m.numbers = numbers;
  m.lists = lists;
  m.strings = strings;
  m.constants = constants;
  m.subsystems = subsystems;
  m.declarations = declarations;
  m.capture_programs = capture_programs;
  m.capture_cases = capture_cases;
  m.capture_ops = capture_ops;
  for (u32 i = 0; i < table_count; i++) m.tables[i] = tables[i];
  return m;
}

}  // namespace sysray::describe
