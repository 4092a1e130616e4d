"""What the tests of the BPF backend have in common."""

import os
import re
import subprocess
import sys
import tempfile
import threading
import time

SYSRAY = os.environ["SYSRAY"]


def require_backend():
    """Ends the test, as skipped, where BPF is not permitted."""
    tried = subprocess.run([SYSRAY, "--backend=bpf", "-o", "/dev/null", "true"], capture_output=True, text=True)
    if tried.returncode != 0 and "BPF backend" in tried.stderr:
        print("skipped:", tried.stderr.strip())
        sys.exit(77)


class SlowReader(threading.Thread):
    """Reads a FIFO into a file: stalls at first, then every so many bytes for a moment."""

    def __init__(self, fifo, path, stall, every, pause):
        super().__init__()
        self.fifo, self.path, self.stall, self.every, self.pause = fifo, path, stall, every, pause

    def run(self):
        with open(self.fifo, "rb") as source, open(self.path, "wb") as target:
            time.sleep(self.stall)
            unpaused = 0
            while chunk := source.read1(1 << 16):
                target.write(chunk)
                unpaused += len(chunk)
                if unpaused > self.every:
                    time.sleep(self.pause)
                    unpaused = 0


def trace_slowly(argv, *, ring, stall=0.0, every=1 << 30, pause=0.0, options=()):
    """Runs argv under the backend with a reader that is slow; returns the program's result, the statistics and the trace."""
    with tempfile.TemporaryDirectory() as scratch:
        fifo, path = scratch + "/fifo", scratch + "/trace"
        os.mkfifo(fifo)
        reader = SlowReader(fifo, path, stall, every, pause)
        reader.start()
        result = subprocess.run(
            [SYSRAY, "--backend=bpf", f"--ring-size={ring}", "-d", "-f", *options, "-o", fifo, *argv],
            capture_output=True, text=True, timeout=250)
        reader.join()
        with open(path, errors="replace") as trace:
            return result, statistics(result.stderr), trace.read()


def check_numbered(trace, threads, calls, label):
    """That the trace of numbered.c has each call of each thread once, in order, with its end."""
    seen = {}
    # A call that others interrupt is two lines; its start has the offset.
    for thread, offset in re.findall(r"^(\d+) +pwrite64\(\d+[^,]*, \"x\", 1, (\d+)", trace, re.M):
        seen.setdefault(thread, []).append(int(offset))
    assert len(seen) == threads, f"{label}: {len(seen)} threads seen"
    for thread, offsets in seen.items():
        assert offsets == list(range(calls)), f"{label}: thread {thread} shows {len(offsets)} calls"
    ends = len(re.findall(r"^\d+ +(?:pwrite64\(.*|<\.\.\. pwrite64 resumed>) *\) += 1$", trace, re.M))
    assert ends == threads * calls, f"{label}: {ends} ends of calls"


def statistics(messages):
    found = re.search(r"(\d+) records, (\d+) stops, (\d+) lost, (\d+) entries completed late", messages)
    assert found, "no statistics in: " + messages
    return dict(zip(("records", "stops", "lost", "late"), map(int, found.groups())))
