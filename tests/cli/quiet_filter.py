#!/usr/bin/env python3
"""The filter that is used by default must not show: not to the program, not to its descendants, not to who runs the tracer."""
import os
import signal
import subprocess
import sys
import tempfile
import time

STRACE = os.environ["STRACE"]
FAILED = []


def check(good, what):
    if not good:
        FAILED.append(what)
        print("wrong:", what)


def run(*words, **more):
    return subprocess.run([STRACE, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False, **more)


def wait_for(condition, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


def alive(pid):
    try:
        return open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def reasons(folder):
    if "seccomp filter enabled" not in run("-d", "-e", "trace=chdir", "true").stderr:
        print("no filter can be installed here")
        sys.exit(77)
    for options, word in (
        (["-d"], "all system calls are traced"),
        (["-d", "-b", "execve", "-e", "trace=chdir"], "-b"),
        (["-d", "-I", "anywhere", "-e", "trace=chdir"], "-I anywhere"),
        (["-d", "--kill-on-exit", "-e", "trace=chdir"], "--kill-on-exit"),
        (["-d", "--syscall-limit=5", "-e", "trace=chdir"], "--syscall-limit"),
        (["-d", "-D", "-e", "trace=chdir"], "-D"),
    ):
        check(word in run(*options, "true").stderr, f"-d says why {options} has no filter")
    check("children" in run("-d", "-e", "trace=chdir", "sh", "-c", ":").stderr, "a shell may make children, and has no filter")
    check("seccomp filter enabled" in run("-d", "-f", "-e", "trace=chdir", "sh", "-c", ":").stderr, "with -f it has one")


def parent_is_the_tracer(folder):
    script = "import os; os.chdir('/'); print(os.getppid(), open(f'/proc/{os.getppid()}/comm').read().strip())"
    done = subprocess.Popen([STRACE, "-f", "-o", folder + "/log", "-e", "trace=chdir", sys.executable, "-c", script],
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    said = done.communicate(timeout=60)[0].split()
    check(said[0] == str(done.pid), "the program's parent is the process that was started")
    check('chdir("/")' in open(folder + "/log").read(), "the call is shown")


def children_are_not_shown(folder):
    done = run("-o", folder + "/log", "-e", "trace=chdir", "sh", "-c", "cd /usr; (cd /tmp); sh -c 'cd /dev && exit 5'")
    log = open(folder + "/log").read()
    check(done.returncode == 5, "status of a shell whose child called what is picked")
    check("/usr" in log and "/tmp" not in log and "/dev" not in log, "without -f only the program itself is shown")


def interrupted(folder):
    """As strace does: the program gets the signal, and lives on if it does not mind."""
    ready, mark = folder + "/ready", folder + "/went on"
    script = (f"import os,signal,time\nsignal.signal(signal.SIGTERM, lambda *_: None)\nopen({ready!r},'w').write(str(os.getpid()))\n"
              f"signal.pause()\ntime.sleep(.2)\nos.chdir('/')\nopen({mark!r},'w').close()\nsignal.pause()\n")
    log = folder + "/log"
    tracer = subprocess.Popen([STRACE, "-f", "-I", "waiting", "-o", log, "-e", "trace=chdir", sys.executable, "-c", script],
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    check(wait_for(lambda: os.path.exists(ready) and open(ready).read() != ""), "the program starts")
    program = int(open(ready).read())
    tracer.send_signal(signal.SIGTERM)
    check(tracer.wait(timeout=20) == -signal.SIGTERM, "the tracer dies of the signal")
    check(wait_for(lambda: os.path.exists(mark)), "the program goes on, and its call succeeds")
    check(alive(program), "the program lives")
    os.kill(program, signal.SIGKILL)


def main():
    with tempfile.TemporaryDirectory() as folder:
        for case in (reasons, parent_is_the_tracer, children_are_not_shown, interrupted):
            case(folder)
    return bool(FAILED)


sys.exit(main())
