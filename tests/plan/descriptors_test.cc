// Every described call and case: the descriptors whose names decoding asks for are those that the capture plan notes.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "capture/snapshot/call_capture.h"
#include "decode/decoder.h"
#include "describe/capture_resolve.h"
#include "event/captured_files.h"
#include "resolve/resolver.h"
#include "support/hostile_memory.h"
#include "support/sweep.h"

namespace sysray {
namespace {

// Notes what it is asked.
class Asked : public resolve::Resolver {
 public:
  std::optional<resolve::DescriptorTarget> descriptor_target(Tid, int fd, Arena&) override {
    descriptors.insert(fd);
    return std::nullopt;
  }
  std::optional<std::string_view> working_directory(Tid, Arena&) override {
    descriptors.insert(event::working_directory);
    return std::nullopt;
  }
  std::set<s32> descriptors;
};

class PlanDescriptors : public ::testing::TestWithParam<event::Abi> {};

TEST_P(PlanDescriptors, AreAllThatDecodingAsksFor) {
  const describe::Model& model = describe::built_in();
  decode::Options options;
  options.fd_paths = true;
  const describe::CapturePlan plan = describe::resolve_capture_plan(model, {.descriptors = true});
  const auto table = model.tables[static_cast<size_t>(GetParam())];
  u64 asked_for = 0, left = 0;
  std::set<std::string> missing;
  for (u32 number = 0; number < table.size(); number++) {
    if (table[number].syscall == describe::none) continue;
    Asked resolver;
    decode::Decoder decoder(model, options, resolver);
    capture::CallCapture capture(plan);
    event::MemorySnapshot snapshot;
    testing::CallSweep sweep(model, GetParam(), [&](const event::RawEvent& raw, event::MemoryView& memory) {
      snapshot.clear();
      resolver.descriptors.clear();
      const bool whole = capture.capture(raw, memory, snapshot);
      decoder.on(raw, memory);
      const auto noted = capture.descriptors();
      for (s32 fd : resolver.descriptors) {
        asked_for++;
        if (!whole)
          left++;
        else if (std::find(noted.begin(), noted.end(), fd) == noted.end())
          missing.insert(std::string(model.text(table[number].name)));
      }
    });
    sweep.be_tame();
    sweep.run(number, 2);
  }
  EXPECT_EQ(std::vector<std::string>(missing.begin(), missing.end()), std::vector<std::string>());
  // Most of what is left are sets of descriptors, full of numbers.
  EXPECT_GT(asked_for - left, 5000u);
  std::cout << asked_for << " descriptors, " << left << " of calls that are left to the reader\n";
}

INSTANTIATE_TEST_SUITE_P(Abi, PlanDescriptors,
                         ::testing::Values(event::Abi::x86_64, event::Abi::i386, event::Abi::x32));

}  // namespace
}  // namespace sysray
