// Checker: resolves names, lays structs out, turns expressions into code; one object for one compilation.
#pragma once

#include <map>
#include <unordered_map>

#include "describe/ast.h"
#include "describe/compiler.h"
#include "describe/tables.h"

namespace sysray::describe {

// A pair of values, one for each layout.
struct Values {
  u64 value[layout_count] = {0, 0};
};

struct Extent {
  u64 size[layout_count] = {0, 0};
  u32 alignment[layout_count] = {1, 1};
  bool dynamic = false;  // more may follow than `size`
};

// What names mean where an expression stands.
struct Names {
  std::vector<std::string> slots;               // parameters, then the carry variable
  u32 structure = none;                         // its fields are visible
  const std::vector<u32>* arguments = nullptr;  // absolute field numbers of the call's arguments
  bool* uses_exit = nullptr;                    // set when the result or the error is used
};

class Checker {
 public:
  Checker(const std::vector<SourceFile>& files, std::vector<ast::File> parsed, const CompileOptions& options,
          Diagnostics& diagnostics)
      : files_(files), parsed_(std::move(parsed)), options_(options), diagnostics_(diagnostics) {}

  void run();
  Tables& tables() { return tables_; }

 private:
  enum class NameKind : u8 { alias, set, format, structure, union_type, custom };
  struct TypeName {
    NameKind kind;
    u32 index;
    const ast::Declaration* declaration;
  };
  struct ConstantInfo {
    std::string name;
    Position position;
    const ast::Expression* value;
    const ast::Expression* i386;
    u32 state = 0;  // 0 unknown, 1 being evaluated, 2 known
    Values values;
    u32 declaration = 0;
  };
  struct FieldInfo {  // beside Tables::fields
    const ast::Field* written = nullptr;
  };
  struct StructInfo {
    const ast::Declaration* declaration = nullptr;
    std::vector<std::pair<std::string, u32>> names;  // fields by name, those of switches and `use`d structs too
    int layout_state = 0;                            // 0 not laid out, 1 in progress, 2 done
  };
  struct CallInfo {
    const ast::Declaration* declaration = nullptr;
    u32 file = 0;
    u32 signature = none;
    std::vector<u32> arguments;  // absolute field numbers
    u32 syscall = none;
    std::vector<std::pair<const ast::Declaration*, u32>> cases;  // with their file
  };

  // checker_names.cc
  void collect();
  void collect_set(const ast::Declaration& one, u32 file);
  void define(const std::string& name, Position position, const ast::Expression* value, const ast::Expression* i386,
              u32 declaration);
  void add_type_name(const ast::Declaration& one, NameKind kind, u32 index);
  u32 declare(const ast::Declaration& one);
  void apply_extension(const ast::Declaration& one);
  std::optional<Values> constant_named(const std::string& name);
  std::optional<Values> constant_value(const ast::Expression& expression, bool report = true);
  std::optional<u64> fold(const ast::Expression& e, u32 layout, bool report);
  std::optional<u64> fold_call(const ast::Expression& e, u32 layout, bool report);
  void unknown_name(Position position, const std::string& name, const Names& names);
  void fill_sets();
  void fill_set(u32 index);
  void finish_constants();

  // checker_types.cc
  u32 make_type(const ast::Field& written, const Names& names);
  u32 sized_type(const ast::TypeUse& use);
  std::optional<Type> base_type(const ast::TypeUse& use, const Names& names, int depth);
  std::optional<Type> named_type(const TypeName& name, const ast::TypeUse& use, const Names& names, int depth);
  Range arguments(const ast::TypeUse& use, size_t expected, const Names& names);
  void stand_in(Type& type, const ast::Attribute& written, const Names& names);
  void set_owner(Type& type, const ast::Attribute& written, const Names& names);
  void set_fraction_digits(Type& type, const ast::Expression& written);
  void scalar_attributes(Type& type, const std::vector<ast::Attribute>& attributes, const Names& names);
  void set_array(Type& array, const ast::ArrayForm& form, u32 element, const Names& names);
  void array_attributes(Type& array, const std::vector<ast::Attribute>& attributes, const Names& names);
  void pointer_attributes(Type& pointer, const std::vector<ast::Attribute>& attributes, const Names& names);
  void check_attributes(const std::vector<ast::Attribute>& attributes);
  void check_places(const ast::Field& written, const Type& base);
  void check_call_attributes(const ast::Declaration& one);
  u32 add_type(const Type& type);
  u32 struct_of(u32 type) const;

  // checker_layout.cc
  Extent extent_of(u32 type);
  Extent string_extent(const Type& type);
  void lay_out(u32 structure);
  void lay_out_fields(Range fields, bool packed, Values& at, Values& bits, Extent& whole, bool& dynamic);
  void lay_out_bits(Field& field, const Type& type, Values& bits, bool packed);
  std::optional<u64> fixed_count(u32 expr, u32 layout) const;

