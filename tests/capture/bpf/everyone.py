"""--all shows every process of the machine, those that are there and those that come, but not sysray itself."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

from support import SYSRAY, require_backend, statistics

NUMBERED = sys.argv[1]
CALLS = 300


def wait_for(condition):
    deadline = time.monotonic() + 30
    while not (so := condition()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return so


def numbers(trace):
    threads = {}
    for thread, offset in re.findall(r"^(\d+) +pwrite64\(\d+, \"x\", 1, (\d+)", open(trace).read(), re.M):
        threads.setdefault(thread, []).append(int(offset))
    return threads


def begin(trace, *options):
    tracer = subprocess.Popen([SYSRAY, "--all", "-d", "--ring-size=8192", *options, "-o", trace], stderr=subprocess.PIPE, text=True)
    assert "without ptrace" in tracer.stderr.readline()
    return tracer


def end(tracer, lossless=True):
    tracer.send_signal(signal.SIGINT)
    said = tracer.stderr.read()
    assert tracer.wait(timeout=60) in (-signal.SIGINT, 128 + signal.SIGINT), tracer.returncode
    assert not lossless or statistics(said)["lost"] == 0, said


def family(pids):
    found = {int(pid) for pid in pids}
    for pid in pids:
        found |= family(open(f"/proc/{pid}/task/{pid}/children").read().split())
    return found


def run_all(program, threads, traces):
    done = subprocess.run([program, str(threads), str(CALLS)], capture_output=True, text=True, check=True)
    assert done.stdout == "done\n"
    for trace in traces:
        whole = lambda: sum(offsets == list(range(CALLS)) for offsets in numbers(trace).values())
        assert wait_for(lambda: whole() == threads), (trace, whole(), numbers(trace).keys())


require_backend()
with tempfile.TemporaryDirectory() as scratch:
    # Two at once, and a process that was there before; it is the child of a process that isn't traced by anybody.
    there = subprocess.Popen(["sh", "-c", "read x; exec cat /proc/self/comm"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             text=True)
    tracers = [begin(f"{scratch}/{i}", "-e", "trace=pwrite64,execve,read") for i in range(2)]
    run_all(NUMBERED, 4, [f"{scratch}/{i}" for i in range(2)])
    assert there.communicate("go\n")[0] == "cat\n"
    for i, tracer in enumerate(tracers):
        end(tracer)
        shown = open(f"{scratch}/{i}").read()
        assert re.search(rf"^{there.pid} +<\.\.\. read resumed>.*= 1$", shown, re.M), "the read that went on"
        assert re.search(rf'^{there.pid} +execve\("/\S+/cat", \["cat", "/proc/self/comm"\], .*( = 0| <unfinished \.\.\.>)$', shown,
                         re.M)
        assert re.search(rf"^{there.pid} +\+\+\+ exited with 0 \+\+\+$", shown, re.M)

    # Nothing of itself: what it wrote would be more to write.
    tracer = begin(scratch + "/whole")
    subprocess.run([NUMBERED, "2", str(CALLS)], stdout=subprocess.DEVNULL, check=True)
    # Whatever else goes on is in it: that may be more than finds room.
    end(tracer, lossless=False)
    assert not re.search(rf"^{tracer.pid} ", open(scratch + "/whole").read(), re.M)

    # To a command, which is none of the traced either; it lasts as long as the program. The status is the program's.
    tracer = subprocess.Popen([SYSRAY, "--all", "--json", "-e", "trace=write,pwrite64", "-o", f"|cat | cat >{scratch}/json", "sh",
                               "-c", f"echo $$; {NUMBERED} 2 {CALLS}; sleep 0.5; exit 7"], stdout=subprocess.PIPE, text=True)
    program = tracer.stdout.readline().strip()
    children = open(f"/proc/{tracer.pid}/task/{tracer.pid}/children").read().split()
    helpers = {tracer.pid} | family([pid for pid in children if pid != program])
    assert len(helpers) >= 4, children
    assert tracer.stdout.read() == "done\n" and tracer.wait(timeout=60) == 7
    # The command may have something to write still.
    assert wait_for(lambda: '"status":7' in open(scratch + "/json").read() and open(scratch + "/json").read()[-1] == "\n")
    events = [json.loads(line) for line in open(scratch + "/json")]
    name = os.path.basename(NUMBERED)[:15]
    calls = [event for event in events if event.get("call") == "pwrite64" and event.get("comm") == name]
    lost = sum(event["events"] for event in events if event["type"] == "lost")
    assert len(calls) <= 2 * CALLS <= len(calls) + lost, (len(calls), lost)
    assert any(event["type"] == "exit" and event["status"] == 7 and event["pid"] == int(program) for event in events)
    assert not any(event.get("pid") in helpers for event in events), helpers
