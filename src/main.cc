// sysray: the pipeline. Options and model, then source → decoder → sinks, run, exit status.
#include "capture/ending.h"
#include "cli/model_loader.h"
#include "cli/parser.h"
#include "cli/pipeline.h"
#include "cli/program.h"
#include "cli/stages.h"
#include "cli/subcommands.h"
#include "decode/decoder.h"
#include "tamper/injector.h"

using namespace sysray;

namespace {

Result<capture::Ending> trace(const cli::Options& options, const describe::Model& model,
                              cli::TerminalMessages& messages) {
  // Outputs are opened first: no program should run whose trace cannot be written.
  auto outputs = cli::open_outputs(options.output, messages);
  if (!outputs) return outputs.error();
  auto source = cli::make_source(options, model, outputs->command, messages);
  if (!source) return source.error();
  cli::release_standard_streams();

  auto resolver = cli::make_resolver(options, **source);
  decode::Decoder decoder(model, options.decode, *resolver);
  tamper::Injector injector(options.injections, model, messages);
  auto sink = cli::make_sink(options, *outputs->set);
  cli::Pipeline pipeline(options, decoder, *resolver, *sink, injector, messages);

  messages.before_each([&] { sink->flush(); });
  auto ending = cli::run(**source, pipeline, options, model);
  sink->finish();
  messages.before_each({});
  // From here on nothing is written any more.
  sink.reset();
  outputs->set.reset();
  if (ending) (*source)->retire(*ending);
  return ending;
}

}  // namespace

int main(int argc, char** argv) {
  cli::hold_standard_streams();
  const cli::Program program(argc, argv);
  cli::TerminalMessages messages(program.name, program.strict);
  auto fail = [&](const Error& error) {
    messages.say(error);
    return 1;
  };

  if (auto status = cli::run_subcommand(program, messages)) return *status;

  // What is known of system calls comes before what is asked for: the names in the options are the model's.
  auto model = cli::load_model(cli::description_files(program.words, program.strict));
  if (!model) return fail(model.error());
  const cli::Command command = cli::parse(program.words, program.strict, model->get());
  if (auto status = cli::answer(program, command, messages)) return *status;

  auto ending = trace(command.options, model->get(), messages);
  return ending ? capture::end_as(*ending) : fail(ending.error());
}
