// Fuzzer of the description compiler: any bytes are compiled or refused with diagnostics, in bounded time; what is
// compiled keeps the invariants that the decoder relies on, also after a way through a blob.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "describe/blob.h"
#include "describe/compiler.h"
#include "describe/validate.h"

namespace {

using namespace sysray;

[[noreturn]] void fail(const char* what, const std::string& why) {
  fprintf(stderr, "%s: %s\n", what, why.c_str());
  abort();
}

void check(const describe::Model& model, const char* what) {
  if (const auto valid = describe::validate(model); !valid) fail(what, valid.error().observed);
}

}  // namespace

// One input of the fuzzer; fails by abort().
int fuzz_parser(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto compiled = describe::compile({{"fuzz.desc", text}}, {.allow_missing = true});
  if (!compiled) {
    if (compiled.error().cause.find("error: ") == std::string::npos) fail("refused", "without a diagnostic");
    return 0;
  }
  check((*compiled)->model, "compiled");
  const std::string blob = describe::write_blob((*compiled)->model);
  std::vector<u64> aligned(blob.size() / 8 + 1);
  memcpy(aligned.data(), blob.data(), blob.size());
  const auto model = describe::read_blob({reinterpret_cast<const char*>(aligned.data()), blob.size()});
  if (!model) fail("blob", model.error().message());
  check(*model, "blob");
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) { return fuzz_parser(data, size); }
