// Expressions of the descriptions, from their code back to text; constants are shown as numbers.
#pragma once

#include <string>

#include "describe/model.h"

namespace sysray::cli {

// The expression for lp64; `parameters` are the names of its slots (of the struct, union or format that it stands in).
std::string expression_text(const describe::Model& model, u32 expr, describe::Range parameters = {});

// A type as the description language writes it: "iovec *[vlen]".
std::string type_text(const describe::Model& model, u32 type, describe::Range parameters = {});

// A type's name alone, if it has one: what `sysray describe` can explain further.
std::string_view type_name(const describe::Model& model, const describe::Type& type);

}  // namespace sysray::cli
