// Decode throughput: raw events of a real program are recorded with the memory behind them, then decoded and shown
// again and again, on one core. A rate counts system calls, each with its entry and its exit.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <vector>

#include "capture/messages.h"
#include "capture/ptrace/ptrace_source.h"
#include "decode/decoder.h"
#include "event/memory_snapshot.h"
#include "sink/json_sink.h"
#include "sink/output.h"
#include "sink/summary_sink.h"
#include "sink/text_sink.h"

namespace {

using namespace sysray;

class NullOutput : public sink::Output {
 public:
  void write(std::string_view bytes) override { benchmark::DoNotOptimize(written_ += bytes.size()); }
  void flush() override {}

 private:
  size_t written_ = 0;
};

class NullOutputs : public sink::OutputSet {
 public:
  sink::Output& of(Tid) override { return output_; }
  bool one_per_thread() const override { return false; }
  void thread_ended(Tid) override {}
  void flush_all() override {}

 private:
  NullOutput output_;
};

struct Recorded {
  event::RawEvent raw;
  event::MemorySnapshot memory;
};

// Keeps each event with what the decoder read of the tracee's memory.
class Recorder : public capture::Consumer {
 public:
  explicit Recorder(decode::Decoder& decoder) : decoder_(decoder) {}
  capture::Verdict on_event(const event::RawEvent& raw, event::MemoryView& memory) override {
    Recorded& one = events_.emplace_back();
    one.raw = raw;
    one.raw.comm = {};
    event::RecordingMemory recording(memory, one.memory);
    decoder_.on(raw, recording);
    return {};
  }
  std::vector<Recorded> take() { return std::move(events_); }

 private:
  decode::Decoder& decoder_;
  std::vector<Recorded> events_;
};

std::vector<Recorded> record() {
  capture::Plan plan;
  plan.launch.emplace();
  plan.launch->argv = {"sh", "-c", "ls -lR /usr/include/linux > /dev/null"};
  plan.follow_forks = true;
  capture::Silence messages;
  decode::Options options;
  resolve::Resolver resolver;
  decode::Decoder decoder(describe::built_in(), options, resolver);
  Recorder recorder(decoder);
  auto source = capture::ptrace::make_ptrace_source(plan, messages);
  if (!source || !(*source)->run(recorder)) {
    fprintf(stderr, "decode_bench: cannot trace ls\n");
    exit(1);
  }
  return recorder.take();
}

std::vector<Recorded>& recorded() {
  static std::vector<Recorded> events = record();
  return events;
}

template <typename MakeSink>
void run(benchmark::State& state, MakeSink make_sink) {
  std::vector<Recorded>& events = recorded();
  NullOutputs outputs;
  decode::Options options;
  resolve::Resolver resolver;
  size_t calls = 0;
  for (auto _ : state) {
    decode::Decoder decoder(describe::built_in(), options, resolver);
    auto sink = make_sink(outputs);
    for (Recorded& one : events) {
      const event::Event* event = decoder.on(one.raw, one.memory);
      if (event != nullptr) sink->on_event(*event);
      calls += one.raw.kind == event::RawKind::call_exit;
    }
    sink->finish();
  }
  state.SetItemsProcessed(static_cast<int64_t>(calls));
}

class NoSink : public sink::Sink {
 public:
  void on_event(const event::Event& event) override { benchmark::DoNotOptimize(&event); }
};

void decode_only(benchmark::State& state) {
  run(state, [](sink::OutputSet&) { return std::make_unique<NoSink>(); });
}
BENCHMARK(decode_only)->Unit(benchmark::kMillisecond);

void decode_to_text(benchmark::State& state) {
  static const sink::TextOptions options;
  run(state, [](sink::OutputSet& outputs) { return std::make_unique<sink::TextSink>(options, outputs); });
}
BENCHMARK(decode_to_text)->Unit(benchmark::kMillisecond);

void decode_to_json(benchmark::State& state) {
  run(state, [](sink::OutputSet& outputs) { return std::make_unique<sink::JsonSink>(outputs); });
}
BENCHMARK(decode_to_json)->Unit(benchmark::kMillisecond);

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  recorded();  // before anything is measured
  benchmark::RunSpecifiedBenchmarks();
}
