"""--no-ptrace traces what another tracer holds, with the text that ptrace would give; and others trace what it traces."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

from support import SYSRAY, require_backend

NUMBERED = sys.argv[1]
# It waits for a line on standard input; what is traced comes after that.
SCRIPT = "PATH=/usr/bin; trap 'echo got' USR1; read x; kill -USR1 $$; /bin/true; cd /tmp; cat </dev/null; exit 3"


def wait_for(what, condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within 30 s"
        time.sleep(0.05)


def tracer_of(pid):
    with open(f"/proc/{pid}/status") as status:
        return int(re.search(r"^TracerPid:\s*(\d+)$", status.read(), re.M)[1])


def waiting(*argv):
    process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    with open(f"/proc/{process.pid}/stat") as stat:
        assert stat.read()
    return process


def observe(pid, trace, *options):
    """A sysray that has attached to the process."""
    tracer = subprocess.Popen([SYSRAY, "--no-ptrace", "-f", *options, "-o", trace, "-p", str(pid)], stderr=subprocess.PIPE,
                              text=True)
    line = tracer.stderr.readline()
    assert f"Process {pid} attached" in line, line
    return tracer


def normal(trace, pid):
    """The lines of a process, without what differs from run to run; from the end of its read on."""
    lines = []
    for line in open(trace).read().splitlines():
        if not line.startswith(f"{pid} ") or re.search("rt_sigprocmask|rt_sigreturn|wait4", line):
            continue
        line = re.sub(r"0x[0-9a-f]{5,}", "ADDRESS", line.removeprefix(f"{pid} ").lstrip())
        line = re.sub(r"si_[us]time=\d+", "TIME", line)
        lines.append(re.sub(r"\b\d{3,}\b", "ID", re.sub(r"  +", " ", line)))
    start = max(i for i, line in enumerate(lines) if "read" in line and r'"\n"' in line)
    # Calls that others interrupt are in two lines: which ones, is a matter of time.
    rest = [line for line in lines[start + 1:] if not line.endswith("<unfinished ...>")]
    return [re.sub(r"^.*(<\.\.\. \w+ resumed>).*( = .*)$", r"\1\2", line) for line in rest if "<... " not in line]


def finish(process, text="go\n"):
    process.stdin.write(text)
    process.stdin.close()
    return process.wait(timeout=60)


def traced_by_ptrace(scratch):
    trace = scratch + "/ptrace"
    process = waiting("sh", "-c", SCRIPT)
    tracer = subprocess.Popen([SYSRAY, "--backend=ptrace", "-f", "-o", trace, "-p", str(process.pid)],
                              stderr=subprocess.PIPE, text=True)
    assert "attached" in tracer.stderr.readline()
    assert finish(process) == 3
    tracer.wait(timeout=60)
    return normal(trace, process.pid)


def check_beside(other, held_by, scratch, expected):
    """Another tracer holds the process: only --no-ptrace can trace it, and both see all."""
    trace = scratch + "/trace"
    process = waiting("sh", "-c", SCRIPT)
    holder = subprocess.Popen([*other, "-p", str(process.pid)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    wait_for(f"{held_by} attaches", lambda: tracer_of(process.pid) == holder.pid)
    wait_for("it goes on", lambda: open(f"/proc/{process.pid}/stat").read().split()[2] == "S")
    refused = subprocess.run([SYSRAY, "--backend=auto", "-o", "/dev/null", "-p", str(process.pid)], capture_output=True,
                             text=True, timeout=60)
    assert refused.returncode == 1 and "already being traced by pid" in refused.stderr, refused
    assert "--no-ptrace" in refused.stderr, refused
    tracer = observe(process.pid, trace)
    assert tracer_of(process.pid) == holder.pid
    assert finish(process) == 3
    holder.wait(timeout=60)
    assert tracer.wait(timeout=60) == 0
    assert normal(trace, process.pid) == expected, (held_by, normal(trace, process.pid), expected)
    assert "+++ exited with 3 +++" in expected[-1]
    print("beside", held_by)


def numbers(trace):
    threads = {}
    for thread, offset in re.findall(r"^(?:\[pid )?(\d+)\]? +pwrite64\(\d+, \"x\", 1, (\d+)", open(trace).read(), re.M):
        threads.setdefault(thread, []).append(int(offset))
    return threads


def check_two(scratch):
    """One with ptrace, one without, on the same tree: both see each call once."""
    held, observed = scratch + "/held", scratch + "/observed"
    holder = subprocess.Popen([SYSRAY, "--backend=ptrace", "-f", "-e", "trace=pwrite64,read", "-o", held, "sh", "-c",
                               f"echo $$ >{scratch}/pid; read x; {NUMBERED} 3 500; exit 0"], stdin=subprocess.PIPE,
                              stdout=subprocess.DEVNULL, text=True)
    wait_for("the program starts", lambda: os.path.exists(scratch + "/pid") and open(scratch + "/pid").read().endswith("\n"))
    tracers = [observe(int(open(scratch + "/pid").read()), observed + str(i), "-e", "trace=pwrite64") for i in range(2)]
    assert finish(holder) == 0
    for tracer in tracers:
        assert tracer.wait(timeout=60) == 0
    for trace in held, observed + "0", observed + "1":
        threads = numbers(trace)
        assert len(threads) == 3 and all(seen == list(range(500)) for seen in threads.values()), trace
    assert "lost" not in open(observed + "0").read()


def check_set_uid(scratch):
    program = scratch + "/id"
    shutil.copy("/usr/bin/id", program)
    os.chmod(scratch, 0o755)
    os.chmod(program, 0o4755)
    as_nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    plain = subprocess.run([*as_nobody, program, "-u"], capture_output=True, text=True)
    if plain.stdout != "0\n":
        print("not checked: set-uid programs are without effect here")
        return
    for how in ["--no-ptrace"], ["--backend=bpf"], ["--no-ptrace", "-u", "nobody"]:
        prefix = [] if "-u" in how else as_nobody
        traced = subprocess.run([SYSRAY, *how, "-f", "-o", scratch + "/setuid", *prefix, program, "-u"],
                                capture_output=True, text=True)
        assert traced.stdout == "0\n", (how, traced)
        assert "geteuid() " in open(scratch + "/setuid").read()


require_backend()
with tempfile.TemporaryDirectory(dir="/var/tmp") as scratch:
    expected = traced_by_ptrace(scratch)
    assert any(line.startswith("--- SIGUSR1") for line in expected), expected
    check_beside(["/usr/bin/strace", "-f", "-o", "/dev/null"], "strace", scratch, expected)
    if shutil.which("gdb"):
        check_beside(["gdb", "-q", "-nx", "--batch", "-ex", "handle SIGUSR1 nostop noprint pass", "-ex", "continue"], "gdb",
                     scratch, expected)
    else:
        print("not checked: there is no gdb")
    check_two(scratch)
    check_set_uid(scratch)
