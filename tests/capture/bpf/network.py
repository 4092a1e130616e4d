"""Interfaces have the names of the thread's network namespace, whichever calls are picked."""

import os
import subprocess
import sys
import tempfile

from support import SYSRAY, require_backend

# In a new namespace the first interface is down, so it can have another name.
PROGRAM = """
import ctypes, fcntl, socket, struct, sys, time
library = ctypes.CDLL(None, use_errno=True)
def bind():
    packets = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    first = struct.pack("=HHiHBB8s", socket.AF_PACKET, 0, 1, 0, 0, 0, b"")
    library.bind(packets.fileno(), first, len(first))
    time.sleep(0.3)  # who looks into the namespace finds the thread in it
bind()
if library.unshare(0x40000000):  # CLONE_NEWNET
    sys.exit("unshare: %d" % ctypes.get_errno())
plain = socket.socket()
fcntl.ioctl(plain, 0x8923, struct.pack("=16s24s", b"lo", b"apart"))  # SIOCSIFNAME
bind()
"""


def skip(why):
    print("skipped:", why)
    sys.exit(77)


def names(backend: str, *options: str) -> list[str]:
    with tempfile.NamedTemporaryFile("r") as trace:
        command = [SYSRAY, f"--backend={backend}", *options, "-o", trace.name, sys.executable, "-c", PROGRAM]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        text = trace.read()
    if done.returncode != 0:
        skip(f"no network namespace can be made or changed here: {done.stderr}")
    return [line.split("sll_ifindex=")[1].split(",")[0] for line in text.splitlines() if "sll_ifindex=" in line]


require_backend()
if os.geteuid() != 0:
    skip("it takes root to make a network namespace")
expected = ['if_nametoindex("lo")', 'if_nametoindex("apart")']
for options in [("-e", "trace=bind"), ("-e", "trace=bind", "-z"), ()]:
    for backend in ("ptrace", "bpf"):
        seen = names(backend, *options)
        assert seen == expected, f"{backend} {options}: {seen}"
