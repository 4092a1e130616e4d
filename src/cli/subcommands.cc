// Dispatch of subcommands, and those that are small.
#include "cli/subcommands.h"

#include <stdio.h>

#include <iostream>

#include "cli/explain.h"
#include "cli/help.h"
#include "cli/merge.h"
#include "cli/model_json.h"
#include "cli/model_loader.h"
#include "cli/reference.h"
#include "describe/coverage.h"
#include "describe/embedded.h"
#include "describe/source_archive.h"

namespace sysray::cli {

namespace {

using Arguments = std::span<const char* const>;

int fail(TerminalMessages& messages, const Error& error) {
  messages.say(error);
  return 1;
}

int print(std::string_view text) {
  const bool written = fwrite(text.data(), 1, text.size(), stdout) == text.size();
  return written && fflush(stdout) == 0 ? 0 : 1;
}

Error no_such_name(const describe::Model& model, const std::string& name) {
  return {.cause = "nothing is called '" + name + "'",
          .observed = {},
          .hint = describe::did_you_mean(name, explainable_names(model)),
          .code = 0};
}

struct DescribeRequest {
  bool json = false;
  bool coverage = false;
  std::string facts = "tests/facts";  // where the sources keep them
  std::string reference;              // directory for the manual; empty: none is wanted
  std::vector<std::string> files;
  std::vector<std::string> names;
};

Result<DescribeRequest> parse_describe(Arguments words) {
  DescribeRequest request;
  for (size_t i = 0; i < words.size(); i++) {
    const std::string_view word = words[i];
    if (word == "--json") {
      request.json = true;
    } else if (word == "--coverage") {
      request.coverage = true;
    } else if (word.starts_with("--facts=")) {
      request.facts = word.substr(word.find('=') + 1);
    } else if (word.starts_with("--reference=")) {
      request.reference = word.substr(word.find('=') + 1);
    } else if (word.starts_with("--describe=")) {
      request.files.emplace_back(word.substr(word.find('=') + 1));
    } else if (word == "--describe" && i + 1 < words.size()) {
      request.files.emplace_back(words[++i]);
    } else if (word.starts_with("-")) {
      return Error{.cause = "describe has no option '" + std::string(word) + "'",
                   .observed = {},
                   .hint =
                       "usage: sysray describe [--describe FILE]... --json | --coverage [--facts=DIR] | "
                       "--reference=DIR | NAME...",
                   .code = 0};
    } else {
      request.names.emplace_back(word);
    }
  }
  if (!request.json && !request.coverage && request.reference.empty() && request.names.empty()) {
    return Error{.cause = "describe what?", .observed = {}, .hint = "for example: sysray describe openat", .code = 0};
  }
  return request;
}

int describe_command(Arguments words, TerminalMessages& messages) {
  auto request = parse_describe(words);
  if (!request) return fail(messages, request.error());
  auto model = load_model(request->files);
  if (!model) return fail(messages, model.error());
  if (request->json) return print(model_json(model->get()));
  if (request->coverage) {
    auto report = describe::coverage(model->get(), request->facts);
    return report ? print(*report) : fail(messages, report.error());
  }

  auto sources = describe::embedded_sources();
  if (!sources) return fail(messages, sources.error());
  for (const std::string& file : request->files) {
    if (auto source = describe::read_source(file)) sources->push_back(std::move(*source));
  }
  if (!request->reference.empty()) {
    auto written = write_reference(reference_pages(model->get(), *sources), request->reference);
    return written ? 0 : fail(messages, written.error());
  }
  std::string pages;
  for (const std::string& name : request->names) {
    const std::string page = explain(model->get(), *sources, name);
    if (page.empty()) return fail(messages, no_such_name(model->get(), name));
    pages += (pages.empty() ? "" : "\n") + page;
  }
  return print(pages);
}

int merge_command(Arguments words, TerminalMessages& messages) {
  if (words.size() != 1 || words[0][0] == '-') {
    return fail(messages, {.cause = "merge takes the name that was given to -o",
                           .observed = {},
                           .hint = "for example: sysray -ff -tt -o log make; sysray merge log",
                           .code = 0});
  }
  auto merged = merge_logs(words[0], std::cout);
  if (!merged) return fail(messages, merged.error());
  return std::cout.flush() ? 0 : 1;
}

}  // namespace

std::optional<int> run_subcommand(const Program& program, TerminalMessages& messages) {
  if (program.strict || program.words.empty()) return std::nullopt;
  const std::string_view name = program.words[0];
  const Arguments rest = program.words.subspan(1);
  if (name == "describe") return describe_command(rest, messages);
  if (name == "merge") return merge_command(rest, messages);
  return std::nullopt;
}

}  // namespace sysray::cli
