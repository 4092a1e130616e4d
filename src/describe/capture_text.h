// Capture programs in words.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "describe/model.h"

namespace sysray::describe {

// Names of the arguments by register, for texts; empty ones are called by their number.
struct CaptureNaming {
  std::array<std::string_view, 6> registers{};
  void add(const Model& model, const Signature& signature, u32 abi);
};

// A line for each op, what belongs to a test or loop further in. Cases of a switch are only counted.
std::vector<std::string> capture_text(const Model& model, capture_range program, const CaptureNaming& naming = {});

// The ops that a program goes on with for a case of the call: nothing if there are none.
capture_range capture_of_case(const Model& model, capture_range program, const Case& one);

// Whether a program only picks a case.
bool capture_is_choice(const Model& model, capture_range program);

std::string_view capture_live_text(unsigned reason);

// Reasons for which a program, or a case that it may go on with, does not copy all that decoding reads: bits by
// capture_live_reason.
unsigned capture_live_reasons(const Model& model, capture_range program);

}  // namespace sysray::describe
