"""Nothing stays behind in the kernel, and no program stays stopped: neither after an end nor after SIGKILL."""

import os
import signal
import subprocess
import sys
import tempfile
import time

from kernel_objects import ids, names_of
from support import SYSRAY, require_backend

NUMBERED = sys.argv[1]


def left_by(before):
    """What has come since and does not go away. Objects go a grace period after their last user."""
    appeared = {kind: now - before[kind] for kind, now in ids().items()}
    deadline = time.monotonic() + 60
    while any(left := {kind: appeared[kind] & now for kind, now in ids().items()}.values()):
        if time.monotonic() > deadline:
            return [f"{kind} {names_of(kind, left[kind])}" for kind in left if left[kind]]
        time.sleep(0.2)
    return []


def pipes(pid):
    try:
        folder = f"/proc/{pid}/fd"
        return {link for fd in os.listdir(folder) if (link := os.readlink(f"{folder}/{fd}")).startswith("pipe:")}
    except OSError:
        return set()


def guards(tracer):
    """The process that would help the program when the tracer is killed: they have a pipe in common."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/comm") as comm:
                if comm.read() == "sysray-guard\n" and pipes(pid) & pipes(tracer):
                    yield int(pid)
        except OSError:
            pass


require_backend()
before = ids()
for how in ["--backend=bpf"], ["--no-ptrace"], ["--all"]:
    subprocess.run([SYSRAY, *how, "-o", "/dev/null", "true"], check=True)
assert not left_by(before), left_by(before)

for how in ["--backend=bpf"], ["--no-ptrace"], ["--all"]:
    for every_process in False, True:
        before = ids()
        with tempfile.TemporaryDirectory() as scratch:
            fifo = scratch + "/fifo"
            os.mkfifo(fifo)
            tracer = subprocess.Popen([SYSRAY, *how, "--ring-size=64", "-f", "-o", fifo, "sh", "-c",
                                       f"echo $$; exec {NUMBERED} 2 100000"], stdout=subprocess.PIPE, text=True)
            # The reader does not read: with ptrace the threads stand still for back-pressure before long.
            with open(fifo, "rb"):
                program = int(tracer.stdout.readline())
                time.sleep(0.7)
                assert all(now - before[kind] for kind, now in ids().items()), "nothing is there: the test tests nothing"
                killed = list(guards(tracer.pid)) if every_process else []
                assert len(killed) == (every_process and how == ["--backend=bpf"]), killed
                for pid in [*killed, tracer.pid]:
                    os.kill(pid, signal.SIGKILL)
                tracer.wait()
                # The program goes on as if nothing had been; unless its guard is gone, too.
                while killed and os.path.exists(f"/proc/{program}"):
                    os.kill(program, signal.SIGCONT)
                    time.sleep(0.1)
                assert tracer.stdout.read() == "done\n"
        assert not left_by(before), (how, left_by(before))
        print(*how, "killed, with its guard" if killed else "killed")