  // checker_expressions.cc
  u32 expression(const ast::Expression& e, const Names& names);
  void descriptor_fact(Syscall& made, const ast::Attribute& attribute, const std::vector<u32>& arguments);
  u32 length(const ast::Expression& e, const Names& names);
  bool is_constant(const ast::Expression& e, const Names& names) const;
  void emit(const ast::Expression& e, const Names& names, std::vector<Instruction>& code);
  void emit_name(const ast::Expression& e, const Names& names, std::vector<Instruction>& code);
  u32 argument_named(std::string_view wanted, const Names& names) const;
  u32 struct_behind(u32 argument) const;
  void emit_whole(const ast::Expression& e, const Names& names, std::vector<Instruction>& code);
  void emit_member(const ast::Expression& e, const Names& names, std::vector<Instruction>& code);
  void emit_binary(const ast::Expression& e, const Names& names, std::vector<Instruction>& code);
  void emit_call(const ast::Expression& e, const Names& names, std::vector<Instruction>& code);
  void emit_deref(const ast::Expression& e, const Names& names, std::vector<Instruction>& code, Op op);
  void emit_constant(Values values, std::vector<Instruction>& code);
  void push(std::vector<Instruction>& code, Op op, u32 operand = 0);
  u32 field_named(u32 structure, std::string_view name) const;

  // checker_structs.cc
  void plan_struct(u32 index);
  Range plan_fields(const std::vector<ast::Field>& fields, StructInfo& info, int depth);
  void fill_structs();
  void fill_fields(Range fields, const Names& names);
  void fill_field(u32 index, const Names& names);
  void common_attributes(Field& field, const ast::Field& written, const Names& names);
  Range key_ranges(const ast::Arm& arm);
  void fill_union(u32 index);
  void fill_struct(u32 index);
  u32 place_of(Range range, u32 field) const;
  u32 struct_for_arm(const ast::Arm& arm, const ast::Declaration& owner);
  static bool over_bytes(const ast::Declaration& format);
  Extent format_extent(u32 index);
  void format_attributes(Format& format, const ast::Declaration& written);
  void fill_formats();
  Range alternatives(const std::vector<ast::Alternative>& list, const Names& names);
  void pieces(const ast::Alternative& written, Alternative& into);

  // checker_calls.cc
  void fill_calls();
  void gather_cases();
  u32 signature(const ast::Declaration& one, const std::vector<u32>& outer, const u32 (&registers)[layout_count],
                std::vector<u32>& all, u32 (&behind)[layout_count]);
  void argument(u32 index, const ast::Field& written, const Names& names, u32 (&registers)[layout_count]);
  void check_circles(const std::vector<u32>& arguments);
  u32 result_type(const ast::Declaration& one, const Names& names);
  struct CaseNode;
  void fill_dispatch(u32 signature, const ast::Declaration& one, CaseNode& node, const std::vector<u32>& arguments,
                     const u32 (&registers)[layout_count]);
  void sort_cases(std::vector<Case>& cases, bool single);
  void add_case_keys(const ast::Key& key, Values& first, Values& last, u32 selector_type);
  u32 classes_of(const CallInfo& call);
  void fill_tables();

  const std::vector<SourceFile>& files_;
  std::vector<ast::File> parsed_;
  const CompileOptions& options_;
  Diagnostics& diagnostics_;
  Tables tables_;
  std::unordered_map<std::string, TypeName> type_names_;
  std::unordered_map<std::string, u32> constant_names_;
  std::vector<ConstantInfo> constants_;
  std::vector<StructInfo> structs_;
  std::vector<const ast::Declaration*> set_declarations_;
  std::vector<std::vector<const ast::Member*>> set_members_;
  std::vector<const ast::Declaration*> union_declarations_;
  std::vector<std::vector<const ast::Arm*>> union_arms_;
  std::vector<u8> union_states_;
  std::vector<const ast::Declaration*> format_declarations_;
  std::map<u32, Extent> format_extents_;
  std::vector<FieldInfo> field_info_;
  std::map<std::string, CallInfo> calls_;
  std::vector<std::unique_ptr<ast::Declaration>> synthetic_;   // structs of union cases
  bool sizing_ = false;                                        // a type is being sized, not used
  int layout_depth_ = 0;                                       // structs and unions that are being laid out
  int derived_depth_ = 0;                                      // fields whose values are being put in place
  int constant_depth_ = 0;                                     // constants that are being evaluated
  u32 max_registers_ = 0;                                      // of the call being filled and its cases, lp64
  std::vector<std::pair<u32, u32>> pending_;                   // numbers that await the value of a constant
  std::vector<std::unique_ptr<ast::Member>> defined_members_;  // of `ioctl NAME = VALUE(...)`
};

}  // namespace sysray::describe
