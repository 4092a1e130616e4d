"""--no-ptrace tells of the lives of threads what ptrace tells, but for what the kernel does only for a tracer: it discards
signals that the program ignores, and ends a process by a fatal signal without delivering it."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter

from support import SYSRAY, require_backend

TRACEE = sys.argv[1]
CALLS = "trace=execve,exit,exit_group,kill,tgkill,nanosleep,getppid"


def trace(how, *argv, options=()):
    with tempfile.NamedTemporaryFile("r") as file:
        done = subprocess.run([SYSRAY, *how, "-f", "-e", CALLS, *options, "-o", file.name, *argv], capture_output=True,
                              text=True, timeout=60)
        return done.returncode, file.read()


def normal(text):
    """Lines without what differs from run to run, counted; calls that are in two lines are whole."""
    lines, begun = Counter(), {}
    for line in text.splitlines():
        pid, line = line.split(maxsplit=1)
        if line.endswith(" <unfinished ...>"):
            begun[pid] = line.removesuffix(" <unfinished ...>")
            continue
        if resumed := re.match(r"<\.\.\. \w+ resumed>", line):
            line = begun.pop(pid, "") + line[resumed.end():]
        line = re.sub(r"si_[us]time=\d+", "TIME", re.sub(r"0x[0-9a-f]{4,}", "ADDRESS", line))
        lines[re.sub(r"\b\d{3,}\b", "ID", re.sub(r"\s+", " ", line))] += 1
    return lines


def check(*argv, not_delivered=(), killed_within=False):
    status, by_ptrace = trace(["--backend=ptrace"], TRACEE, *argv)
    observed_status, observed = trace(["--no-ptrace"], TRACEE, *argv)
    expected, found = normal(by_ptrace), normal(observed)
    for line in list(expected):
        if line.startswith(tuple(f"--- {name} " for name in not_delivered)):
            del expected[line]
        elif killed_within and re.match(r"t?g?kill\(.*= 0$", line):
            expected[line[:-1] + "?"] += expected.pop(line)
    assert status == observed_status, (argv, status, observed_status)
    assert expected == found, f"{argv}\nmissing: {expected - found}\nbesides: {found - expected}\n{observed}"
    assert any("+++" in line for line in found), observed
    print(*argv, sum(found.values()), "lines")


require_backend()
check("exit", "3")
check("die", str(int(signal.SIGSEGV)))
check("die", str(int(signal.SIGTERM)), not_delivered=["SIGTERM"], killed_within=True)
check("threads", "6", "3")
check("thread_exec", "exit", "4")
check("killed_threads")
check("fork_storm", "40", not_delivered=["SIGCHLD"])
check("killed_children", "20", not_delivered=["SIGCHLD"])
check("vfork_exec", "exit", "5", not_delivered=["SIGCHLD"])
check("clones", not_delivered=["SIGCHLD"])
check("exec", "5", "exit", "6")
check("int80")

# What could not be started says why; the status is as ever.
for program, said in (("/dev/null", "exec: Permission denied"), ("/nonexistent", "Cannot stat")):
    done = subprocess.run([SYSRAY, "--no-ptrace", "-o", "/dev/null", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and said in done.stderr, done

# The tracer as a grandchild: the program stays the caller's child.
with tempfile.NamedTemporaryFile("r") as file:
    child = subprocess.Popen([SYSRAY, "--no-ptrace", "-D", "-e", CALLS, "-o", file.name, TRACEE, "exit", "9"])
    assert child.wait(timeout=60) == 9
    deadline = time.monotonic() + 30
    while "+++ exited with 9 +++" not in (shown := file.read()) and time.monotonic() < deadline:
        file.seek(0)
        time.sleep(0.05)
    assert "exit_group(9)" in shown and "+++ exited with 9 +++" in shown, shown

# Interrupted, it leaves a process alone that it had found, and ends the program that it had started.
with tempfile.NamedTemporaryFile("r") as file:
    other = subprocess.Popen([TRACEE, "wait"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert other.stdout.readline() == "ready\n"
    tracer = subprocess.Popen([SYSRAY, "--no-ptrace", "-o", file.name, "-p", str(other.pid)], stderr=subprocess.PIPE, text=True)
    assert f"Process {other.pid} attached" in tracer.stderr.readline()
    tracer.send_signal(signal.SIGINT)
    assert f"Process {other.pid} detached" in tracer.stderr.read()
    assert tracer.wait(timeout=60) == -signal.SIGINT
    other.stdin.close()
    assert other.wait(timeout=60) == 5
    started = subprocess.Popen([SYSRAY, "--no-ptrace", "-I", "waiting", "-o", file.name, TRACEE, "wait"],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert started.stdout.readline() == "ready\n"
    started.send_signal(signal.SIGTERM)
    assert started.wait(timeout=60) == -signal.SIGTERM
    assert started.stdout.read() == "", "the program lives on"
assert not os.path.exists(f"/proc/{other.pid}")

# -d tells what it costs.
told = subprocess.run([SYSRAY, "--no-ptrace", "-d", "-o", "/dev/null", "true"], capture_output=True, text=True).stderr
costs = re.search(r"loaded in ([\d.]+) ms, attached in ([\d.]+) ms; (\d+) KiB in maps, (\d+) KiB of them rings; sysray itself "
                  r"has (\d+) KiB, at most (\d+) KiB", told)
assert costs and all(float(cost) > 0 for cost in costs.groups()), told
assert int(costs[4]) < int(costs[3]) and int(costs[5]) <= int(costs[6]), told
