"""The CPU time of calls is their own, also if they end on another CPU than they began on."""

import json
import os
import subprocess
import sys
import tempfile
import time

from support import SYSRAY, require_backend

MOVES = 200
PROGRAM = f"""
import os, time
cpus = sorted(os.sched_getaffinity(0))
for i in range({MOVES}):
    os.sched_setaffinity(0, [cpus[i % len(cpus)]])
time.sleep(0.1)
"""

require_backend()
if len(os.sched_getaffinity(0)) < 2:
    print("skipped: one CPU only")
    sys.exit(77)
for backend in "--backend=bpf", "--no-ptrace":
    with tempfile.NamedTemporaryFile("r") as output:
        begin = time.monotonic_ns()
        subprocess.run([SYSRAY, backend, "-c", "--json", "-o", output.name, sys.executable, "-c", PROGRAM], check=True,
                       timeout=60)
        wall = time.monotonic_ns() - begin
        summary = json.loads(output.read().splitlines()[-1])
    times = {call["name"]: call["system_time"] for call in summary["calls"]}
    moves = times["sched_setaffinity"]
    assert 0 <= moves["min"] and MOVES * 100 < moves["total"] < wall, (backend, wall, moves)
    slept = times["clock_nanosleep"]
    assert 0 <= slept["min"] and slept["total"] < 50_000_000, (backend, slept)
    assert sum(one["total"] for one in times.values()) < wall, (backend, wall, times)
