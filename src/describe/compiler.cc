#include "describe/compiler.h"

#include "describe/capture_plan.h"
#include "describe/checker.h"
#include "describe/parser.h"

namespace sysray::describe {

Result<std::unique_ptr<Compiled>> compile(const std::vector<SourceFile>& files, const CompileOptions& options) {
  Diagnostics diagnostics(files);
  std::vector<ast::File> parsed;
  parsed.reserve(files.size());
  for (u32 i = 0; i < files.size(); i++) parsed.push_back(parse(i, files[i].text, diagnostics));
  auto compiled = std::make_unique<Compiled>();
  if (!diagnostics.any()) {
    Checker checker(files, std::move(parsed), options, diagnostics);
    checker.run();
    compiled->tables = std::move(checker.tables());
  }
  if (diagnostics.any()) return Error{diagnostics.text(), {}, {}, 0};
  CapturePlan plan = derive_capture_plan(compiled->tables.model());
  compiled->tables.capture_programs = std::move(plan.programs);
  compiled->tables.capture_cases = std::move(plan.cases);
  compiled->tables.capture_ops = std::move(plan.ops);
  compiled->model = compiled->tables.model();
  return compiled;
}

}  // namespace sysray::describe
