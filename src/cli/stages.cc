// Outputs, sources and sinks.
#include "cli/stages.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>

#include "capture/recording/recording_source.h"
#include "capture/recording/recording_writer.h"
#include "cli/backend.h"
#include "cli/parser_state.h"
#include "cli/pipeline.h"
#include "cli/scribe.h"
#include "cli/target_watch.h"
#include "cli/terminal.h"
#include "describe/capture_resolve.h"
#include "resolve/recorded_resolver.h"
#include "sink/json_sink.h"
#include "sink/summary_sink.h"
#include "sink/tee_sink.h"
#include "sink/text_sink.h"

namespace sysray::cli {

namespace {

// Lets only calls through that end as -e status= wants. (The text has its own way: it must tell of some calls that
// never end.)
class StatusGate : public sink::Sink {
 public:
  StatusGate(u16 statuses, std::unique_ptr<sink::Sink> sink) : statuses_(statuses), sink_(std::move(sink)) {}

  void on_event(const event::Event& event) override {
    if (event.kind == event::EventKind::call_end && !(statuses_ & status_bit(status_of(event)))) return;
    sink_->on_event(event);
  }
  void flush() override { sink_->flush(); }
  void tick(Nanoseconds now) override { sink_->tick(now); }
  void finish() override { sink_->finish(); }

 private:
  u16 statuses_;
  std::unique_ptr<sink::Sink> sink_;
};

// A text sink with the palette that its options point to.
class ColoredText : public sink::Sink {
 public:
  ColoredText(const sink::TextOptions& options, sink::OutputSet& outputs, sink::Palette palette)
      : palette_(std::move(palette)), options_(with(options, &palette_)), text_(options_, outputs) {}

  void on_event(const event::Event& event) override { text_.on_event(event); }
  void flush() override { text_.flush(); }
  void finish() override { text_.finish(); }

 private:
  static sink::TextOptions with(sink::TextOptions options, const sink::Palette* palette) {
    options.palette = palette;
    return options;
  }
  sink::Palette palette_;
  sink::TextOptions options_;
  sink::TextSink text_;
};

std::unique_ptr<sink::Sink> make_event_sink(const Options& options, sink::OutputSet& outputs) {
  if (options.form == Form::json) {
    return std::make_unique<StatusGate>(options.text.status_mask, std::make_unique<sink::JsonSink>(outputs));
  }
  if (!wants_color(options)) return std::make_unique<sink::TextSink>(options.text, outputs);
  const char* colors = getenv("STRACE_COLORS");
  return std::make_unique<ColoredText>(options.text, outputs, colors ? sink::Palette::parse(colors) : sink::Palette());
}

// What a recording holds of memory: enough to be shown with -v, and with longer strings than now.
describe::CapturePlan recorded_memory(const Options& options, const describe::Model& model) {
  describe::CaptureOptions capture;
  capture.string_limit = Scribe::string_limit(options);
  capture.display = [](u32) { return describe::CaptureDisplay::verbose; };
  return describe::resolve_capture_plan(model, capture);
}

// Whether files PATH.PID can be made, seen by making one for this process, which is not traced.
Result<void> check_per_thread(const std::string& path) {
  constexpr size_t longest_suffix = sizeof ".2147483647";
  if (path.size() + longest_suffix >= PATH_MAX) {
    return Error{.cause = path, .observed = strerror(ENAMETOOLONG), .hint = {}, .code = ENAMETOOLONG};
  }
  const std::string probe = path + "." + std::to_string(getpid());
  const UniqueFd fd(open(probe.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (fd) {
    unlink(probe.c_str());
  } else if (errno != EEXIST) {
    return Error{.cause = "Can't fopen '" + probe + "'", .observed = strerror(errno), .hint = {}, .code = errno};
  }
  return {};
}

}  // namespace

Result<Outputs> open_outputs(const OutputChoice& choice, TerminalMessages& messages) {
  auto tell = [&messages](const Error& error) { messages.say(error); };
  const auto mode = choice.append ? sink::OpenMode::append : sink::OpenMode::truncate;
  if (choice.path && choice.per_thread) {
    if (auto checked = check_per_thread(*choice.path); !checked) return checked.error();
    return Outputs{std::make_unique<sink::PerThreadOutput>(*choice.path, mode, tell), {}};
  }
  pid_t command = 0;
  auto set = choice.path ? sink::open_output(*choice.path, mode, tell, &command) : sink::open_standard_error(tell);
  if (!set) return set.error();
  return Outputs{std::move(*set), Tid{command}};
}

Result<std::unique_ptr<capture::Source>> make_source(const Options& options, const describe::Model& model, Tid command,
                                                     TerminalMessages& messages) {
  if (!options.replay) {
    capture::Plan plan = options.plan;
    if (number(command) != 0) plan.helpers.push_back(command);
    if (auto found = find_targets(options, plan); !found) return found.error();
    return make_live_source(options, std::move(plan), model, messages);
  }
  auto recording = capture::recording::RecordingSource::open(*options.replay);
  if (!recording) return recording.error();
  return std::unique_ptr<capture::Source>(new capture::recording::RecordingSource(std::move(*recording)));
}

std::unique_ptr<resolve::Resolver> make_resolver(const Options& options, const capture::Source& source) {
  if (options.replay || options.record) return std::make_unique<resolve::RecordedResolver>();
  return make_live_resolver(options, options.decode, source.abilities());
}

Result<capture::Ending> run(capture::Source& source, capture::Consumer& consumer, const Options& options,
                            const describe::Model& model) {
  if (!options.record) {
    auto ending = source.run(consumer);
    // That a recorded program failed is no failure of its replay.
    if (ending && options.replay) return capture::Ending{};
    return ending;
  }
  std::string about;
  for (const std::string& word : options.plan.launch ? options.plan.launch->argv : std::vector<std::string>()) {
    about += (about.empty() ? "" : " ") + word;
  }
  auto writer = capture::recording::RecordingWriter::create(*options.record, about);
  if (!writer) return writer.error();
  Scribe scribe(options, model, source.abilities());
  capture::recording::RecordingConsumer recorder(consumer, *writer, scribe, recorded_memory(options, model));
  auto ending = source.run(recorder);
  auto finished = writer->finish(ending ? *ending : capture::Ending{});
  if (ending && !finished) return finished.error();
  return ending;
}

bool wants_color(const Options& options) {
  if (options.color != ColorChoice::automatic) return options.color == ColorChoice::always;
  const char* terminal = getenv("TERM");
  return !getenv("NO_COLOR") && !options.output.path && isatty(STDERR_FILENO) && terminal && has_colors(terminal);
}

std::unique_ptr<sink::Sink> make_sink(const Options& options, sink::OutputSet& outputs) {
  if (options.show_events && !options.summary) return make_event_sink(options, outputs);
  auto sinks = std::make_unique<sink::TeeSink>();
  if (options.show_events) sinks->add(make_event_sink(options, outputs));
  if (options.summary) {
    auto summary = std::make_unique<sink::SummarySink>(*options.summary, outputs.of(Tid{}));
    sinks->add(std::make_unique<StatusGate>(options.text.status_mask, std::move(summary)));
  }
  return sinks;
}

}  // namespace sysray::cli
