// Scribe: what a recording keeps of the world: the answers to all that a later decoding may ask about its events.
#pragma once

#include <memory>

#include "capture/recording/recording_writer.h"
#include "capture/source.h"
#include "cli/options.h"
#include "decode/decoder.h"
#include "resolve/answer_recorder.h"

namespace sysray::cli {

// Of this machine as it is now. `decode`: what will be asked for.
std::unique_ptr<resolve::Resolver> make_live_resolver(const Options& options, const decode::Options& decode,
                                                      capture::Abilities abilities);

// Decodes each event in depth, whatever the options ask to be shown, for the sake of the questions.
class Scribe : public capture::recording::Witness {
 public:
  Scribe(const Options& options, const describe::Model& model, capture::Abilities abilities);

  std::span<const std::byte> on_event(const event::RawEvent& event, event::MemoryView& memory) override;

  // -s for what is recorded.
  static size_t string_limit(const Options& options);

 private:
  const decode::Options depth_;
  std::unique_ptr<resolve::Resolver> live_;
  resolve::AnswerRecorder recorder_;
  decode::Decoder decoder_;
};

}  // namespace sysray::cli
