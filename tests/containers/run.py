#!/usr/bin/env python3
"""Cases of the containers' tests: run.py CASE DIRECTORY, where DIRECTORY holds the programs containers_*.

The tracer is $SYSRAY. A case ends with 0, with 77 if the machine lacks what it needs, or says what is wrong.
"""

import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SYSRAY = os.environ["SYSRAY"]
STRACE = os.environ["STRACE"]
PROGRAMS = Path(sys.argv[2])
CANNOT = 77


def program(name):
    return str(PROGRAMS / f"containers_{name}")


def skip(why):
    print("skipped:", why)
    sys.exit(CANNOT)


def check(condition, what, context=""):
    if not condition:
        sys.exit(f"{what}\n{context}")


def can_unshare(*options):
    done = subprocess.run(["unshare", *options, "true"], capture_output=True, text=True)
    if done.returncode != 0:
        skip("unshare: " + done.stderr.strip())


# --- three levels of namespaces

def facts_of(output):
    facts = {}
    for line in output.splitlines():
        name, *words = line.split()
        facts[name] = words
    return facts


def check_levels(log, output):
    facts = facts_of(output)
    self_id = facts["self"][0]
    traced = [line for line in log.splitlines()]

    def find(pattern):
        found = [line for line in traced if re.search(pattern, line)]
        check(found, f"nothing matches {pattern}", "\n".join(line for line in traced if "getpid" in line or "kill" in line
                                                            or "write(" in line or "open" in line))
        return re.search(pattern, found[-1])

    note = r" /\* (\d+) in strace's PID NS \*/"
    # The program's own ids: the thread that makes the call is the one that the translation names.
    own = find(rf"^(?:\[pid +)?(\d+)\]? +getpid\(\) += {self_id}{note}")
    check(own.group(1) == own.group(2), "getpid is translated to another process", own.group(0))
    thread = find(rf"^(?:\[pid +)?(\d+)\]? +gettid\(\) += {facts['thread'][0]}{note}")
    check(thread.group(1) == thread.group(2), "gettid is translated to another thread", thread.group(0))
    # The parent is outside of the namespace: 0 there, nothing to translate.
    check(facts["parent"][0] == "0", "the parent is inside the namespace?")
    find(r"getppid\(\) += 0$")
    child = facts["child"][0]
    born = find(rf"(?:clone|fork)\(.*= {child}{note}").group(1)
    killed = find(rf"kill\({child}{note}, SIGKILL\) += 0")
    check(killed.group(1) == born, "kill names another process than clone", killed.group(0))
    group = find(rf"getpgid\({child}{note}\) += {child}{note}")
    check({group.group(1), group.group(2)} == {born}, "the group is another", group.group(0))
    waited = find(rf"wait4\({child}{note}, .*\) += {child}{note}")
    check({waited.group(1), waited.group(2)} == {born}, "wait4 names another process", waited.group(0))

    fd, one, other = facts["pair"]
    find(rf'write\({fd}<UNIX(?:-STREAM)?:\[{one}->{other}\]>, "pair", 4\)')
    fd, port, client = facts["tcp"]
    find(rf'write\({fd}<TCP:\[127\.0\.0\.1:{port}->127\.0\.0\.1:{client}\]>, "hello", 5\)')
    fd, path = facts["file"]
    find(rf'write\({fd}<{re.escape(path)}>, "file", 4\)')
    find(rf'write\({fd}<{re.escape(path)}>\(deleted\), "gone", 4\)')
    find(rf'openat\(AT_FDCWD<{re.escape(facts["folder"][0])}>, "other"')


LEVEL_OPTIONS = ["-f", "--whole-calls", "-yy", "--decode-pids=pidns", "-e", "signal=none"]


def run_levels(*before):
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(f"{folder}/room")
        os.chmod(folder, 0o777)
        os.chmod(f"{folder}/room", 0o777)
        log = f"{folder}/log"
        done = subprocess.run([*before, SYSRAY, *LEVEL_OPTIONS, "-o", log, program("levels"), f"{folder}/room"],
                              capture_output=True, text=True, timeout=100)
        if done.returncode == CANNOT:
            skip(done.stderr.strip())
        check(done.returncode == 0, "the program failed", done.stderr)
        check_levels(Path(log).read_text(), done.stdout)


