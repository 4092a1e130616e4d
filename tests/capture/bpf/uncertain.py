"""What is read from a thread that ran on, later than at the moment it is shown for, is marked as uncertain; nothing else."""

import json
import subprocess
import sys
import tempfile

from support import SYSRAY, require_backend

PROGRAM, SIZE = sys.argv[1], 300000
PTRACE, BPF, ALONE = ["--backend=ptrace"], ["--backend=bpf"], ["--no-ptrace"]
SCRATCH = tempfile.TemporaryDirectory()
NAMES, RECORDING = SCRATCH.name + "/names", SCRATCH.name + "/recording"
LONG = ["-s", str(2 * SIZE)]
# Of each part of the program: its call, and which argument may change.
CALLS = {"blocked": ("write", "buf"), "vectors": ("writev", "iov"), "received": ("read", "buf"), "scattered": ("readv", "iov"),
         "thread": ("access", "pathname"), "alone": ("access", "pathname")}


def lines_of(*argv):
    path = SCRATCH.name + "/lines"
    subprocess.run([SYSRAY, *argv[:1], "--json", "-o", path, *argv[1:]], stdout=subprocess.DEVNULL, timeout=100,
                   check=True)
    with open(path) as lines:
        return [json.loads(line) for line in lines]


def trace(*argv):
    return lines_of("-f", *argv)


def command(part):
    with open(NAMES, "wb") as file:  # a file that is new: no process has its page
        file.write(b"/uncertain-name".ljust(4096, b"\0"))
    return [PROGRAM, part, NAMES]


def the_call(part, found):
    """The one that the part is about."""
    name = CALLS[part][0]
    calls = [e for e in found if e.get("call") == name and
             (name == "access" and e["args"]["pathname"] == "/uncertain-name"
              or name in ("readv", "writev") or e["args"].get("count") == SIZE)]
    assert len(calls) == 1, (part, [str(e)[:200] for e in found if e.get("call") == name])
    return calls[0]


def check(part, uncertain, *options):
    call = the_call(part, trace(*LONG, *options, *command(part)))
    wanted = {"args": [CALLS[part][1]]} if uncertain else None
    assert call.get("uncertain") == wanted, (part, options, call.get("uncertain"))
    return call["args"].get(CALLS[part][1])


require_backend()
assert len(check("blocked", True, *BPF)) == SIZE
assert len(check("vectors", True, *BPF)) == 100
# What the call has made is read while the thread stands still at its end, if somebody can stop it.
assert check("received", False, *BPF) == "\0" * SIZE
check("received", True, *ALONE)
whole = check("scattered", False, *BPF, "-s", "1000")
assert len(whole) == 100 and all(one["fields"]["iov_base"] == "\0" * 1000 for one in whole)
check("scattered", True, *ALONE, "-s", "1000")
check("vectors", True, *BPF, "-s", "1000")
# Copied at the end of the call, in place of its begin.
assert check("thread", True, *BPF) == check("alone", False, *BPF) == "/uncertain-name"
for one in CALLS:
    found = check(one, False, *PTRACE)
    assert CALLS[one][1] != "buf" or len(found) == SIZE, one  # -s has no bound of its own

# The bytes of a dump are looked for when the call has ended, and are what they are then.
dumped = the_call("blocked", trace(*BPF, "-e", "write=all", *LONG, *command("blocked")))
assert dumped["uncertain"] == {"args": ["buf"]} and len(dumped["dumps"][0]) == 2 * SIZE, str(dumped)[:300]

# Recordings know it.
subprocess.run([SYSRAY, *BPF, "-f", *LONG, "--record=" + RECORDING, *command("blocked")], check=True, timeout=100)
assert the_call("blocked", lines_of("replay", *LONG, RECORDING))["uncertain"] == {"args": ["buf"]}

# Ordinary programs have nothing that is uncertain.
for backend in PTRACE, BPF, ALONE:
    for argv in (["ls", "-l", "/"], ["cat", "/etc/passwd"], ["sh", "-c", "ls / | cat; true; true"],
                 ["grep", "-r", "root", "/etc/security"], [sys.executable, "-c", "import json, os; os.listdir('/')"]):
        found = trace(*backend, *argv)
        assert len(found) > 40
        marked = [e for e in found if "uncertain" in e]
        assert not marked, (backend, argv, str(marked[:3]))
subprocess.run([SYSRAY, *BPF, "-f", "--record=" + RECORDING, "sh", "-c", "ls / >/dev/null; true"], check=True,
               timeout=100)
assert not [e for e in lines_of("replay", RECORDING) if "uncertain" in e]
