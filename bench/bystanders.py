"""What tracing costs a task that isn't traced. A table for bench/RESULTS.md."""

import statistics
import subprocess
import time
from pathlib import Path

CALLS = r"""
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
/* Nanoseconds that a call took, the least of 20 tries: what else runs on the machine only adds. */
int main(void) {
  double least = 1e9;
  for (int try = 0; try < 20; try++) {
    struct timespec begin, end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (int i = 0; i < 50000; i++) syscall(SYS_getppid);
    clock_gettime(CLOCK_MONOTONIC, &end);
    double each = ((end.tv_sec - begin.tv_sec) * 1e9 + (end.tv_nsec - begin.tv_nsec)) / 50000;
    if (each < least) least = each;
  }
  printf("%f\n", least);
}
"""


def wait_for(condition):
    for _ in range(2500):
        if condition():
            return
        time.sleep(0.002)
    raise SystemExit("bench: the tracer did not begin to trace")


def cost_beside(scratch, tracer):
    """Nanoseconds a call in a task of no tracer, while `tracer` traces another one that sleeps."""
    if not tracer:
        return float(subprocess.run([scratch / "bystander"], capture_output=True, text=True, check=True).stdout)
    log = scratch / "bystander.log"
    log.unlink(missing_ok=True)
    # What it traces has become the shell once it is traced, and stays it until its input ends.
    traced = subprocess.Popen([*tracer, "-o", log, "sh", "-c", "read line; exec true"], stdin=subprocess.PIPE)
    try:
        wait_for(lambda: "sh" in children_of(traced.pid))
        return float(subprocess.run([scratch / "bystander"], capture_output=True, text=True, check=True).stdout)
    finally:
        traced.stdin.close()
        traced.wait()


def children_of(pid):
    """Names of the processes that descend from it."""
    names = []
    for one in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in one.read_text().split():
            try:
                names.append(Path(f"/proc/{child}/comm").read_text().strip())
            except OSError:
                continue
            names += children_of(child)
    return names


def report(sysray, scratch, rounds):
    (scratch / "bystander.c").write_text(CALLS)
    subprocess.run(["gcc", "-O1", scratch / "bystander.c", "-o", scratch / "bystander"], check=True)
    tracers = {"nobody traces": [], "sysray (ptrace)": [sysray, "--backend=ptrace", "-f"]}
    tried = subprocess.run([sysray, "--backend=bpf", "-o", "/dev/null", "true"], capture_output=True)
    if tried.returncode == 0:
        tracers["sysray (BPF)"] = [sysray, "--backend=bpf", "-f"]
        tracers["sysray (BPF), few calls picked: -e trace=read,execve"] = [sysray, "--backend=bpf", "-f", "-e",
                                                                         "trace=read,execve"]
        tracers["sysray (as it chooses), few calls made: -e trace=execve"] = [sysray, "-f", "-e", "trace=execve"]
    costs = {name: [] for name in tracers}
    for _ in range(rounds):
        for name, tracer in tracers.items():
            costs[name].append(cost_beside(scratch, tracer))
    lines = ["## What tracing costs a task that isn't traced", "",
             "A getppid() of a task of no tracer, while another one is traced.", "",
             "| meanwhile | ns a call | more than with nobody, ns |", "| --- | ---: | ---: |"]
    alone = costs["nobody traces"]
    for name, each in costs.items():
        more = statistics.median(a - b for a, b in zip(each, alone))
        lines.append(f"| {name} | {statistics.median(each):.1f} | {more:.1f} |")
    return lines
