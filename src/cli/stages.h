// Builds the stages that the options ask for.
#pragma once

#include <memory>

#include "base/result.h"
#include "capture/source.h"
#include "cli/messages.h"
#include "cli/options.h"
#include "describe/model.h"
#include "resolve/resolver.h"
#include "sink/output_set.h"
#include "sink/palette.h"
#include "sink/sink.h"

namespace sysray::cli {

struct Outputs {
  std::unique_ptr<sink::OutputSet> set;
  Tid command{};  // the shell that reads the trace (-o |COMMAND); 0 if there is none
};
Result<Outputs> open_outputs(const OutputChoice& choice, TerminalMessages& messages);

// The running program, or the recording that is replayed. `command`: see Outputs.
Result<std::unique_ptr<capture::Source>> make_source(const Options& options, const describe::Model& model, Tid command,
                                                     TerminalMessages& messages);

// What lies behind numbers: of this machine as it is now, or as a recording tells. While one is made, what is shown is
// already what the recording tells.
std::unique_ptr<resolve::Resolver> make_resolver(const Options& options, const capture::Source& source);

// Runs the source, through a recorder if a recording is asked for.
Result<capture::Ending> run(capture::Source& source, capture::Consumer& consumer, const Options& options,
                            const describe::Model& model);

// Whether the text is to be colored: --color, NO_COLOR, and what the terminal that it goes to can show.
bool wants_color(const Options& options);

// The sinks, in order, as one. Keeps references to all that it is given.
std::unique_ptr<sink::Sink> make_sink(const Options& options, sink::OutputSet& outputs);

}  // namespace sysray::cli
