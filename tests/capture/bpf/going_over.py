"""--backend=auto: ptrace while stops are few, then BPF, in the midst of it all; nothing is lost or told twice on the way."""

import re
import signal
import subprocess
import sys
import tempfile
import time

from support import SYSRAY, check_numbered, require_backend

NUMBERED, SANDBOXED = sys.argv[1:3]
OVER = "BPF backend: takes over after "


def run(*words, **more):
    return subprocess.run([SYSRAY, "-d", *words], capture_output=True, text=True, timeout=120, **more)


def check_nothing_lost(backend, threads, calls, *options):
    with tempfile.NamedTemporaryFile("r") as log:
        done = run("--backend=" + backend, "-f", "-o", log.name, *options, NUMBERED, str(threads), str(calls))
        trace = log.read()
    label = f"{backend}, {threads} threads of {calls} calls, {options}"
    assert done.returncode == 0 and done.stdout == "done\n" and OVER in done.stderr and " 0 lost" in done.stderr, f"{label}: {done}"
    check_numbered(trace, threads, calls, label)


def check_choice():
    """By default, BPF takes over from some 1000 stops on, and never without them."""
    busy = ["dd", "if=/dev/zero", "of=/dev/null", "bs=1", "count=20000"]
    assert OVER in run("-o", "/dev/null", *busy).stderr
    assert OVER not in run("-o", "/dev/null", "true").stderr
    filtered = run("-f", "-o", "/dev/null", "-e", "trace=reboot", *busy).stderr
    assert OVER not in filtered and "seccomp filter enabled" in filtered, filtered
    assert OVER not in run("--backend=ptrace", "-o", "/dev/null", *busy).stderr
    stops = [int(run(f"--backend=auto:{least}", "-o", "/dev/null", *busy).stderr.split(OVER)[1].split()[0])
             for least in (0, 5000)]
    assert stops[0] < 10 and stops[1] >= 5000, stops


def check_own_filters():
    """Ours is suspended after the change, and all others would be with it: these must not be, be they of one thread or of all."""
    for backend in ("ptrace", "auto:0", "auto:100"):
        with tempfile.NamedTemporaryFile("r") as log:
            done = run("--backend=" + backend, "-f", "-o", log.name, "-e", "trace=getpgid", SANDBOXED)
            calls = len(re.findall(r"getpgid\(0\) += \d+|getpgid resumed>\) += \d+", log.read()))
        assert done.returncode == 0 and done.stdout == "refused\n", f"{backend}: {done}"
        assert calls == 3000, f"{backend}: {calls} calls shown"


def check_letting_go(backend):
    """Threads are let go, with a stop of back-pressure under way or not, and go on."""
    program = subprocess.Popen([NUMBERED, "4", "400000"], stdout=subprocess.PIPE, text=True)
    tracer = subprocess.Popen([SYSRAY, "-d", "--backend=" + backend, "--ring-size=64", "-f", "-o", "/dev/null", "-p", str(program.pid)],
                              stderr=subprocess.PIPE, text=True)
    time.sleep(0.3)
    tracer.send_signal(signal.SIGINT)
    said = tracer.communicate(timeout=60)[1]
    assert OVER in said or backend == "bpf", said
    assert program.communicate(timeout=60)[0] == "done\n" and program.returncode == 0


require_backend()
check_nothing_lost("auto:0", 1, 20000)
check_nothing_lost("auto:500", 1, 20000)
check_nothing_lost("auto:500", 8, 5000)
check_nothing_lost("auto:500", 8, 5000, "-e", "trace=pwrite64,getpid")
check_nothing_lost("auto:500", 64, 500, "-yy")
check_choice()
check_own_filters()
for backend in ["bpf", "auto:100"] * 4:
    check_letting_go(backend)
