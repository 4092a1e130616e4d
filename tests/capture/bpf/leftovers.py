"""Nothing stays behind in the kernel, and no program stays stopped: neither after an end nor after SIGKILL."""

import os
import signal
import subprocess
import sys
import tempfile
import time

from support import SYSRAY, require_backend

NUMBERED = sys.argv[1]


def in_kernel():
    """Ids of all BPF programs, maps and links of ours."""
    found = {}
    for kind in ("prog", "map", "link"):
        listed = subprocess.run(["bpftool", kind, "list"], capture_output=True, text=True)
        if listed.returncode != 0:
            print("skipped: bpftool", listed.stderr)
            sys.exit(77)
        found[kind] = {line.split(":")[0] for line in listed.stdout.splitlines() if line[:1].isdigit()}
    return found


def settled(before):
    """Programs and maps go away a grace period after their last user."""
    for _ in range(100):
        left = {kind: ids - before[kind] for kind, ids in in_kernel().items()}
        if not any(left.values()):
            return {}
        time.sleep(0.1)
    return left


require_backend()
before = in_kernel()
subprocess.run([SYSRAY, "--backend=bpf", "-o", "/dev/null", "true"], check=True)
assert not settled(before), settled(before)

with tempfile.TemporaryDirectory() as scratch:
    fifo = scratch + "/fifo"
    os.mkfifo(fifo)
    tracer = subprocess.Popen([SYSRAY, "--backend=bpf", "--ring-size=64", "-f", "-o", fifo, NUMBERED, "2", "300000"],
                              stdout=subprocess.PIPE, text=True)
    # The reader does not read: the threads stand still for back-pressure before long.
    with open(fifo, "rb"):
        time.sleep(1.0)
        assert {kind for kind, ids in in_kernel().items() if ids - before[kind]} == {"prog", "map", "link"}
        tracer.send_signal(signal.SIGKILL)
        tracer.wait()
        # The program goes on as if nothing had been.
        assert tracer.stdout.read() == "done\n"
assert not settled(before), settled(before)
