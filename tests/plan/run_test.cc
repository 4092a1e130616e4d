// Real programs under the ptrace source: what the capture plan names is all that decoding reads. The commands are those
// of the differential tests, the programs those of tests/tracee.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "capture/messages.h"
#include "capture/ptrace/ptrace_source.h"
#include "plan/twofold.h"
#include "resolve/proc_resolver.h"

namespace sysray {
namespace {

struct Run {
  std::string name;
  std::string command;
};

void PrintTo(const Run& run, std::ostream* out) { *out << run.name; }

std::vector<Run> runs() {
  std::vector<Run> all;
  std::ifstream commands(SYSRAY_TEST_SOURCE_DIR "/../differential/commands.txt");
  for (std::string line; std::getline(commands, line);) {
    const size_t colon = line.find(": ");
    if (line.starts_with("#") || colon == std::string::npos) continue;
    std::string command = line.substr(colon + 2);
    for (size_t at; (at = command.find("\\n")) != std::string::npos;) command.replace(at, 2, "\n");
    all.push_back({line.substr(0, colon), std::move(command)});
  }
  for (const auto& entry : std::filesystem::directory_iterator(TRACEE_DIR)) {
    const std::string name = entry.path().filename();
    if (name.starts_with("tracee_") && access(entry.path().c_str(), X_OK) == 0) all.push_back({name, entry.path()});
  }
  return all;
}

class Feed : public capture::Consumer {
 public:
  explicit Feed(test::Twofold& twofold) : twofold_(twofold) {}
  capture::Verdict on_event(const event::RawEvent& raw, event::MemoryView& memory) override {
    twofold_.on(raw, memory);
    return {};
  }

 private:
  test::Twofold& twofold_;
};

void trace(const std::string& command, test::Twofold& twofold) {
  capture::Plan plan;
  plan.launch.emplace();
  plan.launch->argv = {"/bin/sh", "-c", "exec </dev/null >/dev/null 2>&1\n" + command};
  plan.follow_forks = true;
  capture::Silence silence;
  auto source = capture::ptrace::make_ptrace_source(plan, silence);
  ASSERT_TRUE(source) << source.error().message();
  Feed feed(twofold);
  auto ending = (*source)->run(feed);
  ASSERT_TRUE(ending) << ending.error().message();
}

class PlanOfRun : public ::testing::TestWithParam<Run> {};

TEST_P(PlanOfRun, NamesAllThatDecodingReads) {
  for (const bool verbose : {false, true}) {
    decode::Options options;
    if (verbose) {
      options.abbreviate = event::CallSet::nothing();
      options.string_limit = 300;
    }
    resolve::ProcResolver live;
    resolve::ProcResolver planned;
    test::Twofold twofold(describe::built_in(), options, live, planned);
    trace(GetParam().command, twofold);
    EXPECT_EQ(twofold.report(), "");
    EXPECT_GT(twofold.calls(), 0u);
    std::cout << twofold.calls() << " calls, " << twofold.cut() << " cut by the limits of programs\n";
  }
}

INSTANTIATE_TEST_SUITE_P(Commands, PlanOfRun, ::testing::ValuesIn(runs()),
                         [](const ::testing::TestParamInfo<Run>& run) { return run.param.name; });

}  // namespace
}  // namespace sysray