def levels_from_outside():
    run_levels()


def levels_from_the_middle():
    can_unshare("-Urpf", "--mount-proc")
    run_levels("unshare", "-Urpf", "--mount-proc")


def levels_with_foreign_proc():
    # /proc stays that of the enclosing namespace: its numbers are not the tracer's.
    can_unshare("-Urpf")
    run_levels("unshare", "-Urpf")


def levels_with_hidden_proc():
    # As a user from whom /proc hides all that isn't the user's own.
    hide = "mount -t proc -o hidepid=invisible proc /proc && exec setpriv --reuid=65534 --regid=65534 --clear-groups \"$0\" \"$@\""
    hidden = ["unshare", "-m", "sh", "-c", hide]
    tried = subprocess.run([*hidden, "sh", "-c", f"test -x {SYSRAY} && test ! -e /proc/1 && unshare -Urpf true"], capture_output=True, text=True)
    if tried.returncode != 0:
        skip("no /proc that hides, or no namespaces for users: " + tried.stderr.strip())
    run_levels(*hidden)


def unshare_logs():
    can_unshare("-Urpf")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([STRACE, "-ff", "--pidns-translation", "-o", f"{folder}/log", "unshare", "-Urpf", "sh", "-c",
                        "true & wait; :"], check=True, capture_output=True, timeout=60)
        logs = {int(name.rsplit(".", 1)[1]): Path(name).read_text() for name in glob.glob(f"{folder}/log.*")}
        check(len(logs) == 3, f"three logs were expected, there are {sorted(logs)}")
        inner = {}
        for text in logs.values():
            for inside, outside in re.findall(r"(?:clone|clone3|fork|vfork)\(.*= (\d+) /\* (\d+) in strace's PID NS \*/", text):
                inner[int(inside)] = int(outside)
        # The first child of unshare is 1 for itself and is named by its parent in the tracer's numbers already.
        check(2 in inner and inner[2] in logs, f"no log of the process that is 2 inside: {inner}, {sorted(logs)}")


# --- users and groups

def accounts_of_the_container():
    # A root of its own: with files that name root otherwise, and links that would lead out of it.
    can_unshare("-Urm")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "root"
        for name in ("etc", "real", "bin", "lib", "lib64", "usr"):
            (root / name).mkdir(parents=True)
        (root / "real/passwd").write_text("captain:x:0:0::/:/bin/sh\nnonsense\n:x:5:\nother:x:zero:\n")
        (root / "etc/passwd").symlink_to("/real/passwd")
        (root / "etc/group").symlink_to("/etc/hostname")  # within the root there is none
        mounts = "".join(f"mount --rbind /{name} {root}/{name}; " for name in ("bin", "lib", "lib64", "usr")
                         if os.path.isdir(f"/{name}"))
        log = f"{folder}/log"
        subprocess.run([SYSRAY, "-f", "--decode-ids", "-e", "trace=geteuid,getegid", "-o", log, "unshare", "-Urm", "sh", "-c",
                        f"{mounts} exec chroot {root} /usr/bin/id -u"], check=True, capture_output=True, timeout=60)
        text = Path(log).read_text()
        inside = text[text.rindex("geteuid()"):]
        check("geteuid() = 0 /* captain */" in re.sub(" +", " ", inside), "the root's own names aren't used", text)
        check(re.search(r"getegid\(\) += 0$", inside, re.M) or "getegid" not in inside, "a group of another root is named", text)
        check(re.search(r"geteuid\(\) += 0 /\* root \*/", text) or "geteuid" not in text[:text.rindex("geteuid()")],
              "outside the tracer's own file counts", text)


# --- recordings

