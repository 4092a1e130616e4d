// Every described call and case with memory full of numbers and pointers: what the capture plan names is all that
// decoding reads.
#include "support/sweep.h"

#include <gtest/gtest.h>

#include "plan/twofold.h"
#include "support/hostile_memory.h"

namespace sysray {
namespace {

class PlanSweep : public ::testing::TestWithParam<event::Abi> {};

TEST_P(PlanSweep, NamesAllThatDecodingReads) {
  const describe::Model& model = describe::built_in();
  resolve::Resolver live;
  resolve::Resolver planned;
  for (const bool verbose : {false, true}) {
    decode::Options options;
    if (verbose) options.abbreviate = event::CallSet::nothing();
    test::Twofold twofold(model, options, live, planned);
    testing::CallSweep sweep(model, GetParam(),
                             [&](const event::RawEvent& raw, event::MemoryView& memory) { twofold.on(raw, memory); });
    const auto table = model.tables[static_cast<size_t>(GetParam())];
    for (const int rounds : {1, 2}) {
      for (u32 number = 0; number < table.size(); number++)
        if (table[number].syscall != describe::none) sweep.run(number, rounds);
      sweep.be_tame();
    }
    EXPECT_EQ(twofold.report(), "");
    EXPECT_LT(twofold.cut() * 10, twofold.calls());
    std::cout << twofold.calls() << " calls, " << twofold.cut() << " cut by the limits of programs\n";
  }
}

INSTANTIATE_TEST_SUITE_P(Abi, PlanSweep, ::testing::Values(event::Abi::x86_64, event::Abi::i386, event::Abi::x32));

}  // namespace
}  // namespace sysray
