// The options as data: the interface is that of strace(1) 7.2, plus sysray's own.
#include "cli/option_table.h"

#include <algorithm>

namespace sysray::cli {

namespace {

using enum Section;
constexpr Arity required = Arity::required;
constexpr Arity optional = Arity::optional;

constexpr std::string_view precision_words[] = {"s", "ms", "us", "ns"};
constexpr std::string_view daemon_words[] = {"grandchild", "pgroup", "session"};
constexpr std::string_view interruptible_words[] = {"anywhere", "waiting", "never", "never_tstp"};
constexpr std::string_view detach_words[] = {"execve"};
constexpr std::string_view sort_words[] = {"time",     "min-time", "max-time", "avg-time", "wall-total", "wall-min",
                                           "wall-max", "wall-avg", "calls",    "errors",   "name",       "nothing"};
constexpr std::string_view column_words[] = {"time-percent", "total-time", "min-time", "max-time",
                                             "avg-time",     "wall-total", "wall-min", "wall-max",
                                             "wall-avg",     "calls",      "errors",   "name"};
constexpr std::string_view by_words[] = {"error", "process", "fd", "path"};
constexpr std::string_view timestamp_words[] = {"none", "time", "unix", "s", "ms", "us", "ns"};
constexpr std::string_view hex_words[] = {"none", "non-ascii-chars", "non-ascii", "all"};
constexpr std::string_view const_words[] = {"raw", "abbrev", "verbose"};
constexpr std::string_view backend_words[] = {"auto", "ptrace", "bpf"};
constexpr std::string_view color_words[] = {"auto", "always", "never"};
constexpr std::string_view order_words[] = {"end", "start"};
constexpr std::string_view stack_words[] = {"symbol", "source"};
constexpr std::string_view tip_words[] = {"none", "compact", "full", "random"};
constexpr std::string_view trace_words[] = {
    "%file", "%desc",  "%process", "%network", "%signal", "%memory",  "%ipc",     "%creds", "%clock", "%pure",
    "%stat", "%lstat", "%fstat",   "%%stat",   "%statfs", "%fstatfs", "%%statfs", "all",    "none"};
constexpr std::string_view status_words[] = {"successful", "failed", "unfinished", "unavailable", "detached"};
constexpr std::string_view quiet_words[] = {"attach",      "exit",          "path-resolution",
                                            "personality", "thread-execve", "superseded"};
constexpr std::string_view decode_fd_words[] = {"path", "socket", "dev", "eventfd", "pidfd", "signalfd", "all", "none"};
constexpr std::string_view secontext_words[] = {"full", "mismatch", "!full", "!mismatch"};
constexpr std::string_view namespace_words[] = {"new"};
constexpr std::string_view kvm_words[] = {"vcpu", "vcpu+"};
constexpr std::string_view decode_pid_words[] = {"comm", "pidns", "all", "none"};

// One option, a few lines.
// clang-format off
constexpr OptionSpec table[] = {
    {.id = OptionId::align_column, .letter = 'a', .long_names = {"columns"}, .section = format, .arity = required,
     .value = "COLUMN", .sample = "60", .help = "put results at this column (40)"},
    {.id = OptionId::append, .letter = 'A', .long_names = {"output-append-mode"}, .section = format,
     .help = "append to the file of -o"},
    {.id = OptionId::detach_on, .letter = 'b', .long_names = {"detach-on"}, .section = tracing, .arity = required,
     .value = "SYSCALL", .sample = "execve", .help = "let a process go when it makes this call; only execve",
     .words = detach_words},
    {.id = OptionId::summary_only, .letter = 'c', .long_names = {"summary-only"}, .section = statistics,
     .help = "instead of the trace, report calls, errors and time of each system call"},
    {.id = OptionId::summary, .letter = 'C', .long_names = {"summary"}, .section = statistics,
     .help = "the same, after the trace"},
    {.id = OptionId::debug, .letter = 'd', .long_names = {"debug"}, .section = miscellaneous,
     .help = "report on standard error what the tracer does"},
    {.id = OptionId::daemonize, .letter = 'D', .long_names = {"daemonize", "daemonised", "daemonized"},
     .section = tracing, .arity = optional, .value = "HOW", .sample = "pgroup",
     .help = "the tracer becomes a grandchild, the program stays a child of the caller;\n"
             "-DD or pgroup: in a process group of its own; -DDD or session: in a session of its own",
     .words = daemon_words},
    {.id = OptionId::qualifier, .letter = 'e', .section = general, .arity = required, .value = "EXPR",
     .sample = "trace=%file",
     .help = "[NAME=][!]VALUE[,VALUE]...: what to trace, or how to show it; NAME is trace if left out"},
    {.id = OptionId::environment, .letter = 'E', .long_names = {"env"}, .section = startup, .arity = required,
     .value = "VAR[=VALUE]", .sample = "LANG=C",
     .help = "set the variable in the program's environment; without =VALUE, remove it"},
    {.id = OptionId::follow_forks, .letter = 'f', .long_names = {"follow-forks"}, .section = tracing,
     .help = "trace child processes and threads too; -ff: also --output-separately"},
    {.id = OptionId::follow_forks_old, .letter = 'F', .section = tracing, .help = "deprecated form of -f",
     .hidden = true},
    {.id = OptionId::output_separately, .long_names = {"output-separately"}, .section = format,
     .help = "with -o FILE, write each process to FILE.PID"},
    {.id = OptionId::help, .letter = 'h', .long_names = {"help"}, .section = miscellaneous, .help = "show this help"},
    {.id = OptionId::instruction_pointer, .letter = 'i', .long_names = {"instruction-pointer"}, .section = format,
     .help = "show the instruction pointer at each call"},
    {.id = OptionId::interruptible, .letter = 'I', .long_names = {"interruptible"}, .section = tracing,
     .arity = required, .value = "WHEN", .sample = "anywhere",
     .help = "when signals may interrupt the tracer: 1 or anywhere; 2 or waiting, not while it decodes (default);\n"
             "3 or never (default with -o FILE PROG); 4 or never_tstp, nor may they suspend it",
     .words = interruptible_words},
    {.id = OptionId::kill_on_exit, .long_names = {"kill-on-exit"}, .section = tracing,
     .help = "kill what is traced when the tracer ends"},
    {.id = OptionId::stack_trace, .letter = 'k', .long_names = {"stack-trace", "stack-traces"}, .section = format,
     .arity = optional, .value = "WHAT", .sample = "source",
     .help = "show the stack at each call; symbol, or source (-kk): also files and lines", .words = stack_words},
    {.id = OptionId::stack_limit, .long_names = {"stack-trace-frame-limit"}, .section = format, .arity = required,
     .value = "FRAMES", .sample = "16", .help = "show at most so many frames of a stack (256)"},
    {.id = OptionId::syscall_limit, .long_names = {"syscall-limit"}, .section = tracing, .arity = required,
     .value = "LIMIT", .sample = "1000", .help = "detach after so many calls"},
    {.id = OptionId::syscall_number, .letter = 'n', .long_names = {"syscall-number"}, .section = format,
     .help = "show the number of each call"},
    {.id = OptionId::argument_names, .letter = 'N', .long_names = {"arg-names"}, .section = format,
     .help = "show the names of arguments"},
    {.id = OptionId::output, .letter = 'o', .long_names = {"output"}, .section = format, .arity = required,
     .value = "FILE", .sample = "trace.txt",
     .help = "write to the file instead of standard error; |COMMAND or !COMMAND: to a command's input"},
    {.id = OptionId::overhead, .letter = 'O', .long_names = {"summary-syscall-overhead"}, .section = statistics,
     .arity = required, .value = "TIME", .sample = "20us", .help = "subtract so much from the time of each call"},
    {.id = OptionId::attach, .letter = 'p', .long_names = {"attach"}, .section = startup, .arity = required,
     .value = "PID", .sample = "1234", .help = "trace the running process; several, with commas or by repetition"},
    {.id = OptionId::trace_path, .letter = 'P', .long_names = {"trace-path"}, .section = filtering, .arity = required,
     .value = "PATH", .sample = "/etc/passwd", .help = "only calls that touch this path; may be repeated"},
    {.id = OptionId::relative_time, .letter = 'r', .long_names = {"relative-timestamps"}, .section = format,
     .arity = optional, .value = "PRECISION", .sample = "ns", .help = "show the time since the line before",
     .words = precision_words},
    {.id = OptionId::string_limit, .letter = 's', .long_names = {"string-limit"}, .section = format, .arity = required,
     .value = "SIZE", .sample = "256", .help = "show at most so many bytes of a string (32); file names are shown in full"},
    {.id = OptionId::sort_by, .letter = 'S', .long_names = {"summary-sort-by"}, .section = statistics,
     .arity = required, .value = "COLUMN", .sample = "calls", .help = "order of the report (time)", .words = sort_words},
    {.id = OptionId::absolute_time, .letter = 't', .long_names = {"absolute-timestamps", "timestamps"},
     .section = format, .arity = optional, .value = "[FORMAT][,PRECISION]", .sample = "unix,us",
     .help = "show the time of day; formats time, unix, none; precisions s, ms, us, ns;\n"
             "-tt: in microseconds; -ttt: microseconds since the epoch",
     .words = timestamp_words},
    {.id = OptionId::duration, .letter = 'T', .long_names = {"syscall-times"}, .section = format, .arity = optional,
     .value = "PRECISION", .sample = "ns", .help = "show the time spent in each call", .words = precision_words},
    {.id = OptionId::user, .letter = 'u', .long_names = {"user"}, .section = startup, .arity = required,
     .value = "USER", .sample = "nobody", .help = "run the program as this user (a name, or UID:GID); needs root"},
    {.id = OptionId::columns, .letter = 'U', .long_names = {"summary-columns"}, .section = statistics,
     .arity = required, .value = "COLUMNS", .sample = "calls,errors,name", .help = "columns of the report, in order",
     .words = column_words},
    {.id = OptionId::no_abbrev, .letter = 'v', .long_names = {"no-abbrev"}, .section = format,
     .help = "show structures in full"},
    {.id = OptionId::version, .letter = 'V', .long_names = {"version"}, .section = miscellaneous,
     .help = "show the version"},
    {.id = OptionId::wall_clock, .letter = 'w', .long_names = {"summary-wall-clock"}, .section = statistics,
     .help = "report the time that passes, not the CPU time"},
    {.id = OptionId::strings_in_hex, .letter = 'x', .long_names = {"strings-in-hex"}, .section = format,
     .arity = optional, .value = "WHICH", .sample = "non-ascii",
     .help = "show bytes in hex: non-ascii-chars (escapes in hex, not octal), non-ascii (-x; strings with\n"
             "such bytes), all (-xx; the default of the long form), none",
     .words = hex_words},
    {.id = OptionId::const_style, .letter = 'X', .long_names = {"const-print-style"}, .section = format,
     .arity = required, .value = "STYLE", .sample = "verbose",
     .help = "show constants as abbrev (names), raw (numbers), verbose (both)", .words = const_words},
    {.id = OptionId::pidns_translation, .long_names = {"pidns-translation"}, .section = format,
     .help = "the same as --decode-pids=pidns", .hidden = true},
    {.id = OptionId::successful_only, .letter = 'z', .long_names = {"successful-only"}, .section = filtering,
     .help = "only calls that succeed"},
    {.id = OptionId::failed_only, .letter = 'Z', .long_names = {"failed-only", "failing-only"}, .section = filtering,
     .help = "only calls that fail"},
    {.id = OptionId::seccomp, .long_names = {"seccomp-bpf"}, .section = miscellaneous,
     .help = "with -f: let the kernel stop the program only for calls that are traced"},
    {.id = OptionId::argv0, .long_names = {"argv0"}, .section = startup, .arity = required, .value = "NAME",
     .sample = "sh", .help = "the program's argv[0]"},
    {.id = OptionId::show_pid, .long_names = {"always-show-pid"}, .section = format,
     .help = "begin each line with the process id"},
    {.id = OptionId::color, .long_names = {"color"}, .section = format, .arity = required, .value = "WHEN",
     .sample = "always", .help = "use colors: auto (on terminals that have them), always, never", .words = color_words},
    {.id = OptionId::tips, .long_names = {"tips"}, .section = miscellaneous, .arity = optional, .value = "[ID][,FORMAT]",
     .sample = "random,full", .help = "show a tip: by its number or a random one; formats compact, full, none",
     .words = tip_words},
    {.id = OptionId::trace, .long_names = {"trace"}, .section = filtering, .arity = required, .value = "SYSCALLS",
     .sample = "openat,%network",
     .help = "only these calls: names, numbers, %classes, /regex, all, none; each as ?NAME if it need not\n"
             "exist, with @64, @32 or @x32 for one personality",
     .qualifiers = {"trace", "t"}, .words = trace_words},
    {.id = OptionId::trace_fds, .long_names = {"trace-fds"}, .section = filtering, .arity = required, .value = "FDS",
     .sample = "0,1", .help = "only calls that touch these descriptors",
     .qualifiers = {"trace-fds", "trace-fd", "fds", "fd"}},
    {.id = OptionId::abbrev, .long_names = {"abbrev"}, .section = format, .arity = required, .value = "SYSCALLS",
     .sample = "none", .help = "abbreviate the structures of these calls (all)", .qualifiers = {"abbrev", "a"},
     .words = trace_words},
    {.id = OptionId::verbose, .long_names = {"verbose"}, .section = format, .arity = required, .value = "SYSCALLS",
     .sample = "all", .help = "decode the structures of these calls (all)", .qualifiers = {"verbose", "v"},
     .words = trace_words},
    {.id = OptionId::raw, .long_names = {"raw"}, .section = format, .arity = required, .value = "SYSCALLS",
     .sample = "ioctl", .help = "show the arguments of these calls as bare numbers", .qualifiers = {"raw", "x"},
     .words = trace_words},
    {.id = OptionId::dump_read, .long_names = {"read"}, .section = format, .arity = required, .value = "FDS",
     .sample = "0,3", .help = "dump in full what is read from these descriptors",
     .qualifiers = {"read", "reads", "r"}},
    {.id = OptionId::dump_write, .long_names = {"write"}, .section = format, .arity = required, .value = "FDS",
     .sample = "1,2", .help = "dump in full what is written to these descriptors",
     .qualifiers = {"write", "writes", "w"}},
    {.id = OptionId::signals, .long_names = {"signals"}, .section = filtering, .arity = required, .value = "SIGNALS",
     .sample = "!SIGIO", .help = "only these signals", .qualifiers = {"signal", "signals", "s"}},
    {.id = OptionId::status, .long_names = {"status"}, .section = filtering, .arity = required, .value = "STATUSES",
     .sample = "failed,unfinished", .help = "only calls that end so", .qualifiers = {"status"}, .words = status_words},
    {.id = OptionId::quiet, .letter = 'q', .long_names = {"quiet", "silent", "silence"}, .section = format,
     .arity = optional, .value = "MESSAGES", .sample = "attach,exit",
     .help = "leave out messages; -q: attach,personality; -qq: exit as well; -qqq: all",
     .qualifiers = {"quiet", "silent", "silence", "q"}, .words = quiet_words},
    {.id = OptionId::decode_fds, .letter = 'y', .long_names = {"decode-fds"}, .section = format, .arity = optional,
     .value = "WHAT", .sample = "path,socket", .help = "show what descriptors refer to; -y: path, -yy: all",
     .qualifiers = {"decode-fds", "decode-fd"}, .words = decode_fd_words},
    {.id = OptionId::decode_pids, .letter = 'Y', .long_names = {"decode-pids"}, .section = format, .arity = required,
     .bare_letter = true, .value = "WHAT", .sample = "comm", .help = "show what process ids refer to; -Y: comm",
     .qualifiers = {"decode-pids", "decode-pid"}, .words = decode_pid_words},
    {.id = OptionId::decode_ids, .long_names = {"decode-ids"}, .section = format,
     .help = "show the names of users and groups, by the files of the program's own root (its container)",
     .sysray_only = true},
    {.id = OptionId::secontext, .long_names = {"secontext"}, .section = format, .arity = optional, .value = "FORMAT",
     .sample = "full,mismatch", .help = "show SELinux contexts: of processes, files and descriptors; their type, or all of it (full);\n"
                                        "mismatch: also what the SELinux database expects, where that differs",
     .qualifiers = {"secontext"}, .words = secontext_words},
    {.id = OptionId::name_spaces, .long_names = {"namespace"}, .section = format, .arity = required, .value = "WHICH",
     .sample = "new", .help = "new: show the namespaces that clone, clone3, setns and unshare have entered",
     .qualifiers = {"namespace"}, .words = namespace_words},
    {.id = OptionId::kvm, .long_names = {"kvm"}, .section = format, .arity = required, .value = "WHICH",
     .sample = "vcpu", .help = "vcpu: show why a virtual CPU stopped running (KVM_RUN); vcpu+: also its state before and after",
     .qualifiers = {"kvm"}, .words = kvm_words},
    {.id = OptionId::inject, .long_names = {"inject"}, .section = tampering, .arity = required,
     .value = "SYSCALLS:ACTION[:ACTION]...", .sample = "openat:error=ENOENT:when=3+",
     .help = "change what these calls do:\n"
             "error=ERRNO or retval=VALUE: do not make the call, return this\n"
             "syscall=NAME: make this one instead, which has no effects\n"
             "signal=SIG: send the signal at the start of the call\n"
             "delay_enter=TIME, delay_exit=TIME: wait so long before or after it\n"
             "poke_enter=@argN=HEX[,...], poke_exit=...: write bytes to where an argument points\n"
             "when=FIRST[..LAST][+[STEP]]: only at these invocations",
     .qualifiers = {"inject"}},
    {.id = OptionId::fault, .long_names = {"fault"}, .section = tampering, .arity = required,
     .value = "SYSCALLS[:error=ERRNO][:when=WHEN]", .sample = "openat:when=3", .help = "the same with error=ENOSYS",
     .qualifiers = {"fault"}},

    {.id = OptionId::backend, .long_names = {"backend"}, .section = tracing, .arity = required, .value = "WHAT",
     .sample = "bpf",
     .help = "what captures: ptrace; bpf, which leaves threads running (needs root or CAP_BPF and CAP_PERFMON);\n"
             "auto: ptrace until there were 1000 stops within a second (auto:STOPS: so many), then bpf, if it is\n"
             "permitted and shows the same (-d tells). Default: auto, but ptrace under the name strace",
     .words = backend_words},
    {.id = OptionId::no_ptrace, .long_names = {"no-ptrace"}, .section = tracing,
     .help = "capture by BPF alone, also what a debugger or another tracer holds. Nothing is ever stopped:\n"
             "what finds no room is lost, and \"+++ N events lost +++\" stands in its place",
     .sysray_only = true},
    {.id = OptionId::everyone, .long_names = {"all"}, .section = startup,
     .help = "trace all processes of the machine but sysray, without ptrace; until PROG ends, if one is given.\n"
             "Write to a file: a terminal or the reader of a pipe is traced, and what it does adds to the trace",
     .sysray_only = true},
    {.id = OptionId::ring_size, .long_names = {"ring-size"}, .section = tracing, .arity = required, .value = "KIB",
     .sample = "1024", .help = "with --backend=bpf: room for captured calls, for each CPU",
     .hidden = true},
    {.id = OptionId::summary_by, .long_names = {"summary-by"}, .section = statistics, .arity = required,
     .value = "WHAT[,WHAT]...", .sample = "error,path",
     .help = "report also by error (of each call), process, fd (of each process), path; path and fd imply -y",
     .words = by_words, .sysray_only = true},
    {.id = OptionId::histogram, .long_names = {"histogram"}, .section = statistics,
     .help = "show how the durations of each call are spread, in powers of two", .sysray_only = true},
    {.id = OptionId::interval, .long_names = {"summary-interval"}, .section = statistics, .arity = required,
     .value = "TIME", .sample = "1s", .help = "report on each such interval, too, when it is over", .sysray_only = true},
    {.id = OptionId::json, .long_names = {"json"}, .section = format, .help = "write one JSON object a line",
     .sysray_only = true},
    {.id = OptionId::describe, .long_names = {"describe"}, .section = general, .arity = required, .value = "FILE",
     .sample = "driver.desc", .help = "add the descriptions in the file; may be repeated", .sysray_only = true},
    {.id = OptionId::whole_calls, .long_names = {"whole-calls"}, .section = format, .arity = optional,
     .value = "ORDER", .sample = "start",
     .help = "write a call once it has returned, in one line; in order of their end (the default) or start", .words = order_words,
     .sysray_only = true},
    {.id = OptionId::record, .long_names = {"record"}, .section = format, .arity = required, .value = "FILE",
     .sample = "run.sysray", .help = "record the events, to be shown by sysray replay; shown now only if another output is asked for",
     .sysray_only = true},
    {.id = OptionId::container, .long_names = {"container"}, .section = startup, .arity = required, .value = "NAME",
     .sample = "web", .help = "trace all of a container (docker, podman, containerd, CRI-O, LXC, nspawn): its name or id, or how\n"
             "it begins; what enters it later is caught too, as with the following options",
     .sysray_only = true},
    {.id = OptionId::pod, .long_names = {"pod"}, .section = startup, .arity = required, .value = "NAME",
     .sample = "web-5d9c", .help = "trace all containers of a Kubernetes pod, by its name or uid", .sysray_only = true},
    {.id = OptionId::cgroup, .long_names = {"cgroup"}, .section = startup, .arity = required, .value = "PATH",
     .sample = "/sys/fs/cgroup/user.slice", .help = "trace all of a control group and those below it", .sysray_only = true},
    {.id = OptionId::unit, .long_names = {"unit"}, .section = startup, .arity = required, .value = "NAME",
     .sample = "cron.service", .help = "trace all of a systemd unit", .sysray_only = true},
    {.id = OptionId::pid_namespace, .long_names = {"pidns"}, .section = startup, .arity = required, .value = "NAMESPACE",
     .sample = "4026531836", .help = "trace all of a pid namespace: its inode number, its file, or a process in it",
     .sysray_only = true},
    {.id = OptionId::comm, .long_names = {"comm"}, .section = startup, .arity = required, .value = "GLOB",
     .sample = "nginx*", .help = "trace processes with such a name", .sysray_only = true},
    {.id = OptionId::exe, .long_names = {"exe"}, .section = startup, .arity = required, .value = "PATH",
     .sample = "/usr/sbin/sshd", .help = "trace processes that run this executable", .sysray_only = true},
    {.id = OptionId::descendants, .long_names = {"descendants"}, .section = startup,
     .help = "with -p: also all that descends from the process", .sysray_only = true},
    {.id = OptionId::wait_for, .long_names = {"wait-for"}, .section = startup,
     .help = "if the container, program or the like isn't there yet, wait for it", .sysray_only = true},
    {.id = OptionId::generate, .long_names = {"generate"}, .section = miscellaneous, .arity = required,
     .value = "man|bash|zsh|fish|options", .sample = "man", .help = "write the manual page, or a shell's completions",
     .sysray_only = true, .hidden = true},
};
// clang-format on

}  // namespace

std::span<const OptionSpec> option_table() { return table; }

const OptionSpec& option_spec(OptionId id) { return *std::ranges::find(table, id, &OptionSpec::id); }

std::string_view section_title(Section section) {
  switch (section) {
    case general: return "General";
    case startup: return "Startup";
    case tracing: return "Tracing";
    case filtering: return "Filtering";
    case format: return "Output format";
    case statistics: return "Statistics";
    case tampering: return "Tampering";
    case miscellaneous: return "Miscellaneous";
  }
  return "";
}

}  // namespace sysray::cli
