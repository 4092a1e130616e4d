// The description language as it was written: what the parser hands to the checker.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "describe/model.h"
#include "describe/source.h"

namespace sysray::describe::ast {

struct TypeUse;

struct Expression {
  enum class Kind : u8 { number, name, member, unary, binary, conditional, call, size_of, deref, old, old_field };
  Kind kind{};
  Position position;
  u64 number = 0;
  std::string text;  // name, operator, function; for member: the path "a.b"
  std::vector<Expression> operands;
  std::shared_ptr<TypeUse> type;  // sizeof, ioctl numbers
  u32 depth = 1;                  // of the tree of operands
};

struct TypeUse {
  Position position;
  std::string name;
  std::string width;  // `open_flags:u64`: "u64"; or empty
  std::vector<Expression> arguments;
};

struct Attribute {
  Position position;
  std::string name;
  std::vector<Expression> values;
  std::vector<std::string> strings;
  std::string variable;  // @carry(VARIABLE = ...)
};

struct ArrayForm {
  ArrayKind kind{};
  std::optional<Expression> count;
  std::optional<Expression> step;
  std::optional<Expression> alignment;
};

struct Field;

struct Arm {
  std::vector<std::pair<Expression, std::optional<Expression>>> keys;  // empty: default
  std::vector<Field> fields;
  Position position;
  bool braces = false;  // `{ fields }`: a struct even if it has one field
};

struct Field {
  enum class Kind : u8 { plain, use, choice };
  Kind kind{};
  Position position;  // of the name
  Direction direction{};
  TypeUse type;
  int pointers = 0;
  std::string name;
  std::optional<ArrayForm> array;
  std::optional<Expression> bits;
  std::vector<Attribute> attributes;
  std::optional<Expression> value;  // `= EXPR`
  Expression selector;              // choice
  std::vector<Arm> arms;
};

struct Parameter {
  std::string name;
};

struct Member {
  Position position;
  std::string name;
  bool is_text = false;
  bool is_mask = false;
  bool is_rest = false;
  bool nonzero = false;
  std::optional<Expression> value;  // definition; or the mask
  std::optional<Expression> i386;
  std::optional<Expression> shift;
  std::optional<TypeUse> type;  // of a sub-field
};

struct Alternative {
  Position position;
  std::optional<Expression> condition;
  std::string text;
  std::vector<Field> parts;
};

struct Key {
  Position position;
  std::string name;  // empty: `*`
  std::optional<Expression> first;
  std::optional<Expression> last;     // a range
  std::optional<Expression> defined;  // `NAME = EXPR`
};

struct Declaration {
  enum class Kind : u8 {
    constant,
    alias,
    enumeration,
    flags,
    format,
    structure,
    union_type,
    extend,
    syscall,
    call_case,
    fallback,
    abi,
    custom
  };
  Kind kind{};
  Position position;  // of the name
  std::string name;
  std::string documentation;
  u32 file = 0;
  std::vector<std::string> parameters;
  std::vector<Attribute> attributes;
  std::optional<Expression> value;  // constant; selector of a union
  std::optional<Expression> i386;
  TypeUse type;  // alias; base of a set or format
  bool has_type = false;
  std::string comment;   // unknown comment of a set; reason of a custom kind
  std::string variable;  // `as v`
  std::vector<Member> members;
  std::vector<Field> fields;
  std::vector<std::string> show;
  std::vector<Position> show_positions;
  std::vector<Arm> cases;                 // union
  std::vector<Alternative> alternatives;  // format, note
  std::vector<Key> keys_flat;
  std::vector<std::vector<Key>> keys;  // call_case: each with one key a selector
  bool dispatches = false;             // `...`
  std::vector<Expression> selectors;   // `by (...)`
  bool has_result = false;
  Field result;  // type and attributes behind `->`
  struct Entry {
    Position position;
    u64 number;
    std::string name;
    std::string declaration;
  };
  std::vector<Entry> entries;  // abi
};

struct File {
  std::string subsystem;
  std::string title;
  std::vector<std::string> classes;
  std::vector<Declaration> declarations;
};

}  // namespace sysray::describe::ast
