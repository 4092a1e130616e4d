#!/usr/bin/env python3
"""programs.py VICTIM: runs the victim with injections, and compares what it saw and what the trace says."""
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

STRACE, SYSRAY, VICTIM = os.environ["STRACE"], os.environ["SYSRAY"], os.path.abspath(sys.argv[1])
failures = []


class Run:
    """One run: lines of the trace, of the program's output, of the tracer's messages."""

    def __init__(self, options, program, tracer=STRACE):
        with tempfile.NamedTemporaryFile("r") as log:
            done = subprocess.run([tracer, "-o", log.name, *options, VICTIM, *program], text=True, cwd="/",
                                  stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
            self.trace = log.read().splitlines()
        self.status, self.output, self.messages = done.returncode, done.stdout.splitlines(), done.stderr.splitlines()


def check(what, got, wanted):
    if got != wanted:
        failures.append(f"{what}\n  got    {got}\n  wanted {wanted}")


def matches(what, got, wanted):
    """Each line matches its pattern."""
    if len(got) != len(wanted) or not all(re.fullmatch(p, line) for p, line in zip(wanted, got)):
        failures.append(f"{what}\n  got    {got}\n  wanted {wanted}")


def traced(injection, *program, options=()):
    return Run(["-a1", "-qq", "-e", "trace=" + injection.split(":")[0], "-e", "inject=" + injection, *options], program)


def results():
    run = traced("chdir:error=EIO:when=2", "chdir", "3")
    check("an error", run.output, ["0 0 /", "-1 5 /", "0 0 /"])
    check("an error's text", run.trace, ['chdir("/") = 0', 'chdir("/usr") = -1 EIO (Input/output error) (INJECTED)',
                                         'chdir("/") = 0'])
    run = traced("chdir:retval=7", "chdir", "2")
    check("a result", run.output, ["7 0 /", "7 0 /"])
    check("a result's text", run.trace, ['chdir("/") = 7 (INJECTED)', 'chdir("/usr") = 7 (INJECTED)'])
    run = traced("chdir:retval=0:syscall=gettid:when=1+2", "chdir", "3")
    check("another call is made", run.output, ["0 0 /", "0 0 /usr", "0 0 /usr"])
    run = traced("chdir:error=600", "chdir", "1")
    check("an error without a name", run.trace, ['chdir("/") = -1 (errno 600) (INJECTED)'])
    run = traced("chdir:error=ERESTARTSYS", "chdir", "1")
    check("an error that is the kernel's own", run.trace,
          ['chdir("/") = ? ERESTARTSYS (To be restarted if SA_RESTART is set) (INJECTED)'])
    run = traced("chdir:retval=-1", "chdir", "1")
    check("a result that looks like an error", run.trace, [f'chdir("/") = {2**64 - 1} (INJECTED)'])
    run = Run(["-a1", "-qq", "-e", "trace=exit_group", "-e", "fault=exit_group"], ["chdir", "0"])
    check("a call that does not return", [run.status, run.trace],
          [0, ["exit_group(0) = -1 ENOSYS (Function not implemented) (INJECTED)"]])
    run = Run(["-a1", "-qq", "-f", "--seccomp-bpf", "-e", "trace=chdir", "-e", "inject=chdir:error=EIO:when=2"],
              ["chdir", "3"])
    check("behind a seccomp filter", run.output, ["0 0 /", "-1 5 /", "0 0 /"])
    run = Run(["-a1", "-qq", "-e", "trace=getppid", "-e", "inject=getppid:retval=77"], ["int80"])
    check("a call of another ABI", [run.output, [line for line in run.trace if "getppid" in line]],
          [["77"], ["getppid() = 77 (INJECTED)"]])


def filters():
    run = Run(["-a1", "-qq", "-P", "/usr", "-e", "trace=chdir", "-e", "inject=chdir:error=EIO:when=2"], ["chdir", "6"])
    check("with -P only calls that touch the path count", run.output,
          ["0 0 /", "0 0 /usr", "0 0 /", "-1 5 /", "0 0 /", "0 0 /usr"])
    run = Run(["-a1", "-qq", "-P", "/usr", "-e", "trace=chdir", "-e", "inject=chdir:poke_enter=@arg1=2f00"], ["chdir", "2"])
    check("a call that loses its path by a poke is shown", run.trace, ['chdir("/") = 0 (INJECTED: args)'])
    run = Run(["-a1", "-qq", "-e", "trace=getcwd", "-e", "inject=chdir:error=EIO"], ["chdir", "1"])
    check("calls that are not traced are left alone", run.output, ["0 0 /"])
    run = traced("all:error=EIO:when=5000", "chdir", "1", options=["-e", "inject=chdir,getcwd:error=EACCES",
                                                                   "-e", "inject=getcwd:retval=0:when=9"])
    check("the last expression holds", run.output, ["-1 13 /"])
    run = traced("execve:error=EIO", "chdir", "1")
    check("the program itself is started", run.status, 0)


def signals():
    run = traced("chdir:signal=USR1", "chdir", "1")
    check("a signal's status", run.status, -signal.SIGUSR1)
    check("a signal's text", run.trace, ['chdir("/") = 0', "--- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_KERNEL} ---",
                                         "+++ killed by SIGUSR1 +++"])
    run = traced("/nanosleep:signal=SIGUSR1:when=1", "handled")
    check("a signal interrupts the call", run.output, ["-1 4 10 early"])
    run = traced("/nanosleep:error=EINVAL:delay_enter=10ms:signal=SIGUSR1", "handled")
    check("all at once", run.output, ["-1 22 10 early"])
    run = Run(["-qq", "-f", "--seccomp-bpf", "-e", "trace=/nanosleep", "-e", "inject=/nanosleep:signal=USR1:when=1"], ["handled"])
    check("a signal where a filter was asked for", run.output, ["-1 4 10 early"])


def pokes():
    run = traced("chdir:poke_enter=@arg1=2f757372", "chdir", "1")
    check("bytes at the entry", [run.output, run.trace], [["0 0 /usr"], ['chdir("/usr") = 0 (INJECTED: args)']])
    run = traced("getcwd:poke_exit=@arg1=414200:retval=3", "cwd")
    check("bytes at the exit", [run.output, run.trace], [["3 AB"], ['getcwd("AB", 64) = 3 (INJECTED: args, retval)']])
    run = traced("chdir:poke_enter=@arg2=00", "chdir", "1")
    matches("an argument that is not there", run.messages,
            [r".*: Failed to tamper with process \d+: requested to tamper with argument #2, but system call 'chdir' "
             "has only 1 arguments"])
    check("... and the call goes on", run.trace, ['chdir("/") = 0'])
    run = traced("getppid:poke_enter=@arg1=00", "sleepers", "0")
    check("a call without arguments", run.output, ["0"])


def delays():
    run = traced("chdir:delay_enter=50ms:delay_exit=30000", "chdir", "2", options=["-T", "-ttt"])
    matches("a delay's text", run.trace, [r'\d+\.\d+ chdir\("/"\) = 0 \(DELAYED\) <0\.0[5-9]\d+>',
                                          r'\d+\.\d+ chdir\("/usr"\) = 0 \(DELAYED\) <0\.0[5-9]\d+>'])
    times = [float(line.split()[0]) for line in run.trace]
    check("both delays pass between two calls", times[1] - times[0] >= 0.08, True)
    run = Run(["-f", "-qq", "-e", "trace=getppid", "-e", "inject=getppid:delay_enter=300ms"], ["sleepers", "8"])
    took = int(run.output[0])
    check(f"delays pass at the same time ({took} ms for 8 of 300 ms)", 300 <= took < 1500, True)
    run = Run(["-f", "-qq", "-e", "trace=getppid,chdir", "-e", "inject=getppid:delay_enter=3600s"], ["leap"])
    check("a delayed thread whose process executes another program", run.output, ["0 0 /"])
    run = Run(["-f", "-qq", "-e", "trace=getppid", "-e", "inject=getppid:delay_exit=3600s"], ["killed"])
    check("a delayed process that is killed", run.output, ["9 soon"])


def letting_go():
    """The tracer is interrupted while the program is delayed in front of a call that was to fail: it succeeds."""
    with tempfile.NamedTemporaryFile("r") as log:
        victim = subprocess.Popen(["sh", "-c", f"read go; exec {VICTIM} chdir 2"], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, text=True, cwd="/")
        tracer = subprocess.Popen([STRACE, "-f", "-o", log.name, "-p", str(victim.pid), "-e", "trace=chdir",
                                   "-e", "inject=chdir:error=EIO:delay_enter=3600s"], stderr=subprocess.PIPE, text=True)
        tracer.stderr.readline()
        victim.stdin.write("go\n")
        victim.stdin.flush()
        for _ in range(500):
            time.sleep(0.02)
            with open(log.name) as text:
                if "chdir(" in text.read():
                    break
        tracer.send_signal(signal.SIGTERM)
        tracer.wait(20)
        check("what was delayed goes on untouched", victim.communicate(timeout=20)[0].splitlines(), ["0 0 /", "0 0 /usr"])


def data():
    run = Run(["--json", "-e", "trace=chdir,getcwd", "-e", "inject=chdir:error=EIO:delay_enter=2ms:signal=CHLD",
               "-e", "inject=getcwd:poke_exit=@arg1=2f00"], ["chdir", "1"], tracer=SYSRAY)
    calls = [event for event in map(json.loads, run.trace) if event["type"] == "call"]
    check("as data", [call.get("tampering") for call in calls],
          [{"result": True, "signal": 17, "delay_enter": 2000000, "delay_exit": 0}, {"args": True}])
    with tempfile.TemporaryDirectory() as folder:
        recording = folder + "/run.sysray"
        subprocess.run([SYSRAY, "--record", recording, "-e", "trace=chdir", "-e", "inject=chdir:error=EIO:delay_exit=1ms",
                        VICTIM, "chdir", "1"], check=True, capture_output=True)
        shown = subprocess.run([SYSRAY, "replay", "-a1", "-qq", recording], text=True, capture_output=True).stderr
        check("recorded", [line for line in shown.splitlines() if line.startswith("chdir")],
              ['chdir("/") = -1 EIO (Input/output error) (INJECTED) (DELAYED)'])


for part in (results, filters, signals, pokes, delays, letting_go, data):
    part()
print("\n".join(failures))
sys.exit(1 if failures else 0)