def recorded_world():
    """What a recording shows is what was shown while it was made, when all that it is about is gone."""
    cases = [([program("fds")], ["-yy"])]
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(f"{folder}/room")
        deep = subprocess.run([program("levels"), f"{folder}/room"], capture_output=True)
        if deep.returncode == 0:
            cases.append(([program("levels"), f"{folder}/room"], ["-f", "-yy", "--decode-pids=all"]))
            cases.append(([program("levels"), f"{folder}/room"], ["-f", "-yy", "--decode-pids=pidns"]))
        for argv, options in cases:
            # Once shown as it is recorded, once recorded without a word of names.
            done = subprocess.run([SYSRAY, "--whole-calls", *options, "--record", f"{folder}/shown.sysray", "-o", f"{folder}/shown", *argv],
                                  capture_output=True, text=True, timeout=100)
            check(done.returncode == 0, "the program failed", done.stderr)
            again = subprocess.run([SYSRAY, "replay", "--whole-calls", *options, "-o", f"{folder}/again", f"{folder}/shown.sysray"],
                                   capture_output=True, text=True, timeout=100)
            check(again.returncode == 0, "no replay", again.stderr)
            shown, replayed = Path(f"{folder}/shown").read_text(), Path(f"{folder}/again").read_text()
            check(shown == replayed, f"{argv}: the replay differs", f"{shown}\n---\n{replayed}")
            plain = [SYSRAY, *[word for word in options if word == "-f"], "--record", f"{folder}/plain.sysray", *argv]
            done = subprocess.run(plain, capture_output=True, text=True, timeout=100)
            check(done.returncode == 0, "the program failed", done.stderr)
            subprocess.run([SYSRAY, "replay", "--whole-calls", *options, "-o", f"{folder}/again", f"{folder}/plain.sysray"], check=True,
                           capture_output=True, timeout=100)
            text = Path(f"{folder}/again").read_text()
            if "--decode-pids=pidns" in options:
                check_levels(text, done.stdout)
            elif "levels" not in argv[0]:
                check_kinds(text, done.stdout)


# --- data

def parts_of(value):
    return value["details"]["parts"]


def names_as_data():
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(f"{folder}/room")
        done = subprocess.run([SYSRAY, "--json", "-yy", "-o", f"{folder}/log", program("fds")], capture_output=True, text=True,
                              timeout=60, check=True)
        events = [json.loads(line) for line in Path(f"{folder}/log").read_text().splitlines()]
        shown = [event["args"]["fd"] for event in events if event.get("call") == "fsync"]
        by_target = {}
        for fd in shown:
            by_target.setdefault(fd["target"].split("[")[0] if fd["target"].startswith("socket") else fd["target"], []).append(fd)
        sockets = [parts_of(fd) for fd in by_target["socket:"]]
        udp = [parts for parts in sockets if parts["protocol"]["word"] == "UDP"]
        check(any(parts.get("peer_address") == "127.0.0.1" and parts.get("peer_port", 0) > 0 and parts.get("inode", 0) > 0
                  for parts in udp), "no tuple of a UDP socket", udp)
        check(any(parts["protocol"]["word"].startswith("UNIX") and "peer_inode" in parts for parts in sockets), "no peer", sockets)
        memfd = [fd for fd in shown if fd["target"].startswith("/memfd:")]
        check(memfd and "seals" in memfd[0]["details"]["fields"], "no seals", memfd)
        timer = [fd for fd in shown if "timerfd" in fd["target"]]
        check(timer and "clockid" in timer[0]["details"]["fields"], "no facts of a timer", timer)
        check(any(fd.get("details", {}).get("parts", {}).get("major") == 1 for fd in shown), "no device", shown)

        done = subprocess.run([SYSRAY, "-f", "--json", "-yy", "--decode-pids=all", "-o", f"{folder}/log", program("levels"),
                               f"{folder}/room"], capture_output=True, text=True, timeout=100)
        if done.returncode == CANNOT:
            skip(done.stderr.strip())
        check(done.returncode == 0, "the program failed", done.stderr)
        events = [json.loads(line) for line in Path(f"{folder}/log").read_text().splitlines()]
        self_id = int(facts_of(done.stdout)["self"][0])
        deepest = [event["ids"] for event in events if "ids" in event]
        check(any(len(ids) == 4 and ids[-1] == self_id for ids in deepest), "no ids of four namespaces", deepest[:5])
        for event in events:
            check("ids" not in event or event["ids"][0] == event["tid"], "ids do not begin with the tracer's", event)


