#!/usr/bin/env python3
"""Traces a real command with the installed strace and with sysray, and compares what they show, process by process.

Two runs of a program never agree to the byte, so what changes from run to run is folded first (addresses, ids, times,
random bytes), and a line that still differs must be explained: by EXPLAINED (what strace 7.2 shows otherwise than the
installed older strace), or because two runs of strace itself differ at that line.
"""

import argparse
import difflib
import re
import shlex
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
ATTEMPTS = 5

FOLDS = [
    (r"0x[0-9a-f]{5,16}", "ADDRESS"),
    (r'(getrandom\()"[^"]*"(?:\.\.\.)?', r'\1RANDOM'),
    (r"\b(tv_n?u?sec|tv_sec|st_[acm]time(?:_nsec)?|stx_[abcm]time|si_[us]time|ru_[us]time|tms_\w+|f_\w+|l_pid)=[^,}]*", r"\1=TIME"),
    (r"\b(si_pid|pid|l_pid|child_tid|parent_tid)=\[?-?\d+\]?", r"\1=ID"),
    (r"\b(parent_tid|child_tid)=\[\d+\]", r"\1=ID"),
    (r"\b(getpid|getppid|gettid|getpgrp|getsid|fork|vfork|set_tid_address|setsid|getpgid|wait4|waitid|clone3?|pidfd_open)"
     r"(\(.*\)) += \d+", r"\1\2 = ID"),
    (r"^(wait4|kill|tgkill|tkill|setpgid|prlimit64|getpgid|rt_tgsigqueueinfo)\((\d{2,}(?:, \d{2,})?)", r"\1(ID"),
    (r"/proc/\d+", "/proc/ID"),
    (r"(uptime|loads|freeram|bufferram|freeswap|procs|totalram)=\[?[^,}]*", r"\1=N"),
    (r"/tmp/[\w.-]+", "/tmp/NAME"),
    (r"inode=\d+|ino=\d+|:\[\d+\]", "INODE"),
    (r'^(write\(\d, ")\d+ bytes .*', r"\1TRANSFER RATE"),
    (r"^(times|time|clock_gettime|gettimeofday)\(.*", r"\1"),
]

# What strace 7.2 is specified to show otherwise than strace 6.1: (line of either, reason).
EXPLAINED = [(re.compile(pattern), reason) for pattern, reason in (
    line.split("\t") for line in (HERE / "explained.tsv").read_text().splitlines() if line and not line.startswith("#"))]


def fold(line):
    for pattern, by in FOLDS:
        line = re.sub(pattern, by, line)
    return re.sub(r"\) +=", ") =", line)


def trace(tracer, command, folder, options):
    """Folded lines of each process, in order of creation."""
    prefix = folder / "log"
    for old in folder.glob("log.*"):
        old.unlink()
    subprocess.run(["setarch", "-R", *shlex.split(tracer), "-ff", "-o", prefix, *options, "sh", "-c", command], cwd=folder, check=False,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120)
    logs = sorted(folder.glob("log.*"), key=lambda path: int(path.suffix[1:]))
    return [[fold(line) for line in log.read_text(errors="surrogateescape").splitlines()] for log in logs]


def flat(processes):
    return [line for lines in processes for line in lines]


def differences(ours, theirs):
    changed = difflib.unified_diff(flat(theirs), flat(ours), lineterm="", n=0)
    return [line for line in changed if line[:1] in "+-" and line[:3] not in ("+++", "---")]


def command_named(name, commands):
    for line in commands.read_text().splitlines():
        if line.startswith(f"{name}: "):
            return line.split(": ", 1)[1].replace("\\n", "\n")
    sys.exit(f"no command '{name}' in {commands}")


def explained(line):
    return any(pattern.search(line[1:]) for pattern, _ in EXPLAINED)


def compare(options, command):
    """Lines that differ and that nothing explains."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        theirs = trace(options.peer, command, folder, options.option)
        again = trace(options.peer, command, folder, options.option)
        ours = trace(options.sysray_strace, command, folder, options.option)
    if not flat(ours):
        sys.exit("nothing was traced")
    # Lines in which the peer differs from itself say nothing about us.
    unstable = {line[1:].split("(")[0] for line in differences(again, theirs)}
    found = differences(ours, theirs)
    left = [line for line in found if not explained(line) and line[1:].split("(")[0] not in unstable]
    left = without_moves(left)
    print(f"{len(flat(theirs))} lines, {len(found)} differ, {len(left)} unexplained; unstable in the peer: {sorted(unstable)}")
    return left


def without_moves(lines):
    """Leaves out lines that both show, on either side of one that is explained."""
    counts = Counter(line[1:] for line in lines if line[0] == "+")
    counts.subtract(line[1:] for line in lines if line[0] == "-")
    return [line for line in lines if counts[line[1:]] != 0]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sysray_strace", help="sysray under the name strace, with options if need be")
    parser.add_argument("name", help="name of the command")
    parser.add_argument("--from", dest="commands", type=Path, default=HERE / "commands.txt", help="file of commands")
    parser.add_argument("--peer", default="strace")
    parser.add_argument("--option", action="append", default=[])
    options = parser.parse_args()
    tried = subprocess.run([*shlex.split(options.sysray_strace), "-o", "/dev/null", "true"], capture_output=True, text=True)
    if tried.returncode != 0 and "BPF backend" in tried.stderr:
        print("skipped:", tried.stderr.strip())
        sys.exit(77)
    command = command_named(options.name, options.commands)
    # A difference that does not come back is the program's own: pipes fill, children end in any order.
    for _ in range(ATTEMPTS):
        left = compare(options, command)
        if not left:
            return
    print("\n".join(left[:60]))
    sys.exit(1)


if __name__ == "__main__":
    main()
