#!/usr/bin/env python3
"""Runs every workload under every tracer, interleaved, and writes medians and ratios to bench/RESULTS.md.

Machines are noisy: only ratios within one interleaved run mean something. Each round runs each tracer once on a
workload; a row shows the median wall time of each, and sysray's median of the per-round ratios to strace.
"""

import argparse
import os
import platform
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import bystanders
import resolving

ROOT = Path(__file__).resolve().parent.parent

SMALL_READS = r"""
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>
static void *reader(void *arg) {
  (void)arg;
  char byte;
  int fd = open("/dev/zero", O_RDONLY);
  for (int i = 0; i < READS; i++)
    if (read(fd, &byte, 1) != 1) return (void *)1;
  return 0;
}
int main(void) {
  pthread_t threads[8];
  for (int i = 0; i < 8; i++) pthread_create(&threads[i], 0, reader, 0);
  for (int i = 0; i < 8; i++) pthread_join(threads[i], 0);
}
"""

FORKS = "i=0; while [ $i -lt 200 ]; do /bin/true; i=$((i+1)); done"

COMPILED = "#include <string>\n#include <vector>\nint main() { std::vector<std::string> v; return v.size(); }\n"


class Workload:
    def __init__(self, name, argv, cwd=None):
        self.name, self.argv, self.cwd = name, argv, cwd


def prepare(scratch, quick):
    """Builds what the workloads need, and returns them."""
    reads = 2000 if quick else 20000
    source = scratch / "reads.c"
    source.write_text(SMALL_READS.replace("READS", str(reads)))
    subprocess.run(["gcc", "-O1", "-pthread", source, "-o", scratch / "reads"], check=True)
    (scratch / "unit.cc").write_text(COMPILED)
    repository = scratch / "repository"
    repository.mkdir()
    git = ["git", "-C", repository, "-c", "user.name=bench", "-c", "user.email=bench@localhost"]
    subprocess.run([*git, "init", "-q"], check=True)
    for i in range(400):
        (repository / f"file{i}").write_text(str(i))
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-qm", "files"], check=True)
    blocks = "5000" if quick else "300000"
    return [
        Workload("dd bs=1", ["dd", "if=/dev/zero", "of=/dev/null", "bs=1", f"count={blocks}"]),
        Workload("find /usr/include", ["find", "/usr/include"]) if quick else Workload("find /usr", ["find", "/usr"]),
        Workload("git status", ["git", "status"], repository),
        Workload("200 forks", ["sh", "-c", FORKS]),
        Workload("g++ compile", ["g++", "-c", str(scratch / "unit.cc"), "-o", "/dev/null"]),
        Workload("python import", ["python3", "-c", "import asyncio"]),
        Workload("8 threads of reads", [str(scratch / "reads")]),
        Workload("start-up of true", ["true"]),
    ]


def tracers(sysray, with_perf):
    """Name and command prefix; {out} is the output file. None: the tracer is not installed."""
    rows = {"native": [], "strace": ["strace", "-f", "-o", "{out}"], "sysray": [sysray, "--backend=ptrace", "-f", "-o", "{out}"]}
    tried = subprocess.run([sysray, "--backend=bpf", "-o", "/dev/null", "true"], capture_output=True)
    if tried.returncode == 0:
        rows["sysray bpf"] = [sysray, "--backend=bpf", "-f", "-o", "{out}"]
        # What a filter costs that no call passes.
        rows["sysray bpf, none picked"] = [sysray, "--backend=bpf", "-f", "-e", "trace=reboot", "-o", "{out}"]
        rows["sysray auto"] = [sysray, "-f", "-o", "{out}"]
        rows["sysray auto, none picked"] = [sysray, "-f", "-e", "trace=reboot", "-o", "{out}"]
    if with_perf and shutil.which("perf"):
        rows["perf trace"] = ["perf", "trace", "-o", "{out}"]
    return rows


def start_under(prefix, workload, out):
    # The next tracer need not take the time to throw away what the former one has written.
    out.unlink(missing_ok=True)
    argv = [part.format(out=out) for part in prefix] + workload.argv
    return subprocess.Popen(argv, cwd=workload.cwd, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)


def ended(process):
    if process.wait() != 0:
        sys.exit(f"bench: {' '.join(map(str, process.args))} ended with {process.returncode}")


def run(prefix, workload, out):
    """Wall seconds."""
    start = time.perf_counter()
    process = start_under(prefix, workload, out)
    process.wait()
    seconds = time.perf_counter() - start
    ended(process)
    return seconds


def peak_memory(prefix, workload, out):
    """Peak resident KiB of the tracer, in a run of its own that is looked at all the time: what wait4 tells would be
    that of the largest process that the tracer has waited for, mostly the program."""
    process = start_under(prefix, workload, out)
    status = Path(f"/proc/{process.pid}/status")
    peak = 0
    while process.poll() is None:
        found = re.search(r"VmHWM:\s+(\d+)", status.read_text())
        if found:
            peak = max(peak, int(found[1]))
        time.sleep(0.001)
    ended(process)
    return peak


