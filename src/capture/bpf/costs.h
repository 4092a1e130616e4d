// Costs: what the BPF backend takes to start, and the memory that it uses; for -d.
#pragma once

#include <cstddef>
#include <string>

#include "base/types.h"

namespace sysray::capture::bpf {

class Object;

struct Costs {
  Nanoseconds load = 0;    // making the maps, checking and compiling the programs
  Nanoseconds attach = 0;  // to their tracepoints
};

// One line.
std::string describe_costs(const Object& object);

}  // namespace sysray::capture::bpf
