// Blob: all tables of a model in one piece of bytes, as the build writes them into the binary.
#pragma once

#include <string>

#include "base/result.h"
#include "describe/model.h"

namespace sysray::describe {

std::string write_blob(const Model& model);

// The model whose tables lie in `bytes`, which must be aligned to 8 and outlive it. Fails if this is no blob of this
// version, or if a table reaches beyond its end; indices are not checked (validate does that).
Result<Model> read_blob(std::string_view bytes);

}  // namespace sysray::describe
