#!/usr/bin/env python3
"""20 ways for a program to end: what runs sysray must see what it would have seen of the program itself.

Each way is run bare, and traced in several manners: stopped at each call, with the filter in the kernel, and by a tracer that is no
parent. The exit status or the fatal signal must be the same; the log must end as the program did.
"""
import os
import signal
import subprocess
import sys
import tempfile

PYTHON = sys.executable
# No core files, as little start-up as possible.
PRELUDE = "import os,resource,signal,sys,threading,ctypes; resource.setrlimit(resource.RLIMIT_CORE,(0,0)); "

WAYS = {
    "status 0": ["true"],
    "status 1": ["false"],
    "status 255": ["sh", "-c", "exit 255"],
    "status modulo 256": [PYTHON, "-c", PRELUDE + "os._exit(0x1234)"],
    "SIGTERM": ["sh", "-c", "kill -TERM $$"],
    "SIGKILL": ["sh", "-c", "kill -KILL $$"],
    "SIGINT": ["sh", "-c", "kill -INT $$"],
    "SIGHUP": ["sh", "-c", "kill -HUP $$"],
    "SIGPIPE": ["sh", "-c", "kill -PIPE $$"],
    "SIGUSR1": ["sh", "-c", "kill -USR1 $$"],
    "SIGALRM of a timer": [PYTHON, "-c", PRELUDE + "signal.setitimer(signal.ITIMER_REAL,0.05); signal.pause()"],
    "SIGSEGV of a fault": [PYTHON, "-c", PRELUDE + "ctypes.string_at(8)"],
    "SIGABRT of abort": [PYTHON, "-c", PRELUDE + "os.abort()"],
    "SIGFPE sent": [PYTHON, "-c", PRELUDE + "os.kill(os.getpid(), signal.SIGFPE)"],
    "a realtime signal": [PYTHON, "-c", PRELUDE + "os.kill(os.getpid(), 40)"],
    "SIGXCPU of a limit": [PYTHON, "-c", PRELUDE + "resource.setrlimit(resource.RLIMIT_CPU,(1,2))\nwhile True: pass"],
    "exec of another": ["sh", "-c", "exec sh -c 'exit 42'"],
    "a child that lives on": ["sh", "-c", "sleep 0.2 & exit 3"],
    "a thread ends the process": [PYTHON, "-c", PRELUDE + "threading.Thread(target=lambda: os._exit(7)).start(); signal.pause()"],
    "the shell's word of a killed child": ["sh", "-c", "sh -c 'kill -9 $$'; exit $?"],
}

MANNERS = {
    "every call": [],
    "with -f": ["-f"],
    "filtered": ["-e", "trace=chdir"],
    "filtered, with -f": ["-f", "-e", "trace=chdir"],
    "filter asked for": ["-f", "--seccomp-bpf", "-e", "trace=chdir"],
    "grandchild": ["-D", "-e", "trace=chdir"],
}


def outcome(command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60,
                          check=False)
    return done.returncode


def told(log, status):
    """Whether the log ends as the program did."""
    if status >= 0:
        return f"+++ exited with {status} +++" in log
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = "SIGRT_" + str(-status - 32)
    return f"+++ killed by {name} " in log


def main():
    strace = os.environ["STRACE"]
    wrong = checks = 0
    with tempfile.TemporaryDirectory() as folder:
        log = folder + "/log"
        for way, command in WAYS.items():
            bare = outcome(command)
            manners = MANNERS if "limit" not in way else {"filtered": MANNERS["filtered"]}
            for manner, options in manners.items():
                checks += 1
                got = outcome([strace, "-o", log, *options, *command])
                # A tracer that is no parent may still be writing.
                text = open(log, encoding="utf-8", errors="replace").read()
                if got == bare and ("-D" in options or told(text, bare)):
                    continue
                wrong += 1
                print(f"{way}, {manner}: ended with {got}, bare with {bare}; the log ends:\n{text[-300:]}")
    print(f"{len(WAYS)} ways to end, {checks} runs, {wrong} wrong")
    return wrong > 0


sys.exit(main())
