// Every described call and case with memory full of numbers and pointers: what the capture plan names is all that
// decoding reads.
#include "support/sweep.h"

#include <gtest/gtest.h>

#include "plan/twofold.h"
#include "support/hostile_memory.h"

namespace sysray {
namespace {

class PlanSweep : public ::testing::TestWithParam<event::Abi> {};

struct Tally {
  u64 calls = 0;
  u64 cut = 0;  // entries and exits
};

// Decoders keep the memory that their largest event took: each call gets new ones.
void compare(u32 number, event::Abi abi, bool verbose, Tally& tally) {
  const describe::Model& model = describe::built_in();
  decode::Options options;
  if (verbose) options.abbreviate = event::CallSet::nothing();
  resolve::Resolver live;
  resolve::Resolver planned;
  test::Twofold twofold(model, options, live, planned);
  testing::CallSweep sweep(model, abi,
                           [&](const event::RawEvent& raw, event::MemoryView& memory) { twofold.on(raw, memory); });
  sweep.run(number, 1);
  sweep.be_tame();
  sweep.run(number, verbose ? 1 : 2);
  EXPECT_EQ(twofold.report(), "");
  tally.calls += twofold.calls();
  tally.cut += twofold.cut();
}

TEST_P(PlanSweep, NamesAllThatDecodingReads) {
  const auto table = describe::built_in().tables[static_cast<size_t>(GetParam())];
  Tally tally;
  for (u32 number = 0; number < table.size(); number++) {
    if (table[number].syscall == describe::none) continue;
    compare(number, GetParam(), false, tally);
    compare(number, GetParam(), true, tally);
  }
  EXPECT_GT(tally.calls, 10000u);
  EXPECT_LT(tally.cut * 10, tally.calls);
  std::cout << tally.calls << " calls, " << tally.cut << " times cut by the limits of programs\n";
}

INSTANTIATE_TEST_SUITE_P(Abi, PlanSweep, ::testing::Values(event::Abi::x86_64, event::Abi::i386, event::Abi::x32));

}  // namespace
}  // namespace sysray
