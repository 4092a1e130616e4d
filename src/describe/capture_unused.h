// Takes ops out of a capture program whose numbers nothing asks for.
#pragma once

#include <vector>

#include "describe/capture_ops.h"

namespace sysray::describe {

std::vector<capture_op> without_unused(std::vector<capture_op> ops);

}  // namespace sysray::describe
