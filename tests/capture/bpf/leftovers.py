"""Nothing stays behind in the kernel, and no program stays stopped: neither after an end nor after SIGKILL."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time

from support import SYSRAY, require_backend

NUMBERED = sys.argv[1]
ours = set()


def in_kernel():
    """Ids of all BPF programs, maps and links, but for what running processes hold that are none of ours."""
    # bpftool opens each map that it lists. Linux (6.18, prog_array_map_clear) loses a reference to a map of programs
    # that is opened just when its last user closes it, and the map stays for ever: so not at once.
    time.sleep(1)
    found = {}
    for kind in ("prog", "map", "link"):
        listed = subprocess.run(["bpftool", "-j", kind, "list"], capture_output=True, text=True)
        if listed.returncode != 0:
            print("skipped: bpftool", listed.stderr)
            sys.exit(77)
        found[kind] = {one["id"] for one in json.loads(listed.stdout) if not held_by_others(one)}
    return found


def held_by_others(one):
    return any(holder["pid"] not in ours and holder["comm"] != "sysray-guard" for holder in one.get("pids", []))


def settled(before):
    """Programs and maps go away a grace period after their last user."""
    for _ in range(10):
        left = {kind: ids - before[kind] for kind, ids in in_kernel().items()}
        if not any(left.values()):
            return {}
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
    ours.add(tracer.pid)
    # The reader does not read: the threads stand still for back-pressure before long.
    with open(fifo, "rb"):
        time.sleep(1.0)
        assert {kind for kind, ids in in_kernel().items() if ids - before[kind]} == {"prog", "map", "link"}
        tracer.send_signal(signal.SIGKILL)
        tracer.wait()
        # The program goes on as if nothing had been.
        assert tracer.stdout.read() == "done\n"
assert not settled(before), settled(before)
