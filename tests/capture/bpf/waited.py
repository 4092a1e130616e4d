"""Calls that name a process which is gone when they are looked at show its name all the same, and others do not."""

import re
import subprocess
import sys
import tempfile

from support import SYSRAY, require_backend

PROGRAM, COUNT = sys.argv[1], 100


def without_ids(text):
    """They differ, and with their widths the room behind calls."""
    return [re.sub(r" += ", " = ", re.sub(r"\b\d{3,}\b", "ID", line)) for line in text.splitlines()]


def shown(*options):
    with tempfile.NamedTemporaryFile("r") as trace:
        subprocess.run([SYSRAY, *options, "-Y", "-e", "trace=wait4,waitid,kill", "-e", "signal=none", "-o", trace.name,
                        PROGRAM, str(COUNT)], check=True, timeout=100)
        return without_ids(trace.read())


require_backend()
expected = shown("--backend=ptrace")
assert sum("wait4(ID<bpf_waited>, NULL, 0, NULL) = ID" in line for line in expected) == COUNT / 2, expected[:5]
assert sum(re.match(r"kill\(ID, 0\) =", line) is not None for line in expected) == COUNT, expected[:5]
for options in ["--backend=bpf"], ["--no-ptrace"]:
    found = shown(*options)
    differences = [pair for pair in zip(found, expected) if pair[0] != pair[1]]
    assert len(found) == len(expected) and not differences, (options, len(found), differences[:3])

# So it does in a recording.
with tempfile.TemporaryDirectory() as folder:
    recording = folder + "/run"
    subprocess.run([SYSRAY, "--backend=bpf", "-e", "trace=wait4,waitid,kill", "-e", "signal=none", "--record=" + recording,
                    PROGRAM, str(COUNT)], check=True, timeout=100)
    subprocess.run([SYSRAY, "replay", "-Y", "-o", folder + "/text", recording], check=True, timeout=100)
    with open(folder + "/text") as text:
        replayed = without_ids(text.read())
assert replayed == expected, [pair for pair in zip(replayed, expected) if pair[0] != pair[1]][:3]
