// From command lines to Options, and the refusals of those that make no sense.
#include "cli/parser.h"

#include <errno.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "support/command_line.h"
#include "support/tiny_model.h"

namespace sysray::cli {
namespace {

using capture::DaemonMode;
using capture::InteractiveMode;
using event::Abi;
using sink::HexStrings;
using sink::PidPrefix;
using sink::Precision;
using sink::SummaryColumn;
using sink::TimePrefix;
using sink::XlatStyle;

class ParserTest : public ::testing::Test {
 protected:
  Command parse_line(std::string_view text, bool strict = true) {
    const testing::CommandLine line(text);
    return parse(line.words(), strict, tiny_.model);
  }
  Options options(std::string_view text) {
    Command command = parse_line(text, false);
    EXPECT_FALSE(command.refusal) << text << ": " << command.refusal->message();
    return std::move(command.options);
  }
  // Warnings and the refusal, a line each; "usage" at the end if a pointer to the help follows.
  std::string told(std::string_view text) {
    Command command = parse_line(text);
    std::string lines;
    for (const std::string& warning : command.warnings) lines += warning + "\n";
    if (!command.refusal) return lines;
    return lines + command.refusal->cause + (command.refusal->code == EINVAL ? "\nusage" : "");
  }
  u32 syscall(u32 number) const { return tiny_.model.tables[0][number].syscall; }

