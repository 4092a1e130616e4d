// Compiling the user's descriptions costs time only when there are some.
#include "cli/model_loader.h"

#include "describe/embedded.h"

namespace sysray::cli {

Result<LoadedModel> load_model(const std::vector<std::string>& files) {
  if (files.empty()) return LoadedModel(describe::built_in());
  auto compiled = describe::load_with(files);
  if (!compiled) {
    Error error = compiled.error();
    // Diagnostics are lines of their own, each with its file.
    if (error.cause.ends_with('\n')) {
      error.cause.pop_back();
      error.cause = "the descriptions have errors\n" + error.cause;
    }
    return error;
  }
  return LoadedModel(std::move(*compiled));
}

}  // namespace sysray::cli
