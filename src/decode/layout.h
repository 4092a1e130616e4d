// Sizes of described types for the ABI of a call; never of the host.
#pragma once

#include "describe/measure.h"
#include "event/raw_event.h"

namespace sysray::decode {

// Bytes that a value of the type takes in memory; for parts of variable size, of the fixed part.
inline u32 size_of(const describe::Model& model, u32 type, event::Abi abi) {
  return describe::size_of(model, type, {static_cast<u32>(abi)});
}

}  // namespace sysray::decode
