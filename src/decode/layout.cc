// Sizes for the ABI of a call.
#include "decode/layout.h"

#include "describe/measure.h"

namespace sysray::decode {

u32 size_of(const describe::Model& model, u32 type, event::Abi abi) {
  return describe::size_of(model, type, {static_cast<u32>(abi)});
}

}  // namespace sysray::decode
