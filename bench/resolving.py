"""What names cost: ids of another pid namespace, and what descriptors refer to. Tables for bench/RESULTS.md."""

import json
import shutil
import statistics
import subprocess
import time
from pathlib import Path

CROWD = r"""
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>
/* So many processes that do nothing, until standard input ends. */
int main(int argc, char **argv) {
  for (int i = 0; i < atoi(argv[argc - 1]); i++) {
    pid_t child = fork();
    if (child < 0) return 1;
    if (child == 0) {
      prctl(PR_SET_PDEATHSIG, 9);
      for (;;) pause();
    }
  }
  puts("ready");
  fflush(stdout);
  getchar();
}
"""

# The first process of a pid namespace of its own, which names each of its children once. Prints its id outside, waits
# for a line, and prints the nanoseconds that the calls took.
NAMING = r"""
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
int main(int argc, char **argv) {
  int count = atoi(argv[argc - 1]);
  if (unshare(CLONE_NEWPID) && unshare(CLONE_NEWUSER | CLONE_NEWPID)) return 77;
  pid_t first = fork();
  if (first) {
    printf("%d\n", first);
    fflush(stdout);
    int status;
    waitpid(first, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
  }
  for (int i = 0; i < count; i++)
    if (fork() == 0)
      for (;;) pause();
  getchar();
  struct timespec begin, end;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  for (int i = 0; i < count; i++)
    if (kill(2 + i, 0)) return 1;
  clock_gettime(CLOCK_MONOTONIC, &end);
  printf("%.0f\n", (end.tv_sec - begin.tv_sec) * 1e9 + (end.tv_nsec - begin.tv_nsec));
  fflush(stdout);
  _exit(0);
}
"""

# 50 descriptors: files, pipes, sockets of unix(7) and tcp(7). They are written and read in turn.
DESCRIPTORS = r"""
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
static int from[25], to[25], count;
static void pair(int reader, int writer) {
  if (reader < 0 || writer < 0) exit(2);
  from[count] = reader;
  to[count++] = writer;
}
static void tcp_pair(void) {
  struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof name;
  int listener = socket(AF_INET, SOCK_STREAM, 0), one = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (struct sockaddr *)&name, size) || listen(listener, 1) ||
      getsockname(listener, (struct sockaddr *)&name, &size) || connect(one, (struct sockaddr *)&name, size))
    exit(2);
  pair(accept(listener, 0, 0), one);
  close(listener);
}
int main(int argc, char **argv) {
  int ends[2];
  for (int i = 0; i < 10; i++) {
    char path[] = "/tmp/sysray-bench-XXXXXX";
    int writer = mkstemp(path);
    pair(open(path, O_RDONLY), writer);
    unlink(path);
  }
  for (int i = 0; i < 5; i++) pipe(ends) ? exit(2) : pair(ends[0], ends[1]);
  for (int i = 0; i < 5; i++) socketpair(AF_UNIX, SOCK_STREAM, 0, ends) ? exit(2) : pair(ends[0], ends[1]);
  for (int i = 0; i < 5; i++) tcp_pair();
  char byte = 'x';
  for (int i = 0; i < atoi(argv[argc - 1]) / 2; i++)
    if (write(to[i % count], &byte, 1) != 1 || read(from[i % count], &byte, 1) != 1) return 1;
}
"""


def compile_programs(scratch):
    for name, text in (("crowd", CROWD), ("naming", NAMING), ("descriptors", DESCRIPTORS)):
        (scratch / f"{name}.c").write_text(text)
        subprocess.run(["gcc", "-O1", scratch / f"{name}.c", "-o", scratch / name], check=True)


def tracer_of(pid):
    """The process that traces it, as soon as there is one."""
    for _ in range(5000):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("TracerPid:") and int(line.split()[1]):
                return int(line.split()[1])
        time.sleep(0.002)
    raise SystemExit(f"bench: nobody traces {pid}")


