"""A call that blocks shows while it does, and its end when it ends."""

import subprocess
import tempfile
import time

from support import SYSRAY, require_backend

require_backend()
with tempfile.NamedTemporaryFile("r") as trace:
    tracer = subprocess.Popen([SYSRAY, "--backend=bpf", "-e", "trace=clock_nanosleep", "-o", trace.name, "sleep", "3"])
    deadline = time.monotonic() + 2.5
    while "clock_nanosleep(" not in (shown := open(trace.name).read()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert "clock_nanosleep(CLOCK_REALTIME, 0, {tv_sec=3, tv_nsec=0}" in shown and "= 0" not in shown, shown
    assert tracer.poll() is None, "the call has ended: the test tests nothing"
    assert tracer.wait() == 0
    ended = open(trace.name).read()
    assert ended.startswith(shown) and ") = 0\n" in ended, ended
