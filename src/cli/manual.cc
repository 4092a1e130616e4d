// The manual page, in man(7) macros.
#include <algorithm>
#include <array>

#include "cli/help.h"
#include "cli/version.h"

namespace sysray::cli {

namespace {

constexpr std::array sections = {Section::general, Section::startup,    Section::tracing,   Section::filtering,
                                 Section::format,  Section::statistics, Section::tampering, Section::miscellaneous};

// Text in which nothing is a request or an escape of roff.
std::string escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if (c == '\n') {
      out += ' ';
    } else {
      out += c;
    }
  }
  if (out.starts_with('.') || out.starts_with('\'')) out.insert(0, "\\&");
  return out;
}

void add_option(std::string& page, const OptionSpec& option) {
  page += ".TP\n.B " + escaped(option_forms(option)) + "\n" + escaped(option.help) + ".\n";
  if (option.sysray_only) page += "Not under the name strace.\n";
  if (option.words.empty()) return;
  page += ".br\nValues:";
  for (std::string_view word : option.words) page += " " + escaped(word);
  page += ".\n";
}

constexpr std::string_view description = R"(.SH DESCRIPTION
.B sysray
shows what a program asks of the kernel: each system call with its arguments and its result, each signal, each change of
the state of a process. The program is started by sysray, or is running already
.RB ( \-p ).
Lines are those of
.BR strace (1);
with
.B \-\-json
each call is a JSON object on a line of its own. Under a name that ends in
.B strace
sysray has the options and messages of strace and no others.
.PP
Options end at the first word that is not one.
.B \-e
takes NAME=VALUE; the options below tell which NAMEs there are. A VALUE that is a set is
.BR all ,
.BR none ,
or a list with commas; an exclamation mark before it means everything else.
)";

constexpr std::string_view rest = R"(.SH EXIT STATUS
That of the program; if a signal ended the program, sysray ends by the same signal. With
.B \-p
alone it is 0. It is 1 when the options are wrong or tracing fails.
.SH NOTES
When only some calls are traced, sysray has the kernel stop a program that it starts at those calls alone, by a seccomp
filter, wherever nothing shows of it;
.B \-d
tells where it is not used, and why. The kernel does not let a filter be taken away, and refuses the calls that it picks to
a thread without a tracer. So the tracer is then a process of its own, called syscall\-tracer, which stays as long as the
program and, with
.BR \-f ,
its children do. The process that was started may be killed at any time, by SIGKILL, too: the trace ends and the programs
go on. Only whoever kills syscall\-tracer itself takes these calls from them (they fail with ENOSYS).
.SS Without ptrace
With
.B \-\-no\-ptrace
and
.B \-\-all
threads are only observed, by BPF: a debugger or another tracer may hold them, programs keep their privileges when they
call execve, and nothing waits for sysray. The price is that events are lost when more happens than can be written. Each
loss is told of in its place, in the lines of its thread:
.PP
.RS
[pid  1234] +++ 12 events lost +++
.RE
.PP
A call, from its begin to its end, is one event; so is a signal, a birth, an end. A call whose end is among those that are
lost ends with "= ?". The summary counts what is lost,
.B \-d
tells how much it was in all, and a larger
.B \-\-ring\-size=KIB
(for each CPU) loses less.
.PP
Some things differ, because the kernel does them only for a tracer: a signal that the program ignores is discarded and not
shown, a signal that ends it shows in the end alone ("+++ killed by SIGTERM +++"), and stops by job control are not told of.
What could not be copied while the call went on is read from the running thread later, and may have changed meanwhile; so
does what is looked up, such as ids with
.BR \-Y .
.PP
.B \-\-all
shows what every process does, except sysray and the command that
.B \-o
writes to. A terminal or another program that reads what sysray writes is traced like any other, and each line that it is
given makes more of them: write to a file, or choose calls by
.BR \-e .
.SH ENVIRONMENT
.TP
.B NO_COLOR
if set, colors are used only with \-\-color=always.
.TP
.B STRACE_COLORS
the colors, as NAME=SGR pairs separated by colons; names are syscall, argname, argval, call, const, comment, punct,
retval, error.
.SH EXAMPLES
.TP
.B sysray \-f \-e trace=%file make
the files that make and its children use.
.TP
.B sysray \-c ls
which calls ls makes, and how long they take.
.TP
.B sysray \-\-all \-e trace=execve \-o started.txt
which programs are started on the machine, until Ctrl\-C.
.TP
.B sysray \-\-json \-o trace.json \-p 1234
what a running process does, for other programs to read.
.SH SEE ALSO
.BR strace (1),
.BR ptrace (2),
.BR syscalls (2),
.BR proc (5)
)";

}  // namespace

std::string manual_page() {
  std::string page = ".TH SYSRAY 1 \"\" \"sysray " + std::string(version) + "\" \"User Commands\"\n";
  page += ".SH NAME\nsysray \\- trace system calls and signals\n.SH SYNOPSIS\n";
  page +=
      ".B sysray\n[OPTION]... PROG [ARG]...\n.br\n.B sysray\n[OPTION]... \\-p PID\n.br\n.B sysray\n[OPTION]... "
      "\\-\\-all [PROG [ARG]...]\n";
  for (const SubcommandSpec& command : subcommand_table()) {
    page += ".br\n.B sysray " + escaped(command.name) + "\n" + escaped(command.usage) + "\n";
  }
  page += description;
  for (const SubcommandSpec& command : subcommand_table()) {
    page +=
        ".TP\n.B sysray " + escaped(command.name) + " " + escaped(command.usage) + "\n" + escaped(command.help) + ".\n";
  }
  page += ".SH OPTIONS\n";
  for (Section section : sections) {
    page += ".SS " + std::string(section_title(section)) + "\n";
    for (const OptionSpec& option : option_table()) {
      if (option.section == section && !option.hidden) add_option(page, option);
    }
  }
  page += rest;
  return page;
}

}  // namespace sysray::cli
