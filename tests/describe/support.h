// What the tests of the description language share: compiling a text, the descriptions of the source tree, looking up.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "describe/compiler.h"
#include "describe/model.h"

namespace sysray::testing {

// Compiles one text as "test.desc". On failure the error's cause holds all diagnostics.
Result<std::unique_ptr<describe::Compiled>> compile_text(std::string_view text,
                                                         const describe::CompileOptions& options = {});

// The same, for texts without errors: throws with the diagnostics otherwise.
std::unique_ptr<describe::Compiled> must_compile(std::string_view text);

// Paths of the files below a directory that end in .desc, sorted.
std::vector<std::string> description_files(const std::string& directory);

// Those of the source tree, read; and compiled once.
const std::vector<describe::SourceFile>& tree_sources();
const describe::Model& tree_model();

// The record with this name; throws if there is none.
const describe::Struct& struct_named(const describe::Model& model, std::string_view name);
const describe::Set& set_named(const describe::Model& model, std::string_view name);
const describe::Syscall& call_named(const describe::Model& model, std::string_view name);
const describe::Field& field_named(const describe::Model& model, describe::Range fields, std::string_view name);
u64 constant_named(const describe::Model& model, std::string_view name, u32 layout = 0);

}  // namespace sysray::testing