# --- descriptors

def reused_descriptors():
    check_reuse()


def reused_descriptors_bpf():
    probe = subprocess.run([SYSRAY, "--backend=bpf", "-o", "/dev/null", "true"], capture_output=True, text=True)
    if probe.returncode != 0:
        skip("no BPF backend: " + probe.stderr.strip())
    check_reuse("--backend=bpf")
    check_reuse("--backend=bpf", "--ring-size=64")
    # None of the calls that make or end descriptors is seen.
    check_reuse("--backend=bpf", "-e", "trace=read")


def check_reuse(*options):
    with tempfile.TemporaryDirectory() as folder:
        for i in range(16):
            Path(f"{folder}/f{i}").write_text("x" * i)
        log = f"{folder}/log"
        done = subprocess.run([SYSRAY, *options, "-f", "--whole-calls", "-y", "-o", log, program("reuse"), folder],
                              capture_output=True, text=True, timeout=250)
        check(done.returncode == 0, "the program failed", done.stderr)
        truth = dict(line.split() for line in done.stdout.splitlines())
        seen = {}
        for line in Path(log).read_text().splitlines():
            found = re.search(rf"read\(\d+<{re.escape(folder)}/(f\d+)>, .*, (\d+)\) += \d+$", line)
            if found:
                seen[found.group(2)] = found.group(1)
        wrong = {count: (name, seen.get(count)) for count, name in truth.items() if seen.get(count) != name}
        check(not wrong, f"{len(wrong)} of {len(truth)} reads name another file: {list(wrong.items())[:5]}")
        check(len(truth) == 10000, f"{len(truth)} reads")


def descriptor_kinds():
    with tempfile.TemporaryDirectory() as folder:
        log = f"{folder}/log"
        done = subprocess.run([STRACE, "-yy", "-e", "trace=fsync", "-o", log, program("fds")], capture_output=True,
                              text=True, timeout=60, check=True)
        check_kinds(Path(log).read_text(), done.stdout)


def check_kinds(log, output):
    shown = re.findall(r"^fsync\((\d+)(.*)\) += ", log, re.M)
    wanted = [line.split(" ", 1) for line in output.splitlines()]
    check(len(shown) == len(wanted), f"{len(wanted)} calls were expected, {len(shown)} shown", log)
    for (fd, text), (want_fd, want) in zip(shown, wanted):
        fits = re.fullmatch(want[1:], text) if want.startswith("~") else text == want
        check(fd == want_fd and fits, f"descriptor {want_fd}: expected {want}, got {text}")


def descriptors_by_io_uring():
    check_untold("io_uring")


def descriptors_by_supervisor():
    check_untold("supervisor")


def check_untold(way):
    """Descriptors that become others unseen are named as what they are, whatever calls have told before."""
    with tempfile.TemporaryDirectory() as folder:
        log = f"{folder}/log"
        done = subprocess.run([SYSRAY, "-f", "--whole-calls", "-y", "-o", log, program("untold"), way], capture_output=True, text=True,
                              timeout=60)
        if done.returncode == 77:
            skip("the kernel lacks it")
        check(done.returncode == 0, "the program failed", done.stderr)
        truth = [f"{fd}<{link}>" for fd, link in (line.split(" ", 1) for line in done.stdout.splitlines())]
        shown = re.findall(r"fsync\((\d+<.*?>)\) += ", Path(log).read_text())
        check(len(set(truth)) == 2, f"the descriptor did not change: {truth}")
        check(shown == truth, f"{truth} were expected, {shown} are shown")


# --- targets