def name_children(scratch, tracer, count, counter=None):
    """Nanoseconds of the calls, and how many system calls the tracer made if they are counted."""
    program = subprocess.Popen([scratch / "naming", str(count)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    first = program.stdout.readline()
    if not first:
        return None
    traced = subprocess.Popen([*tracer, "-e", "trace=kill", "-e", "signal=none", "-o", scratch / "trace.out", "-p", first.strip()],
                              stderr=subprocess.DEVNULL)
    watched = tracer_of(int(first))
    if counter:
        counting = subprocess.Popen([counter, "--backend=ptrace", "--json", "-c", "-o", scratch / "counts", "-p", str(watched)],
                                    stderr=subprocess.DEVNULL)
        tracer_of(watched)
    time.sleep(0.1)
    program.stdin.write("\n")
    program.stdin.flush()
    nanoseconds = int(program.stdout.readline())
    program.wait()
    traced.wait()
    if not counter:
        return nanoseconds, 0
    counting.wait()
    summary = json.loads((scratch / "counts").read_text().splitlines()[-1])
    return nanoseconds, sum(call["calls"] for call in summary["calls"])


def translation_costs(sysray, scratch, rounds, quick):
    processes, names = (300, 20) if quick else (5000, 50)
    crowd = subprocess.Popen([scratch / "crowd", str(processes)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        crowd.stdout.readline()
        if name_children(scratch, ["strace"], names) is None:
            return ["No pid namespace can be made here."]
        lines = [f"One id of another pid namespace (`--pidns-translation`), on a machine with {processes} processes more; medians.", "",
                 "| tracer | system calls | µs |", "| --- | ---: | ---: |"]
        costs = {}
        for name, tracer in (("strace", ["strace"]), ("sysray", [sysray, "--backend=ptrace"])):
            plain = [name_children(scratch, tracer, names) for _ in range(rounds)]
            translated = [name_children(scratch, [*tracer, "--pidns-translation"], names) for _ in range(rounds)]
            calls = [name_children(scratch, [*tracer, *option], names, sysray)[1] for option in ([], ["--pidns-translation"])]
            time_of = [statistics.median(run[0] for run in runs) for runs in (plain, translated)]
            costs[name] = (calls[1] - calls[0]) / names, (time_of[1] - time_of[0]) / names / 1000
            lines.append(f"| {name} | {costs[name][0]:.1f} | {costs[name][1]:.1f} |")
        ratio = costs["strace"][0] / max(costs["sysray"][0], 1)
        lines += ["", f"strace makes {ratio:.0f} times as many system calls (where the count's noise says less than one, one is taken)."]
        return lines
    finally:
        crowd.stdin.close()
        crowd.wait()


def descriptor_costs(sysray, scratch, rounds, quick):
    calls = 4000 if quick else 100000
    tracers = {"native": [], "strace": ["strace", "-f"], "strace -yy": ["strace", "-f", "-yy"],
               "sysray": [sysray, "--backend=ptrace", "-f"], "sysray -yy": [sysray, "--backend=ptrace", "-f", "-yy"]}
    tried = subprocess.run([sysray, "--backend=bpf", "-o", "/dev/null", "true"], capture_output=True)
    if tried.returncode == 0:
        tracers["sysray bpf"] = [sysray, "--backend=bpf", "-f"]
        tracers["sysray bpf -yy"] = [sysray, "--backend=bpf", "-f", "-yy"]
    times = {name: [] for name in tracers}
    for _ in range(rounds):
        for name, tracer in tracers.items():
            log = ["-o", scratch / "trace.out"] if tracer else []
            start = time.perf_counter()
            subprocess.run([*tracer, *log, scratch / "descriptors", str(calls)], check=True)
            times[name].append(time.perf_counter() - start)

    def ratio(one, other):
        return statistics.median(a / b for a, b in zip(times[one], times[other]))

    lines = [f"{calls} reads and writes of 50 descriptors (20 of files, 10 each of pipes, unix and TCP sockets). The extra of `-yy` is "
             "what a call takes longer than without it.", "",
             "| tracer | ms | / native | / itself without -yy | / strace -yy | extra of -yy, µs a call |",
             "| --- | ---: | ---: | ---: | ---: | ---: |"]
    for name in tracers:
        plain = name.removesuffix(" -yy")
        cells = [f"{statistics.median(times[name]) * 1000:.1f}", f"{ratio(name, 'native'):.2f}"]
        if plain != name:
            extra = statistics.median((a - b) / calls for a, b in zip(times[name], times[plain])) * 1e6
            cells += [f"{ratio(name, plain):.2f}", f"{ratio(name, 'strace -yy'):.2f}", f"{extra:.2f}"]
        else:
            cells += ["", "", ""]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


def report(sysray, scratch, rounds, quick):
    """Lines of the section of bench/RESULTS.md."""
    if shutil.which("strace") is None:
        return []
    compile_programs(scratch)
    lines = ["## What names cost", "", *translation_costs(sysray, scratch, rounds, quick), ""]
    return lines + descriptor_costs(sysray, scratch, rounds, quick)
