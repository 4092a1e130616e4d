// Capture programs in words.
#pragma once

#include <string>
#include <vector>

#include "describe/model.h"

namespace sysray::describe {

// A line for each op, what belongs to a test or loop further in. Cases of a switch are only counted.
std::vector<std::string> capture_text(const Model& model, capture_range program);

std::string_view capture_live_text(unsigned reason);

// Reasons for which a program, or a case that it may go on with, does not copy all that decoding reads: bits by
// capture_live_reason.
unsigned capture_live_reasons(const Model& model, capture_range program);

}  // namespace sysray::describe
