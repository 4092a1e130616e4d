// Tables: the model while it is built, in vectors; and a model that owns them.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "describe/model.h"

namespace sysray::describe {

struct Tables {
  std::string pool{std::string(1, '\0')};
  std::vector<Type> types;
  std::vector<Field> fields;
  std::vector<Arm> arms;
  std::vector<Switch> switches;
  std::vector<KeyRange> key_ranges;
  std::vector<Struct> structs;
  std::vector<UnionCase> union_cases;
  std::vector<Union> unions;
  std::vector<Member> members;
  std::vector<Set> sets;
  std::vector<Piece> pieces;
  std::vector<Alternative> alternatives;
  std::vector<Format> formats;
  std::vector<Custom> customs;
  std::vector<Signature> signatures;
  std::vector<Syscall> syscalls;
  std::vector<Dispatch> dispatches;
  std::vector<Case> cases;
  std::vector<Instruction> instructions;
  std::vector<Expr> exprs;
  std::vector<Number> numbers;
  std::vector<u32> lists;
  std::vector<Str> strings;
  std::vector<Constant> constants;
  std::vector<Subsystem> subsystems;
  std::vector<Declaration> declarations;
  std::vector<capture_program> capture_programs;
  std::vector<capture_case> capture_cases;
  std::vector<capture_op> capture_ops;
  std::vector<TableEntry> tables[table_count];

  // The text in the pool; equal texts share a place.
  Str intern(std::string_view text);
  // Views of everything; valid while the tables are not changed.
  Model model() const;

 private:
  std::unordered_map<std::string, u32> interned_;
};

// A model compiled at run time, with the tables that it looks at.
struct Compiled {
  Tables tables;
  Model model;
};

}  // namespace sysray::describe
