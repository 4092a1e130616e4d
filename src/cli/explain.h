// `sysray describe NAME`: what the descriptions say about a system call, a type or a constant.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "describe/model.h"
#include "describe/source.h"

namespace sysray::cli {

// A page for each thing with this name (a call, a struct and a constant may share one); empty: there is none.
// `sources` hold the declarations as they were written.
std::string explain(const describe::Model& model, const std::vector<describe::SourceFile>& sources,
                    std::string_view name);

// All names that can be explained.
std::vector<std::string_view> explainable_names(const describe::Model& model);

// The declaration that begins on this line (from 1), to its `;` or `}`; empty if there is no such line.
std::string_view declaration_text(std::string_view source, u32 line);

// Names of the classes, with their %.
std::vector<std::string_view> class_names(u32 bits);

}  // namespace sysray::cli
