"""With a filter, most calls are passed over before their thread is looked up: what is picked shows as it does from ptrace."""

import difflib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from support import SYSRAY, require_backend, statistics

FILTERS = (
    ["trace=getpgid"],
    ["trace=reboot"],
    ["trace=none"],
    ["trace=getpgid,getuid"],
    ["trace=!getuid,getpgid,rt_sigreturn,execve,fork,vfork,clone,clone3,getrandom,wait4,futex"],
    ["trace=rt_sigreturn"],
    ["trace=execve,oldolduname"],
    ["trace=fork,vfork,clone,clone3,exit_group"],
    ["trace=clock_nanosleep", "signal=none"],
    ["trace=getpgid", "status=failed"],
    ["trace=getpgid,getuid", "status=successful"],
    ["trace=!getrandom,wait4", "status=failed"],
    ["trace=!getrandom,wait4,futex", "status=successful"],
    ["trace=!getrandom", "status=unfinished"],
)


def trace(backend, options, program):
    """The lines of each task, in the order of the tasks' births, by which they are called. Addresses and times differ."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([SYSRAY, backend, "-ff", *options, "-o", folder + "/of", program],
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        tasks = {path.suffix[1:]: path.read_text().splitlines() for path in Path(folder).iterdir()}
    names = {pid: f"task{number}" for number, pid in enumerate(sorted(tasks, key=int), 1)}
    pids = re.compile(r"\b(" + "|".join(names) + r")\b")
    # Room behind a call hangs on the widths of what is in it.
    alike = re.compile(r"0x[0-9a-f]{6,}|(?<=time=)\d+| +(?== )")
    return {names[pid]: [alike.sub("…", pids.sub(lambda found: names[found[0]], line)) for line in tasks[pid]]
            for pid in sorted(tasks, key=int)}


def check(options, program, others=("--backend=bpf", "--backend=auto:0", "--backend=auto:15")):
    # From ptrace, from BPF, and from the one after the other: at once, or somewhere in the midst.
    shown = {backend: trace(backend, options, program) for backend in ("--backend=ptrace", *others)}
    flat = {backend: [f"{task}: {line}" for task, lines in tasks.items() for line in lines] for backend, tasks in shown.items()}
    for other in others:
        difference = "\n".join(difflib.unified_diff(flat["--backend=ptrace"], flat[other], "ptrace", other, lineterm="", n=1))
        assert not difference, f"{options}: not the same from both\n{difference}"
    return shown[others[0]]


require_backend()
program = sys.argv[1]
for filters in FILTERS:
    check([word for one in filters for word in ("-e", one)], program)
    if "status=" in filters[-1]:
        check([word for one in (*filters, "signal=none") for word in ("-e", one)], program, ("--no-ptrace",))


def count_records(*options, backend="--backend=bpf"):
    """Of a program whose calls nearly all succeed, and one of which nearly all fail."""
    argv = [SYSRAY, backend, "-d", "-o", "/dev/null", *options]
    return [statistics(subprocess.run([*argv, *words], capture_output=True, text=True, timeout=60).stderr)["records"]
            for words in (["dd", "if=/dev/zero", "of=/dev/null", "bs=1", "count=500"],
                          [sys.executable, "-c", "import os\nfor i in range(500): os.path.exists('/nowhere')"])]


# What nobody needs is left out in the kernel, but where that would show.
for backend in "--backend=bpf", "--no-ptrace":
    all_records, successes, failures = (count_records(*words, backend=backend) for words in ([], ["-z"], ["-Z"]))
    counted = (backend, all_records, successes, failures)
    assert successes[0] > all_records[0] - 200 and failures[0] < all_records[0] - 1900, counted
    assert successes[1] < all_records[1] - 900 and failures[1] < all_records[1] - 500, counted
assert count_records("-Z", "-r")[0] > all_records[0] - 200

# What is expected of one of them, whoever captures.
picked = [line for lines in check(["-e", "trace=getpgid"], program).values() for line in lines if "getpgid(" in line]
assert sum("= -1 E2BIG" in line for line in picked) == 5, picked
assert len(picked) == 15, (len(picked), picked)
