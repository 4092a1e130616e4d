// Described: a model compiled from a few lines of the description language.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "describe/compiler.h"

namespace sysray::testing {

class Described {
 public:
  explicit Described(const std::string& text) : sources({{"test.desc", text}}) {
    auto compiled = describe::compile(sources);
    EXPECT_TRUE(compiled) << compiled.error().cause;
    if (compiled) compiled_ = std::move(*compiled);
  }

  const describe::Model& model() const { return compiled_->model; }
  const std::vector<describe::SourceFile> sources;

 private:
  std::unique_ptr<describe::Compiled> compiled_ = std::make_unique<describe::Compiled>();
};

}  // namespace sysray::testing
