#!/usr/bin/env python3
"""Runs one tracee program under sysray, once for every sink, and compares with what the program itself expects.

A program's first comment names the tracer's options: `// options: -e trace=openat -s 8`. Lines it prints are what the
text sink must show, in order; a line that starts with `~` is a regular expression. Further options, as --backend=bpf, can
follow on the command line.
"""

import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path


os.environ["TZ"] = "UTC"  # of the dates in expected lines


def options_of(source):
    for line in source.read_text().splitlines():
        if line.startswith("// options:"):
            return shlex.split(line.split(":", 1)[1])
    sys.exit(f"{source}: no line '// options:'")


def trace(tracer, options, program, folder):
    log = Path(folder) / "log"
    done = subprocess.run([tracer, "-o", log, *options, program], cwd=folder, capture_output=True, text=True,
                          errors="surrogateescape", timeout=60)
    if done.returncode != 0:
        sys.exit(f"{program} ended with {done.returncode}\n{done.stderr}")
    return done.stdout.splitlines(), log.read_text(errors="surrogateescape").splitlines()


def matches(expected, line):
    return re.fullmatch(expected[1:], line) if expected.startswith("~") else expected == line


def check_text(expected, lines):
    for number, (want, line) in enumerate(zip(expected, lines), 1):
        if not matches(want, line):
            sys.exit(f"text, line {number}:\nexpected {want}\n     got {line}")
    if len(expected) != len(lines):
        rest = lines[len(expected):] or expected[len(lines):]
        sys.exit(f"text: {len(expected)} lines expected, {len(lines)} came; the rest:\n" + "\n".join(rest))


def call_of(line):
    """Name and result of a text line of a call, or None."""
    found = re.match(r"(?:\[pid +\d+\] |\d+ +)?(\w+)\(.*\) += (-?\d+|0x[0-9a-f]+|\?)", line)
    return (found.group(1), found.group(2)) if found else None


def check_json(lines, text):
    calls = [call for call in map(call_of, text) if call]
    events = [json.loads(line) for line in lines]
    seen = [event for event in events if event.get("type") == "call"]
    if [event["call"] for event in seen] != [name for name, _ in calls]:
        sys.exit(f"json: calls differ: {[event['call'] for event in seen]} and {[name for name, _ in calls]}")
    for event, (name, result) in zip(seen, calls):
        for key in ("pid", "tid", "args", "time", "duration", "abi"):
            if key not in event:
                sys.exit(f"json: {name} without {key}: {event}")
        failed = result == "-1" and "error" in event
        if ("error" in event) and not failed and result != "?":
            sys.exit(f"json: {name} = {result} carries an error: {event}")


def check_summary(lines, text):
    calls = [name for name, _ in filter(None, map(call_of, text))]
    counted = {}
    for line in lines:
        cells = line.split()
        if len(cells) >= 5 and re.fullmatch(r"[\d.]+", cells[0]) and cells[-1] != "total":
            counted[cells[-1]] = int(cells[3])
    for name in set(calls):
        if counted.get(name) != calls.count(name):
            sys.exit(f"summary: {name}: {calls.count(name)} calls, the table says {counted.get(name)}")


def main():
    sysray, program, source, extra = sys.argv[1], sys.argv[2], Path(sys.argv[3]), sys.argv[4:]
    if "--backend=bpf" in extra:
        tried = subprocess.run([sysray, *extra, "-o", "/dev/null", "true"], capture_output=True, text=True)
        if tried.returncode != 0 and "BPF backend" in tried.stderr:
            print("skipped:", tried.stderr.strip())
            sys.exit(77)
    strace = str(Path(sysray).parent / "strace")
    options = [*extra, *options_of(source)]
    with tempfile.TemporaryDirectory() as folder:
        expected, text = trace(strace, ["-a1", *options], program, folder)
        check_text(expected, text)
        _, lines = trace(sysray, ["--json", *options], program, folder)
        check_json(lines, text)
        _, lines = trace(strace, ["-c", *options], program, folder)
        check_summary(lines, text)


if __name__ == "__main__":
    main()