  testing::TinyModel tiny_;
};

TEST_F(ParserTest, Program) {
  Options o = options("-f ls -l /");
  ASSERT_TRUE(o.plan.launch);
  EXPECT_EQ(o.plan.launch->argv, (std::vector<std::string>{"ls", "-l", "/"}));
  EXPECT_TRUE(o.plan.follow_forks);
  EXPECT_TRUE(o.plan.calls.all);
  EXPECT_TRUE(o.plan.attach.empty());
  EXPECT_TRUE(o.show_events);
  EXPECT_FALSE(o.summary);
}

TEST_F(ParserTest, Tampering) {
  Options o = options("-e inject=read:error=5:signal=TERM --fault=write:when=2 ls");
  ASSERT_EQ(o.injections.size(), 2u);
  EXPECT_TRUE(o.injections[0].calls.contains(Abi::x86_64, 0));
  EXPECT_EQ(o.injections[1].when.last, 2u);
  EXPECT_TRUE(o.plan.tampers);
  EXPECT_TRUE(o.plan.sends_signals);
  EXPECT_FALSE(options("--fault=write ls").plan.sends_signals);
  EXPECT_FALSE(options("ls").plan.tampers);
  EXPECT_EQ(told("-e inject=read:retval=-1 ls"),
            "Inadvertent injection of error 1 is possible for retval=18446744073709551615\n");
  EXPECT_EQ(parse_line("-e trace=read -e inject=write:error=5 ls", false).warnings.size(), 1u);
  EXPECT_EQ(parse_line("-e trace=read -e inject=read,write:error=5 ls", false).warnings.size(), 0u);
}

// Not under the name strace, where TerminalMessages leaves hints out.
TEST_F(ParserTest, Hints) {
  auto hint = [&](std::string_view text) {
    Command command = parse_line(text, false);
    return command.refusal ? command.refusal->hint : "accepted";
  };
  EXPECT_EQ(hint("--color=alwyas ls"), "did you mean 'always'? For example: sysray --color=always ls");
  EXPECT_EQ(hint("-X vrebose ls"), "did you mean 'verbose'? For example: sysray --const-print-style=verbose ls");
  EXPECT_EQ(hint("-e quiet=exti ls"), "did you mean 'exit'? For example: sysray --quiet=attach,exit ls");
  EXPECT_EQ(hint("-c -U calls,erors ls"),
            "did you mean 'errors'? For example: sysray --summary-columns=calls,errors,name ls");
  EXPECT_EQ(hint("-s big ls"), "For example: sysray --string-limit=256 ls");
  EXPECT_EQ(hint("--namesapce=new ls"), "did you mean '--namespace'? For example: sysray --namespace=new ls");
  EXPECT_EQ(hint("-e trace=raed ls"), "did you mean 'read'? For example: sysray --trace=openat,%network ls");
  // Which two, and why.
  for (std::string_view two : {"-c -C ls", "-c -ff -o x ls", "-y --decode-fds=path ls", "-t --absolute-timestamps ls",
                               "-D -p 1", "--argv0=x -p 1", "--kill-on-exit -p 1", "-ff -o |cat ls",
                               "-q --quiet=exit ls", "-w ls", "-U calls ls", "--histogram ls", "-D --daemonize ls"}) {
    EXPECT_NE(hint(two), "") << two;
    EXPECT_NE(hint(two), "accepted") << two;
  }
}

TEST_F(ParserTest, FurtherStatistics) {
  Options o = options("-c --summary-by=error,path --histogram --summary-interval=2s -U p50,name ls");
  ASSERT_TRUE(o.summary);
  EXPECT_TRUE(o.summary->wants(sink::SummaryBy::error) && o.summary->wants(sink::SummaryBy::path));
  EXPECT_FALSE(o.summary->wants(sink::SummaryBy::process));
  EXPECT_TRUE(o.summary->histogram && o.summary->nanoseconds && o.summary->wants_distribution());
  EXPECT_EQ(o.plan.tick, 2'000'000'000);
  EXPECT_TRUE(o.decode.fd_paths);
  EXPECT_FALSE(o.plan.want_comm);
  EXPECT_TRUE(options("-C --summary-by=process ls").plan.want_comm);
  EXPECT_EQ(told("-c --histogram ls"), "unrecognized option '--histogram'\nusage");
  EXPECT_EQ(parse_line("--histogram ls", false).refusal->cause,
            "--histogram must be given with (-c/--summary-only or -C/--summary)");
  EXPECT_EQ(parse_line("-c --summary-by=day ls", false).refusal->cause, "invalid --summary-by argument 'day'");
  EXPECT_EQ(parse_line("-c --summary-interval=3us ls", false).refusal->cause,
            "--summary-interval must be at least 1ms");
}

TEST_F(ParserTest, Startup) {
  Options o = options("-E A=b=c -E D --env=E= --argv0=me -p 1,2 --attach=3 ls");
  ASSERT_EQ(o.plan.launch->environment.size(), 3u);
  EXPECT_EQ(o.plan.launch->environment[0].name, "A");
  EXPECT_EQ(o.plan.launch->environment[0].value, "b=c");
  EXPECT_EQ(o.plan.launch->environment[1].value, std::nullopt);
  EXPECT_EQ(o.plan.launch->environment[2].value, "");
  EXPECT_EQ(o.plan.launch->argv0, "me");
  EXPECT_EQ(o.plan.attach, (std::vector<Tid>{Tid{1}, Tid{2}, Tid{3}}));
  EXPECT_FALSE(options("-p 1").plan.launch);
}

TEST_F(ParserTest, Tracing) {
  EXPECT_TRUE(options("-b execve ls").plan.detach_on_exec);
  EXPECT_EQ(options("-D ls").plan.daemon, DaemonMode::grandchild);
  EXPECT_EQ(options("-DDD ls").plan.daemon, DaemonMode::own_session);
  EXPECT_EQ(options("--daemonize ls").plan.daemon, DaemonMode::grandchild);
  EXPECT_EQ(options("--daemonize=PGRP ls").plan.daemon, DaemonMode::own_process_group);
  EXPECT_TRUE(options("--kill-on-exit ls").plan.kill_on_exit);
  EXPECT_EQ(options("--syscall-limit=7 ls").filter.call_limit, 7u);
  EXPECT_TRUE(options("-d ls").plan.debug);
}

TEST_F(ParserTest, WhenSignalsInterrupt) {
  EXPECT_EQ(options("ls").plan.interactive, InteractiveMode::waiting);
  EXPECT_EQ(options("-o f ls").plan.interactive, InteractiveMode::never);
  EXPECT_EQ(options("-o f -p 1").plan.interactive, InteractiveMode::waiting);
  EXPECT_EQ(options("-D ls").plan.interactive, InteractiveMode::never_tstp);
  EXPECT_EQ(options("-I anywhere -o f ls").plan.interactive, InteractiveMode::anywhere);
}

TEST_F(ParserTest, SeccompNeedsAProgramAndItsChildren) {
  EXPECT_TRUE(options("-f --seccomp-bpf ls").plan.allow_seccomp);
  EXPECT_TRUE(options("-f --seccomp-bpf ls").plan.kill_on_exit);
  for (std::string_view line : {"--seccomp-bpf ls", "-f --seccomp-bpf -p 1", "-f --seccomp-bpf -b execve ls",
                                "-f --seccomp-bpf --syscall-limit=3 ls"}) {
    EXPECT_FALSE(options(line).plan.allow_seccomp) << line;
    EXPECT_FALSE(options(line).plan.kill_on_exit) << line;
  }
}

TEST_F(ParserTest, Calls) {
  for (std::string_view line :
       {"-e read ls", "-e trace=read ls", "-et=read ls", "--trace=read ls", "--trace read ls", "-e write -e read ls"}) {
    const capture::SyscallSet calls = options(line).plan.calls;
    EXPECT_TRUE(calls.contains(Abi::x86_64, 0)) << line;
    EXPECT_FALSE(calls.contains(Abi::x86_64, 1)) << line;
    EXPECT_TRUE(calls.contains(Abi::i386, 3)) << line;
    EXPECT_TRUE(calls.contains(Abi::x86_64, 500)) << line << ": calls without a name are always traced";
    EXPECT_TRUE(calls.contains(Abi::x86_64, 5000)) << line;
  }
}

TEST_F(ParserTest, OtherFilters) {
  EXPECT_FALSE(options("-e signal=!INT ls").filter.signals[2]);
  EXPECT_TRUE(options("-e s=!INT ls").filter.signals[1]);
  EXPECT_TRUE(options("-e fd=3 ls").filter.targets.active());
  EXPECT_TRUE(options("-P /no/such ls").filter.targets.active());
  EXPECT_FALSE(options("ls").filter.targets.active());
  EXPECT_EQ(options("-z ls").text.status_mask, 1u);
  EXPECT_EQ(options("--failed-only ls").text.status_mask, 2u);
  EXPECT_EQ(options("-e status=!detached ls").text.status_mask, 0xfu);
  EXPECT_EQ(options("-z --status=unfinished ls").text.status_mask, 4u);
}

TEST_F(ParserTest, Decoding) {
  decode::Options d = options("-s 100 -v -e raw=read -e verbose=write ls").decode;
  EXPECT_EQ(d.string_limit, 100u);
  EXPECT_FALSE(d.abbreviate.contains(syscall(0)));
  EXPECT_TRUE(d.raw.contains(syscall(0)));
  EXPECT_FALSE(d.raw.contains(syscall(1)));
  EXPECT_TRUE(d.dereference.contains(syscall(1)));
  EXPECT_FALSE(d.dereference.contains(syscall(0)));
  EXPECT_TRUE(options("-v -e abbrev=all ls").decode.abbreviate.contains(syscall(0)));
}

TEST_F(ParserTest, Details) {
  EXPECT_TRUE(options("-y ls").decode.fd_paths);
  EXPECT_FALSE(options("-y ls").decode.fd_details);
  EXPECT_TRUE(options("-yy ls").decode.fd_details);
  EXPECT_TRUE(options("--decode-fds ls").decode.fd_paths);
  EXPECT_FALSE(options("--decode-fds=socket ls").decode.fd_paths);
  EXPECT_TRUE(options("--decode-fds=socket ls").decode.fd_details);
  EXPECT_TRUE(options("-e decode-fd=all ls").decode.fd_details);
  EXPECT_TRUE(options("-Y ls").decode.pid_names);
  EXPECT_TRUE(options("-Y ls").text.command_names);
  EXPECT_FALSE(options("-Y --decode-pids=pidns ls").decode.pid_names);
  EXPECT_TRUE(options("--pidns-translation ls").decode.translate_pids);
}

TEST_F(ParserTest, SecurityContexts) {
  EXPECT_FALSE(options("ls").security);
  EXPECT_FALSE(options("--secontext ls").security->full);
  EXPECT_FALSE(options("--secontext ls").security->mismatch);
  EXPECT_TRUE(options("-e secontext=full,mismatch ls").security->mismatch);
  EXPECT_TRUE(options("--secontext=!mismatch ls").security->full);
  EXPECT_FALSE(options("--secontext=!full,mismatch ls").security->full);
}

TEST_F(ParserTest, Times) {
  EXPECT_EQ(options("-t ls").text.absolute_time, TimePrefix::seconds_of_day);
  EXPECT_EQ(options("-t ls").text.absolute_precision, Precision::s);
  EXPECT_EQ(options("-tt ls").text.absolute_precision, Precision::us);
  EXPECT_EQ(options("-ttttt ls").text.absolute_time, TimePrefix::unix_epoch);
  EXPECT_EQ(options("--timestamps ls").text.absolute_time, TimePrefix::seconds_of_day);
  Options twice = options("--absolute-timestamps=precision:ms --timestamps=format:unix ls");
  EXPECT_EQ(twice.text.absolute_time, TimePrefix::unix_epoch);
  EXPECT_EQ(twice.text.absolute_precision, Precision::ms);
  EXPECT_EQ(options("--timestamps=format:unix --timestamps=precision:ns ls").text.absolute_time,
            TimePrefix::unix_epoch);
  EXPECT_EQ(options("--timestamps=none --timestamps=ns ls").text.absolute_time, TimePrefix::seconds_of_day);
  EXPECT_EQ(options("--timestamps=ns --timestamps=none ls").text.absolute_time, TimePrefix::none);
  EXPECT_TRUE(options("-r ls").text.relative_time);
  EXPECT_EQ(options("--relative-timestamps=NS ls").text.relative_precision, Precision::ns);
  EXPECT_EQ(options("--syscall-times=ms ls").text.duration_precision, Precision::ms);
}

TEST_F(ParserTest, Text) {
  sink::TextOptions text = options("-inN -a 60 -X verbose -xx ls").text;
  EXPECT_TRUE(text.instruction_pointer && text.syscall_number && text.argument_names);
  EXPECT_EQ(text.align_column, 60u);
  EXPECT_EQ(text.xlat, XlatStyle::verbose);
  EXPECT_EQ(text.hex_strings, HexStrings::all);
  EXPECT_EQ(options("-x ls").text.hex_strings, HexStrings::non_ascii);
  EXPECT_EQ(options("--strings-in-hex=non-ascii-chars ls").text.hex_strings, HexStrings::non_ascii_chars);
  EXPECT_EQ(options("--color=Always ls").color, ColorChoice::always);
  EXPECT_TRUE(options("--whole-calls ls").text.whole_calls);
  EXPECT_EQ(options("--json ls").form, Form::json);
}

TEST_F(ParserTest, Messages) {
  Options noisy = options("ls");
  EXPECT_TRUE(!noisy.plan.quiet_attach && noisy.text.personality_notes && noisy.text.exit_notes);
  Options q = options("-q ls");
  EXPECT_TRUE(q.plan.quiet_attach && !q.text.personality_notes && q.text.exit_notes && q.text.superseded_notes);
  Options qq = options("-qq ls");
  EXPECT_TRUE(qq.plan.quiet_attach && !qq.text.personality_notes && !qq.text.exit_notes && qq.text.superseded_notes);
  EXPECT_FALSE(options("-qqq ls").text.superseded_notes);
  EXPECT_TRUE(options("--quiet ls").plan.quiet_attach);
  Options some = options("-e silence=exit,superseded ls");
  EXPECT_TRUE(!some.plan.quiet_attach && some.text.personality_notes && !some.text.exit_notes &&
              !some.text.superseded_notes);
}

TEST_F(ParserTest, WritingAProgramsTraceToAFileIsQuiet) {
  EXPECT_TRUE(options("-o f ls").plan.quiet_attach);
  EXPECT_TRUE(options("-o f ls").text.exit_notes);
  EXPECT_FALSE(options("-o f -p 1").plan.quiet_attach);
  EXPECT_FALSE(options("-o f --quiet=none ls").plan.quiet_attach);
}

TEST_F(ParserTest, PidPrefix) {
  EXPECT_EQ(options("-f ls").text.pid_prefix, PidPrefix::automatic);
  EXPECT_EQ(options("-o f ls").text.pid_prefix, PidPrefix::never);
  EXPECT_EQ(options("-f -o f ls").text.pid_prefix, PidPrefix::always);
  EXPECT_EQ(options("-ff -o f ls").text.pid_prefix, PidPrefix::never);
  EXPECT_EQ(options("-p 1,2 -o f").text.pid_prefix, PidPrefix::always);
  EXPECT_EQ(options("--always-show-pid ls").text.pid_prefix, PidPrefix::always);
}

TEST_F(ParserTest, Output) {
  EXPECT_FALSE(options("ls").output.path);
  Options o = options("-A -ff -o f ls");
  EXPECT_EQ(o.output.path, "f");
  EXPECT_TRUE(o.output.append && o.output.per_thread && !o.output.to_command);
  EXPECT_TRUE(options("-o |cat ls").output.to_command);
  EXPECT_TRUE(options("-o !cat ls").output.to_command);
  EXPECT_FALSE(options("-ff ls").output.per_thread);
}

TEST_F(ParserTest, Summary) {
  Options c = options("-c -w -S calls -U calls,name -O 2ms ls");
  ASSERT_TRUE(c.summary);
  EXPECT_FALSE(c.show_events);
  EXPECT_TRUE(c.plan.want_system_time);
  EXPECT_TRUE(c.summary->wall_clock);
  EXPECT_EQ(c.summary->sort_by, SummaryColumn::calls);
  EXPECT_EQ(c.summary->columns, (std::vector{SummaryColumn::calls, SummaryColumn::name}));
  EXPECT_EQ(c.summary->overhead, 2'000'000);
  EXPECT_TRUE(options("-C ls").show_events);
  EXPECT_TRUE(options("-C ls").summary);
}

TEST_F(ParserTest, Requests) {
  EXPECT_EQ(parse_line("-h").request, Request::help);
  EXPECT_EQ(parse_line("-h -Q --nonsense").request, Request::help);
  EXPECT_EQ(parse_line("-VV").request, Request::version);
  EXPECT_TRUE(parse_line("-V -Q").refusal);
  EXPECT_EQ(parse_line("--generate=man", false).topic, "man");
}

TEST_F(ParserTest, Recording) {
  Options o = options("--record=f ls");
  EXPECT_EQ(o.record, "f");
  EXPECT_FALSE(o.show_events);
  EXPECT_EQ(o.decode.string_limit, 4096u);
  EXPECT_TRUE(o.plan.want_system_time && o.plan.want_comm);
  Options both = options("--record=f --json ls");
  EXPECT_TRUE(both.show_events);
  EXPECT_EQ(both.decode.string_limit, 32u);
}

TEST_F(ParserTest, Replay) {
  Options o = options("replay -e read --json f");
  EXPECT_EQ(o.replay, "f");
  EXPECT_EQ(o.form, Form::json);
  EXPECT_FALSE(o.plan.calls.all);
  EXPECT_EQ(parse_line("replay", false).refusal->cause, "replay takes one recording");
  EXPECT_EQ(parse_line("replay a b", false).refusal->cause, "replay takes one recording");
  EXPECT_EQ(parse_line("replay -p 1 a", false).refusal->cause, "--attach makes no sense with replay");
  // Under the name strace it is a program.
  EXPECT_FALSE(parse_line("replay", true).options.replay);
  EXPECT_EQ(parse_line("replay -e inject=read:error=5 a", false).refusal->cause, "--inject makes no sense with replay");
}

TEST_F(ParserTest, DescriptionFiles) {
  const testing::CommandLine line("--describe=a.desc -f --describe b.desc ls --describe=c.desc");
  EXPECT_EQ(description_files(line.words(), false), (std::vector<std::string>{"a.desc", "b.desc"}));
  EXPECT_TRUE(description_files(line.words(), true).empty());
}

TEST_F(ParserTest, WrongValues) {
  struct Case {
    std::string_view line, told;
  };
  for (const auto& [line, expected] : {
           Case{"-a -42", "invalid -a argument: '-42'\nusage"},
           Case{"--columns=x", "invalid --columns argument: 'x'\nusage"},
           Case{"--colu=x", "invalid --columns argument: 'x'\nusage"},
           Case{"-s 1073741824", "invalid -s argument: '1073741824'\nusage"},
           Case{"-O -42", "invalid -O argument: '-42'\nusage"},
           Case{"-I 0x1", "invalid -I argument: '0x1'\nusage"},
           Case{"-I=never", "invalid -I argument: '=never'\nusage"},
           Case{"--syscall-limit=0", "invalid --syscall-limit argument: '0'\nusage"},
           Case{"--daemonize=pgr", "invalid --daemonize argument: 'pgr'\nusage"},
           Case{"--timestamps=ss", "invalid --timestamps argument: 'ss'\nusage"},
           Case{"--relative-timestamps=n", "invalid --relative-timestamps argument: 'n'\nusage"},
           Case{"--strings-in-hex=al", "invalid --strings-in-hex argument: 'al'\nusage"},
           Case{"-XRAW", "invalid -X argument: 'RAW'\nusage"},
           Case{"--color=auto,never", "invalid --color argument: 'auto,never'\nusage"},
           Case{"-S non", "invalid sortby: 'non'\nusage"},
           Case{"-U non", "unknown column name: 'non'\nusage"},
           Case{"-p 1,a", "Invalid process id: 'a'"},
           Case{"-b execve -b chdir", "Syscall 'chdir' for -b isn't supported"},
           Case{"-e quiet=detach", "invalid quiet 'detach'"},
           Case{"--decode-fds=path,name", "invalid decode-fds 'name'"},
           Case{"--decode-pids=", "invalid decode-pids ''"},
           Case{"--secontext=ss,full", "invalid secontext 'ss'"},
           Case{"-e status=x", "invalid status 'x'"},
           Case{"--trace-fds=-1", "invalid descriptor '-1'"},
           Case{"-e foo=bar", "invalid system call 'foo=bar'"},
           Case{"-e =", "invalid system call '='"},
           Case{"-e ''", "invalid system call ''"},
           Case{"-e !=read", "invalid system call '=read'"},
           Case{"-e read@", "incorrect personality designator '' in qualification 'read@'\nusage"},
           Case{"-e nonsense -a -1", "invalid system call 'nonsense'"},
           Case{"-a -1 -e nonsense", "invalid -a argument: '-1'\nusage"},
           Case{"-a -1 -Q", "invalid -a argument: '-1'\nusage"},
           Case{"-Q", "invalid option -- 'Q'\nusage"},
       }) {
    EXPECT_EQ(told(line), expected) << line;
  }
}

TEST_F(ParserTest, OptionsThatDoNotGoTogether) {
  const std::string summary = "(-c/--summary-only or -C/--summary)";
  struct Case {
    std::string_view line;
    std::string told;
  };
  for (const auto& [line, expected] : {
           Case{"", "must have PROG [ARGS] or -p PID\nusage"},
           Case{"-p ''", "must have PROG [ARGS] or -p PID\nusage"},
           Case{"--argv0=x -p 1", "PROG [ARGS] must be specified with --argv0\nusage"},
           Case{"-D -p 1", "PROG [ARGS] must be specified with -D/--daemonize\nusage"},
           Case{"-DDDD ls", "Too many -D's (4), maximum supported -D count is 3\nusage"},
           Case{"-D --daemonize -p 1", "-D and --daemonize cannot be provided simultaneously"},
           Case{"-c -C ls", "-c/--summary-only and -C/--summary are mutually exclusive\nusage"},
           Case{"-c -ff ls", summary + " and -ff/--output-separately are mutually exclusive\nusage"},
           Case{"-w ls", "-w/--summary-wall-clock must be given with " + summary + "\nusage"},
           Case{"-U name ls", "-U/--summary-columns must be given with " + summary + "\nusage"},
           Case{"-o |cat -ff ls", "piping the output and -ff/--output-separately are mutually exclusive\nusage"},
           Case{"-t --timestamps -p 1", "-t and --absolute-timestamps cannot be provided simultaneously"},
           Case{"-x --strings-in-hex -p 1", "-x and --strings-in-hex cannot be provided simultaneously"},
           Case{"-e decode-fd=all -y -p 1", "-y and --decode-fds cannot be provided simultaneously"},
           Case{"-f --follow-forks -p 1", "-f and --follow-forks cannot be provided simultaneously"},
           Case{"-ff --output-separately -p 1", "-ff and --output-separately cannot be provided simultaneously"},
           Case{"-q -e q=none -p 1", "-q and -e quiet/--quiet cannot be provided simultaneously"},
           Case{"--kill-on-exit -p 1", "--kill-on-exit and -p/--attach are mutually exclusive options"},
           Case{"-c -C -D -p 1", "-c/--summary-only and -C/--summary are mutually exclusive\nusage"},
           Case{"-x --strings-in-hex -t --timestamps ls",
                "-t and --absolute-timestamps cannot be provided simultaneously"},
       }) {
    EXPECT_EQ(told(line), expected) << line;
  }
}

TEST_F(ParserTest, WithoutPtrace) {
  EXPECT_EQ(told("--no-ptrace ls"), "unrecognized option '--no-ptrace'\nusage");
  EXPECT_EQ(told("--all"), "unrecognized option '--all'\nusage");
  EXPECT_EQ(options("--no-ptrace ls").backend, Backend::bpf);
  EXPECT_TRUE(options("--no-ptrace -p 1").plan.observe);
  EXPECT_FALSE(options("--backend=bpf ls").plan.observe);
  const Options all = options("--all");
  EXPECT_TRUE(all.plan.observe && all.plan.everyone);
  EXPECT_EQ(all.backend, Backend::bpf);
  EXPECT_EQ(all.text.pid_prefix, sink::PidPrefix::always);
  const std::string exclusive = " are mutually exclusive";
  for (const auto& [line, expected] : {
           std::pair<std::string_view, std::string>{"--no-ptrace --backend=ptrace ls",
                                                    "--no-ptrace needs --backend=bpf"},
           {"--all --backend=auto", "--all needs --backend=bpf"},
           {"--no-ptrace -k ls", "--no-ptrace and -k/--stack-trace" + exclusive},
           {"--no-ptrace -b execve ls", "--no-ptrace and -b/--detach-on" + exclusive},
           {"--no-ptrace --kill-on-exit ls", "--no-ptrace and --kill-on-exit" + exclusive},
           {"--all -p 1", "--all and -p/--attach or the like" + exclusive},
           {"--no-ptrace --comm=x", "--no-ptrace traces processes by their ids: give -p PID"},
       }) {
    const Command command = parse_line(line, false);
    ASSERT_TRUE(command.refusal) << line;
    EXPECT_EQ(command.refusal->cause, expected) << line;
    EXPECT_FALSE(command.refusal->hint.empty()) << line;
  }
}

TEST_F(ParserTest, OptionsWithoutEffect) {
  EXPECT_EQ(told("-cinNrtTyzZ ls"),
            "-i/--instruction-pointer has no effect with -c/--summary-only\n"
            "-n/--syscall-number has no effect with -c/--summary-only\n"
            "-N/--arg-names has no effect with -c/--summary-only\n"
            "-r/--relative-timestamps has no effect with -c/--summary-only\n"
            "-t/--absolute-timestamps has no effect with -c/--summary-only\n"
            "-T/--syscall-times has no effect with -c/--summary-only\n"
            "-y/--decode-fds has no effect with -c/--summary-only\n"
            "Only the last of -z/--successful-only/-Z/--failed-only options will take effect. See status qualifier for "
            "more complex filters.\n");
  EXPECT_EQ(told("--output-separately -A ls"),
            "--output-separately has no effect without -o/--output\n"
            "-A/--output-append-mode has no effect without -o/--output\n");
  EXPECT_EQ(told("-S name ls"), "-S/--summary-sort-by has no effect without (-c/--summary-only or -C/--summary)\n");
  EXPECT_EQ(told("-F ls"), "option -F is deprecated, please use -f/--follow-forks instead\n");
  EXPECT_EQ(told("-fF ls"), "deprecated option -F ignored\n");
  EXPECT_EQ(told("-C -i ls"), "");
}

TEST_F(ParserTest, Paths) {
  EXPECT_EQ(told("-P /// -P/. ls"),
            "Requested path \"///\" resolved into \"/\"\nRequested path \"/.\" resolved into \"/\"\n");
  EXPECT_EQ(told("--quiet=path-resolution -P /// ls"), "");
}

TEST_F(ParserTest, Users) {
  if (getuid() != 0) {
    EXPECT_EQ(told("-u root ls"), "You must be root to use the -u/--username option");
    return;
  }
  EXPECT_EQ(told("-u root ls"), "");
  EXPECT_EQ(told("-u 0:0 ls"), "");
  EXPECT_EQ(told("-u !nobody! ls"), "Cannot find user '!nobody!'");
  EXPECT_EQ(told("-u uid:gid ls"), "Invalid UID:GID pair 'uid:gid'");
  EXPECT_EQ(told("-u 4294967295:1 ls"), "Invalid UID:GID pair '4294967295:1'");
  EXPECT_EQ(told("-u 1: ls"), "Invalid UID:GID pair '1:'");
}

}  // namespace
}  // namespace sysray::cli
