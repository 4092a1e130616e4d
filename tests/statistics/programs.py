#!/usr/bin/env python3
"""programs.py COUNTED: reports on a program whose calls are known."""
import json
import os
import subprocess
import sys

STRACE, SYSRAY, COUNTED = os.environ["STRACE"], os.environ["SYSRAY"], os.path.abspath(sys.argv[1])
failures = []


def check(what, holds, seen=""):
    if not holds:
        failures.append(f"{what}: {seen}")


def run(options, program, tracer=SYSRAY):
    return subprocess.run([tracer, *options, COUNTED, *program], text=True, stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=120, check=True)


def summaries(options, program):
    """What --json reports: whole run last."""
    lines = [json.loads(line) for line in run(["-c", "--json", *options], program).stderr.splitlines() if line.startswith("{")]
    check("begins with a header", lines[0]["type"] == "header", lines[0])
    return lines[1:]


def rows(report, table="calls"):
    return {row["name"]: row for row in report[table]}


def table(text):
    """The last column of a report: the row of each name, as words."""
    return {line.split()[-1]: line.split() for line in text.splitlines() if line and not line.startswith("-")}


def fast_calls():
    count = 10000
    done = run(["-c", "--json", "-e", "trace=getppid"], ["fast", str(count)])
    cpu, rusage = map(int, done.stdout.split())
    report = [json.loads(line) for line in done.stderr.splitlines()][-1]
    times = rows(report)["getppid"]["system_time"]
    print(f"{count} getppid: system times {times['total'] / 1e6:.3f} ms in all, least {times['min']} ns, "
          f"p50 {times['p50']} ns, p99 {times['p99']} ns; the thread's CPU time {cpu / 1e6:.3f} ms, "
          f"ru_stime {rusage / 1e6:.3f} ms")
    check("each is counted", rows(report)["getppid"]["calls"] == count, rows(report))
    check("no call takes no time", times["min"] > 0, times)
    check("a fast call is fast", times["p50"] < 100_000, times)
    check("what calls take is within what the thread takes", 0 < times["total"] <= cpu, (times, cpu))
    check("percentiles are in order", times["min"] <= times["p50"] <= times["p90"] <= times["p99"] <= times["max"], times)

    shown = table(run(["-c", "-e", "trace=getppid"], ["fast", "100"]).stderr)["getppid"]
    check("a table to the nanosecond", len(shown[1].split(".")[1]) == 9 and float(shown[1]) > 0, shown)
    shown = table(run(["-c", "-e", "trace=getppid"], ["fast", "100"], tracer=STRACE).stderr)["getppid"]
    check("as strace to the microsecond", len(shown[1].split(".")[1]) == 6, shown)
    less = table(run(["-c", "-O", "1s", "-e", "trace=getppid"], ["fast", "100"]).stderr)["getppid"]
    check("an overhead is taken off", float(less[1]) == 0, less)


def clocks():
    both = rows(summaries(["-e", "trace=clock_nanosleep"], ["naps", "2"])[-1])["clock_nanosleep"]
    check("a nap takes time", both["duration"]["min"] >= 50_000_000, both)
    check("... but no CPU time", 0 < both["system_time"]["max"] < 20_000_000, both)
    wall = run(["-c", "-w", "-U", "min-time,wall-p50,calls,name", "-e", "trace=clock_nanosleep"], ["naps", "2"]).stderr
    least, median, calls, _ = table(wall)["clock_nanosleep"]
    check("-w", float(least) >= 0.05 and float(median) >= 49000 and calls == "2", wall)
    text = run(["-c", "--histogram", "-e", "trace=clock_nanosleep"], ["naps", "2"]).stderr
    check("a histogram", "33.6 ms ..    67.1 ms " in text, text)


def tables():
    options = ["-f", "--summary-by=error,process,fd,path", "-e", "trace=openat,close", "-P", "/dev/null", "-P", "/dev/zero",
               "-P", "/does/not/exist"]
    report = summaries(options, ["files"])[-1]
    calls = {name: (row["calls"], row["errors"]) for name, row in rows(report, "by_path").items()}
    check("by path", calls == {"/dev/null": (6, 0), "/does/not/exist": (1, 1), "/dev/zero": (2, 0)}, calls)
    names = {name.split()[1].split("<")[-1] for name in rows(report, "by_descriptor")}
    check("by descriptor", names == {"/dev/null>", "/dev/zero>"}, report["by_descriptor"])
    check("by error", list(rows(report, "by_error")) == ["openat ENOENT"], report["by_error"])
    processes = sorted((row["calls"], row["name"].split()[1]) for row in report["by_process"])
    check("by process", processes == [(2, "counted"), (7, "counted")], processes)


def intervals():
    reports = summaries(["--summary-interval=100ms", "-e", "trace=clock_nanosleep"], ["naps", "8"])
    parts, whole = reports[:-1], reports[-1]
    check("a report on each interval", len(parts) >= 3 and not any(part["whole_run"] for part in parts), reports)
    check("one on all", whole["whole_run"] and rows(whole)["clock_nanosleep"]["calls"] == 8, whole)
    check("intervals add up", sum(rows(part)["clock_nanosleep"]["calls"] for part in parts) == 8, parts)
    check("intervals follow each other", all(a["end"] <= b["begin"] for a, b in zip(parts, parts[1:])), parts)


for part in (fast_calls, clocks, tables, intervals):
    part()
print("\n".join(failures))
sys.exit(1 if failures else 0)
