// Builds the stages that the options ask for.
#pragma once

#include <memory>

#include "base/result.h"
#include "cli/messages.h"
#include "cli/options.h"
#include "sink/output_set.h"
#include "sink/palette.h"
#include "sink/sink.h"

namespace sysray::cli {

Result<std::unique_ptr<sink::OutputSet>> open_outputs(const OutputChoice& choice, TerminalMessages& messages);

// Whether the text is to be colored: --color, NO_COLOR, and what the terminal that it goes to can show.
bool wants_color(const Options& options);

// The sinks, in order, as one. Keeps references to all that it is given.
std::unique_ptr<sink::Sink> make_sink(const Options& options, sink::OutputSet& outputs);

}  // namespace sysray::cli
