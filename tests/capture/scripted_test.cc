#include <gtest/gtest.h>

#include "capture/scripted/scripted_source.h"

namespace sysray::capture::scripted {
namespace {

struct Reader : Consumer {
  Verdict on_event(const event::RawEvent& event, event::MemoryView& memory) override {
    char byte = '-';
    memory.read({8}, &byte, 1);
    text += std::to_string(number(event.tid)) + byte + " ";
    return {event.status == 1};
  }
  bool wants_stop() const override { return text.size() > 15; }
  std::string text;
};

Step step(int tid, int status, char memory) {
  Step step;
  step.event.tid = Tid{tid};
  step.event.status = status;
  if (memory) step.memory.add({8}, std::as_bytes(std::span(&memory, 1)));
  return step;
}

TEST(ScriptedSource, PlaysStepsWithTheirMemoryAndObeysDetach) {
  ScriptedSource source({step(1, 0, 'a'), step(2, 1, 'b'), step(2, 0, 'c'), step(1, 0, 0)}, {3, 0});
  Reader reader;
  Result<Ending> ending = source.run(reader);
  ASSERT_TRUE(ending);
  EXPECT_EQ(ending->exit_status, 3);
  EXPECT_EQ(reader.text, "1a 2b 1- ");
}

TEST(ScriptedSource, StopsWhenAsked) {
  std::vector<Step> steps;
  for (int i = 0; i < 20; i++) steps.push_back(step(1, 0, 'a'));
  ScriptedSource source(std::move(steps), {3, 0});
  Reader reader;
  EXPECT_EQ(source.run(reader)->exit_status, 0);
  EXPECT_EQ(reader.text.size(), 18u);
}

}  // namespace
}  // namespace sysray::capture::scripted