def measure(workloads, commands, rounds, scratch):
    results = {}
    for workload in workloads:
        times = {name: [] for name in commands}
        repeat = 5 if workload.name.startswith("start-up") else 1
        for _ in range(rounds * repeat):
            for name, prefix in commands.items():
                times[name].append(run(prefix, workload, scratch / "trace.out"))
        peak = {name: peak_memory(commands[name], workload, scratch / "trace.out") for name in backends(commands)}
        results[workload.name] = (times, peak)
        print(row(workload.name, times, peak, commands), flush=True)
    return results


def backends(commands):
    return [name for name in commands if name.startswith("sysray")]


def row(name, times, peak, commands):
    medians = {tracer: statistics.median(values) for tracer, values in times.items()}
    cells = [f"{medians[tracer] * 1000:.1f}" for tracer in commands]
    for ours in backends(commands):
        ratios = [a / b for a, b in zip(times[ours], times["strace"])]
        cells.append(f"{statistics.median(ratios):.3f}")
        cells.append(f"{statistics.median(a / b for a, b in zip(times[ours], times['native'])):.2f}")
        cells.append(f"{peak[ours] / 1024:.1f}")
    return f"| {name} | " + " | ".join(cells) + " |"


def report(results, commands, decode, names, rounds, quick):
    def field(path, key):
        for line in Path(path).read_text().splitlines():
            if line.startswith(key):
                return line.split(":", 1)[1].strip()
        return "?"

    version = subprocess.run(["strace", "-V"], capture_output=True, text=True).stdout.splitlines()[0]
    lines = [
        "# Benchmark results",
        "",
        "Written by `make bench`. Wall times are medians of interleaved rounds, in ms; ratios are medians of the rounds'",
        "ratios. Absolute figures are those of one noisy machine: only ratios carry over.",
        "",
        f"- kernel: {platform.release()} {platform.machine()}",
        f"- processor: {field('/proc/cpuinfo', 'model name')}, {os.cpu_count()} cores",
        f"- peer: {version}; both write to a file with `-f -o FILE`",
        f"- rounds: {rounds}{', small workloads (--quick)' if quick else ''}",
        "",
        "| workload | " + " | ".join(f"{name} ms" for name in commands)
        + "".join(f" | {ours} / strace | {ours} / native | {ours} peak MiB" for ours in backends(commands)) + " |",
        "| --- |" + " ---: |" * (len(commands) + 3 * len(backends(commands))),
    ]
    lines += [row(name, times, peak, commands) for name, (times, peak) in results.items()]
    if decode:
        lines += ["", "## Decoding recorded raw events, one core", "", *decode]
    if names:
        lines += ["", *names]
    return "\n".join(lines) + "\n"


def decode_rates(binary):
    """Lines of a table from the micro benchmark, if it was built. Where a processor is shared, its speed changes from one
    repetition to the next: the best is that of the code, the median that of the machine."""
    if not binary.exists():
        return []
    out = subprocess.run([binary, "--benchmark_format=csv", "--benchmark_repetitions=15"], capture_output=True, text=True,
                         check=True).stdout
    rates = {}
    for text in out.splitlines():
        cells = text.split(",")
        name = cells[0].strip('"')
        if len(cells) > 6 and cells[6] and cells[1].isdigit() and name.startswith("decode_") and name.count("_") < 3:
            if not name.endswith(("_mean", "_median", "_stddev", "_cv")):
                rates.setdefault(name, []).append(float(cells[6]) / 1e6)
    lines = ["| sink | median of 15, million calls a second | best |", "| --- | ---: | ---: |"]
    lines += [f"| {name} | {statistics.median(each):.2f} | {max(each):.2f} |" for name, each in rates.items()]
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sysray", default=str(ROOT / "build" / "sysray"))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--quick", action="store_true", help="small workloads, to see that the benchmark itself works")
    parser.add_argument("--no-perf", action="store_true", help="leave perf trace out")
    parser.add_argument("--output", default=str(ROOT / "bench" / "RESULTS.md"))
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        commands = tracers(options.sysray, not options.no_perf)
        workloads = prepare(scratch, options.quick)
        for workload in workloads:  # warm caches
            run([], workload, scratch / "trace.out")
        results = measure(workloads, commands, options.rounds, scratch)
        names = resolving.report(options.sysray, scratch, options.rounds, options.quick)
        names += ["", *bystanders.report(options.sysray, scratch, options.rounds)]
        text = report(results, commands, decode_rates(Path(options.sysray).parent / "bin" / "decode_bench"), names,
                      options.rounds, options.quick)
    Path(options.output).write_text(text)
    print(f"written to {options.output}")


if __name__ == "__main__":
    main()
