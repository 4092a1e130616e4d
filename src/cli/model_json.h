// `sysray describe --json`: the whole model as one JSON object, for other programs.
#pragma once

#include <string>

#include "describe/model.h"

namespace sysray::cli {

// Of its form: raised when a reader of the last one could misread it.
inline constexpr u32 model_json_version = 1;

std::string model_json(const describe::Model& model);

}  // namespace sysray::cli
