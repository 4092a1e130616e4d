#!/usr/bin/env python3
"""The filter that is used by default must not show: not to the program, not to its descendants, not to who runs the tracer.
Options can be given, as --backend=auto:0, with which it is suspended while BPF captures."""
import os
import signal
import subprocess
import sys
import tempfile
import time

STRACE = [os.environ["STRACE"], *sys.argv[1:]]
FAILED = []


def check(good, what):
    if not good:
        FAILED.append(what)
        print("wrong:", what)


def run(*words, **more):
    return subprocess.run([*STRACE, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False, **more)


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
    done = subprocess.Popen([*STRACE, "-f", "-o", folder + "/log", "-e", "trace=chdir", sys.executable, "-c", script],
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
    tracer = subprocess.Popen([*STRACE, "-f", "-I", "waiting", "-o", log, "-e", "trace=chdir", sys.executable, "-c", script],
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    check(wait_for(lambda: os.path.exists(ready) and open(ready).read() != ""), "the program starts")
    program = int(open(ready).read())
    tracer.send_signal(signal.SIGTERM)
    check(tracer.wait(timeout=20) == -signal.SIGTERM, "the tracer dies of the signal")
    check(wait_for(lambda: os.path.exists(mark)), "the program goes on, and its call succeeds")
    check(alive(program), "the program lives")
    os.kill(program, signal.SIGKILL)


def tracer_of(pid):
    for line in open(f"/proc/{pid}/status"):
        if line.startswith("TracerPid:"):
            return int(line.split()[1])
    return 0


# Calls what is picked until a file appears, then writes how often it called and how often it failed, and what became of
# its child that did the same.
BUSY = """import os, sys, time
def busy():
    calls = failed = 0
    while not os.path.exists(sys.argv[1] + "/stop"):
        try:
            os.chdir("/")
        except OSError:
            failed += 1
        calls += 1
    return calls, failed
child = os.fork() if sys.argv[2] == "fork" else None
calls, failed = busy()
if child == 0:
    os._exit(0 if calls > 0 and failed == 0 else 1)
if child:
    failed += os.waitpid(child, 0)[1] != 0
open(sys.argv[1] + "/said.new", "w").write(f"{calls} {failed}")
os.rename(sys.argv[1] + "/said.new", sys.argv[1] + "/said")
"""
# The same as a program that makes no children, which gets a filter without -f, too.
BUSY_C = r"""#include <stdio.h>
#include <unistd.h>
int main(int argc, char** argv) {
  long calls = 0, failed = 0;
  char path[300];
  snprintf(path, sizeof path, "%s/stop", argv[1]);
  for (; access(path, F_OK) != 0; calls++) failed += chdir("/") != 0;
  snprintf(path, sizeof path, "%s/said.new", argv[1]);
  FILE* said = fopen(path, "w");
  fprintf(said, "%ld %ld", calls, failed);
  fclose(said);
  char to[300];
  snprintf(to, sizeof to, "%s/said", argv[1]);
  return rename(path, to);
}
"""


def killed(folder):
    """Whoever kills the tracer, or whatever is wrong with it: the program does not notice."""
    open(folder + "/busy.c", "w").write(BUSY_C)
    subprocess.run(["cc", "-O1", "-o", folder + "/busy", folder + "/busy.c"], check=True)
    program = [folder + "/busy"]
    script = [sys.executable, "-c", BUSY]
    for name, options, words, kill in (
        ("KILL", [], program, lambda visible, tracer: os.kill(visible, signal.SIGKILL)),
        ("KILL with -f", ["-f"], script, lambda visible, tracer: os.kill(visible, signal.SIGKILL)),
        ("KILL to the group", [], ["setsid"] + program, lambda visible, tracer: os.killpg(visible, signal.SIGKILL)),
        ("KILL while calls are delayed", ["-e", "inject=chdir:delay_enter=2s:when=5"], program, lambda visible, tracer: os.kill(visible, signal.SIGKILL)),
        ("SEGV in the tracer", [], program, lambda visible, tracer: os.kill(tracer, signal.SIGSEGV)),
        ("SEGV in the tracer with -f", ["-f"], script, lambda visible, tracer: os.kill(tracer, signal.SIGSEGV)),
        ("ABRT in the tracer", [], program, lambda visible, tracer: os.kill(tracer, signal.SIGABRT)),
    ):
        with tempfile.TemporaryDirectory(dir=folder) as own:
            log = own + "/log"
            follow = ["-f"] if words[0] == "setsid" else []
            started = subprocess.Popen([*STRACE, *follow, *options, "-o", log, "-e", "trace=chdir", *words, own, "fork"],
                                       stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
            check(wait_for(lambda: os.path.exists(log) and open(log).read().count("chdir(") > 4), f"{name}: the program starts")
            pid = int(subprocess.run(["ps", "-o", "pid=", "--ppid", str(started.pid)], capture_output=True, text=True, check=True).stdout.split()[0])
            tracer = tracer_of(pid)
            check(tracer not in (0, started.pid), f"{name}: the tracer is not the visible process")
            words_of_tracer = open(f"/proc/{tracer}/cmdline").read() + open(f"/proc/{tracer}/comm").read()
            check("strace" not in words_of_tracer and "sysray" not in words_of_tracer, f"{name}: nobody finds the tracer who looks for the visible process")
            check(os.getsid(tracer) != os.getsid(started.pid), f"{name}: the tracer is in a session of its own")
            kill(started.pid, tracer)
            check(started.wait(timeout=20) < 0, f"{name}: the visible process ends by the signal")
            shown = os.path.getsize(log)
            time.sleep(0.3)
            # But for what was buffered or, of calls that BPF captures, in its rings.
            check(os.path.getsize(log) <= shown + (1 << 20 if STRACE[1:] else 1 << 16), f"{name}: nothing more is shown")
            shown = os.path.getsize(log)
            open(own + "/stop", "w").close()
            check(wait_for(lambda: os.path.exists(own + "/said")), f"{name}: the program goes on")
            check(open(own + "/said").read().split()[1] == "0", f"{name}: none of its calls fails")
            check(os.path.getsize(log) == shown, f"{name}: nothing is shown of its end")
            check(wait_for(lambda: not alive(tracer)), f"{name}: the tracer ends when the last of the traced ends")


# Refuses chdir by a filter of its own, made by the call that argv[1] names, and calls it: itself, from a child, behind execve.
# "exec": refuses it to the program that follows.
REFUSING_C = r"""#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
int main(int argc, char** argv) {
  if (strcmp(argv[1], "again") == 0) return chdir("/behind-execve") == 0;
  struct sock_filter ops[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_chdir, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 7),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog filter = {4, ops};
  chdir("/before");
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (strcmp(argv[1], "seccomp") == 0) syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter);
  else prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
  if (strcmp(argv[1], "exec") == 0) return execv(argv[2], argv + 2);
  chdir("/after");
  getppid();
  if (fork() == 0) {
    chdir("/in-child");
    _exit(0);
  }
  wait(NULL);
  chdir("/at-last");
  return execl(argv[0], argv[0], "again", (char*)NULL);
}
"""


def refused(folder):
    """What a filter of the program's own refuses shows all the same."""
    open(folder + "/refusing.c", "w").write(REFUSING_C)
    program = folder + "/refusing"
    subprocess.run(["cc", "-O1", "-w", "-o", program, program + ".c"], check=True)
    for how in ("seccomp", "prctl"):
        done = run("-d", "-f", "-o", folder + "/log", "-e", "trace=chdir", program, how)
        check("seccomp filter enabled" in done.stderr, "the filter is in use")
        seen = [line.split("(")[1].split()[0] + (" E2BIG" if "E2BIG" in line else "") for line in open(folder + "/log") if "chdir(" in line]
        expected = ['"/before")', *(f'"/{name}") E2BIG' for name in ("after", "in-child", "at-last", "behind-execve"))]
        check(seen == expected, f"calls that a filter made by {how} refuses: {seen}")
        check("seccomp(" not in open(folder + "/log").read() and "prctl(" not in open(folder + "/log").read(), "nothing else shows")
    said = subprocess.run([program, "exec", *STRACE, "-d", "-f", "-o", folder + "/log", "-e", "trace=chdir", program, "again"],
                          capture_output=True, text=True, timeout=60).stderr
    check("seccomp filter enabled" not in said and "refuses" in said, "none is installed under one that refuses calls")
    check("E2BIG" in open(folder + "/log").read(), "what is refused shows there, too")


def main():
    with tempfile.TemporaryDirectory() as folder:
        for case in (reasons, parent_is_the_tracer, children_are_not_shown, interrupted, refused, killed):
            case(folder)
    return bool(FAILED)


sys.exit(main())
