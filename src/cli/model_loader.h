// The model that everything starts from: the built-in one, or that with the user's descriptions added.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "describe/compiler.h"
#include "describe/model.h"

namespace sysray::cli {

class LoadedModel {
 public:
  explicit LoadedModel(const describe::Model& model) : model_(&model) {}
  explicit LoadedModel(std::unique_ptr<describe::Compiled> own) : own_(std::move(own)), model_(&own_->model) {}

  const describe::Model& get() const { return *model_; }

 private:
  std::unique_ptr<describe::Compiled> own_;
  const describe::Model* model_;
};

// `files`: description files that are added (--describe).
Result<LoadedModel> load_model(const std::vector<std::string>& files);

}  // namespace sysray::cli