class Waiting:
    """A process that waits for a line, and then makes the calls that a trace of it must show."""

    def __init__(self, mark, name="pause", before=()):
        self.process = subprocess.Popen([*before, program(name), str(mark)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.pid = int(self.process.stdout.readline())

    def go(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


def attached(pids, timeout=30):
    """Waits until all the processes are traced."""
    end = time.time() + timeout
    while time.time() < end:
        if all("TracerPid:\t0" not in Path(f"/proc/{pid}/status").read_text() for pid in pids):
            return True
        time.sleep(0.01)
    return False


def trace_targets(options, inside, outside, folder):
    """Traces by the options; the processes of `inside` must be caught, those of `outside` must not."""
    log = f"{folder}/log"
    tracer = subprocess.Popen([SYSRAY, *options, "-e", "trace=getsid,getpgid", "-o", log], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
    ok = attached([one.pid for one in inside])
    for one in inside + outside:
        one.go()
    for one in inside + outside:
        one.process.wait(timeout=60)
    try:
        said, _ = tracer.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        tracer.terminate()
        said, _ = tracer.communicate()
        check(False, "the tracer goes on though all it traced has ended", said)
    text = Path(log).read_text()
    check(ok, "not all processes were attached", said + text)
    for mark in (one.process.args[-1] for one in inside):
        check(f"getpgid({mark})" in text, f"{options}: nothing of {mark}", said + text)
    for mark in (one.process.args[-1] for one in outside):
        check(f"getpgid({mark})" not in text, f"{options}: {mark} was traced", text)
    check(text.count("getsid(0") == len(inside), "a child was not seen from its first call", text)


def with_processes(count, body):
    made = [Waiting(900000 + i) for i in range(count)]
    try:
        with tempfile.TemporaryDirectory() as folder:
            body(made, folder)
    finally:
        for one in made:
            one.end()


def pid_targets():
    def by_exe(made, folder):
        copy = f"{folder}/other-program"
        subprocess.run(["cp", program("pause"), copy], check=True)
        other = subprocess.Popen([copy, "900009"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        one = Waiting.__new__(Waiting)
        one.process, one.pid = other, int(other.stdout.readline())
        try:
            trace_targets(["--exe", copy], [one], made, folder)
        finally:
            one.end()

    def by_comm(made, folder):
        copy = f"{folder}/odd-name"
        subprocess.run(["cp", program("pause"), copy], check=True)
        other = subprocess.Popen([copy, "900008"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        one = Waiting.__new__(Waiting)
        one.process, one.pid = other, int(other.stdout.readline())
        try:
            trace_targets(["--comm", "odd-na*"], [one], made, folder)
        finally:
            one.end()

    def by_descent(made, folder):
        # The shell is the ancestor of one of them.
        shell = Waiting(900007, before=("sh", "-c", '"$0" "$@"; :'))
        parent = int(re.search(r"PPid:\t(\d+)", Path(f"/proc/{shell.pid}/status").read_text()).group(1))
        try:
            trace_targets(["-p", str(parent), "--descendants"], [shell], made, folder)
        finally:
            shell.end()

    with_processes(1, by_exe)
    with_processes(1, by_comm)
    with_processes(1, by_descent)


# Control groups as each runtime names them.
ID = "0123456789abcdef" * 4
POD = "11111111_2222_3333_4444_555555555555"
GROUPS = {
    "docker": f"docker/{ID}",
    "docker-systemd": f"system.slice/docker-{ID}.scope",
    "podman": f"machine.slice/libpod-{ID}.scope/container",
    "containerd": f"kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod{POD}.slice/cri-containerd-{ID}.scope",
    "cri-o": f"kubepods/burstable/pod{POD.replace('_', '-')}/crio-{ID}",
    "lxc": "lxc.payload.thing",
}


def cgroup_root():
    for mount in ("/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd", "/sys/fs/cgroup/pids", "/sys/fs/cgroup"):
        if os.path.exists(f"{mount}/cgroup.procs") and os.access(mount, os.W_OK):
            try:
                os.mkdir(f"{mount}/sysray-probe-{os.getpid()}")
                os.rmdir(f"{mount}/sysray-probe-{os.getpid()}")
                return mount
            except OSError:
                pass
    skip("no control group can be made here")


class Group:
    """A control group below one that is the test's alone."""

    def __init__(self, path):
        self.root = cgroup_root()
        self.top = f"sysray-test-{os.getpid()}"
        self.path = f"{self.top}/{path}"
        os.makedirs(f"{self.root}/{self.path}", exist_ok=True)

    def add(self, pid):
        Path(f"{self.root}/{self.path}/cgroup.procs").write_text(str(pid))

    def end(self):
        for folder, _, _ in os.walk(f"{self.root}/{self.top}", topdown=False):
            for _ in range(100):
                try:
                    os.rmdir(folder)
                    break
                except OSError:
                    time.sleep(0.02)


def container_naming():
    for name, path in GROUPS.items():
        group = Group(path)
        try:
            def body(made, folder):
                group.add(made[0].pid)
                wanted = ["--container", "thing"] if name == "lxc" else ["--container", ID[:12]]
                trace_targets(wanted, made[:1], made[1:], folder)
            with_processes(2, body)
            if name in ("containerd", "cri-o"):
                def by_pod(made, folder):
                    group.add(made[0].pid)
                    trace_targets(["--pod", POD.replace("_", "-")], made[:1], made[1:], folder)
                with_processes(2, by_pod)
            if name == "docker-systemd":
                def by_unit(made, folder):
                    group.add(made[0].pid)
                    trace_targets(["--unit", f"docker-{ID}.scope"], made[:1], made[1:], folder)
                with_processes(2, by_unit)

                def by_group(made, folder):
                    group.add(made[0].pid)
                    trace_targets(["--cgroup", f"{group.root}/{group.path}"], made[:1], made[1:], folder)
                with_processes(2, by_group)
        finally:
            group.end()


def unknown_container():
    group = Group(GROUPS["docker"])
    try:
        def body(made, folder):
            group.add(made[0].pid)
            done = subprocess.run([SYSRAY, "--container", "no-such-thing"], capture_output=True, text=True, timeout=30)
            check(done.returncode != 0, "an unknown container is no error")
            check("no container 'no-such-thing'" in done.stderr and f"docker {ID[:12]}" in done.stderr,
                  "the containers that there are aren't listed", done.stderr)
        with_processes(1, body)
    finally:
        group.end()


def late_tasks():
    group = Group(GROUPS["docker"])
    try:
        def body(made, folder):
            group.add(made[0].pid)
            log = f"{folder}/log"
            tracer = subprocess.Popen([SYSRAY, "--container", ID[:12], "-e", "trace=getsid,getpgid", "-o", log],
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            try:
                check(attached([made[0].pid]), "not attached")
                # As `docker exec` does: a process of another descent enters.
                group.add(made[1].pid)
                check(attached([made[1].pid]), "a process that entered later is not traced")
                for one in made:
                    one.go()
                said, _ = tracer.communicate(timeout=60)
                text = Path(log).read_text()
                check("getpgid(900000" in text and "getpgid(900001" in text, "calls are missing", said + text)
            finally:
                tracer.terminate()
                tracer.wait()
        with_processes(2, body)
    finally:
        group.end()


def wait_for():
    with tempfile.TemporaryDirectory() as folder:
        copy = f"{folder}/awaited-one"
        subprocess.run(["cp", program("pause"), copy], check=True)
        log = f"{folder}/log"
        tracer = subprocess.Popen([SYSRAY, "--wait-for", "--comm", "awaited-*", "-e", "trace=getpgid", "-o", log],
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        time.sleep(0.3)
        check(tracer.poll() is None, "the tracer did not wait")
        other = subprocess.Popen([copy, "900005"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        one = Waiting.__new__(Waiting)
        one.process, one.pid = other, int(other.stdout.readline())
        try:
            check(attached([one.pid]), "not attached")
            one.go()
            said, _ = tracer.communicate(timeout=60)
            check("getpgid(900005)" in Path(log).read_text(), "calls are missing", said)
        finally:
            one.end()
            tracer.kill()
            tracer.wait()


if __name__ == "__main__":
    globals()[sys.argv[1]]()
