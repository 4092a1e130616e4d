// `sysray describe --coverage`: how much of Linux's interface the descriptions state, in figures.
#pragma once

#include <string>

#include "base/result.h"
#include "describe/model.h"

namespace sysray::describe {

// The report as text: system calls of x86_64 and i386 (with those that are missing), arguments with a type of their
// own, structs, constants, ioctls, what each subsystem has, and the custom kinds with their reasons. `facts` is the
// directory of the tables of facts (tests/facts in the sources); fails if it cannot be read.
Result<std::string> coverage(const Model& model, const std::string& facts);

}  // namespace sysray::describe
