"""Without ptrace events may be lost, and every one that is, is told of where it is missing: numbered calls that are shown
and losses that are told add up to all calls, in order, thread by thread."""

import json
import re
import subprocess
import sys
import tempfile

from support import SYSRAY, require_backend, trace_slowly

PROGRAM = sys.argv[1]
ENTRY = re.compile(r"(\d+) +pwrite64\(\d+, \"x\", 1, (\d+)(\) += 1)?")
END = re.compile(r"(\d+) +<\.\.\. pwrite64 resumed>\) += 1$")
LOSS = re.compile(r"(\d+) +\+\+\+ (\d+) events? lost \+\+\+$")


class Thread:
    """The calls of a thread, by what the trace says of it: each is shown whole, or is one of those that were lost."""

    def __init__(self):
        self.next = 0  # the number of the first call of which nothing is known yet
        self.open = None
        self.untold = 0  # calls that are missing in the trace so far, beyond the losses that it told of
        self.shown = self.lost = 0

    def begin(self, number):
        assert number >= self.next, f"call {number} after {self.next - 1}"
        assert self.open is None, f"call {number} begins within {self.open}"
        assert number - self.next == self.untold, f"{number - self.next} calls missing, {self.untold} told of"
        self.next, self.open, self.untold = number + 1, number, 0

    def end(self):
        assert self.open is not None
        self.open = None
        self.shown += 1

    def lose(self, count):
        self.lost += count
        # A call whose end was lost is one of them.
        self.untold += count - (self.open is not None)
        self.open = None


def threads_of(trace):
    threads = {}
    for line in trace.splitlines():
        if match := ENTRY.match(line):
            thread = threads.setdefault(match[1], Thread())
            thread.begin(int(match[2]))
            if match[3]:
                thread.end()
        elif match := END.match(line):
            threads[match[1]].end()
        elif match := LOSS.match(line):
            threads.setdefault(match[1], Thread()).lose(int(match[2]))
        else:
            assert "pwrite64" not in line or line.endswith("= ?"), line
    return threads


def check(threads, calls, *options, **slowness):
    result, counted, trace = trace_slowly([PROGRAM, str(threads), str(calls)],
                                          options=["--no-ptrace", "-e", "trace=pwrite64", *options], **slowness)
    label = f"{threads} threads of {calls} calls, {slowness}"
    assert result.returncode == 0 and result.stdout == "done\n", f"{label}: {result}"
    seen = {tid: thread for tid, thread in threads_of(trace).items() if thread.shown or thread.lost > 1}
    assert len(seen) == threads, f"{label}: {len(seen)} threads seen"
    for tid, thread in seen.items():
        assert thread.open is None and thread.shown + thread.lost == calls, f"{label}: {tid} {vars(thread)}"
        assert thread.untold == calls - thread.next, f"{label}: {tid} {vars(thread)}"
    lost = sum(int(n) for n in re.findall(r"(\d+) events? lost", trace))
    assert counted["lost"] == lost and counted["stops"] == 0, f"{label}: {counted}, {lost} told"
    print(f"{label}: {sum(t.shown for t in seen.values())} shown, {lost} lost")
    return lost


require_backend()
lost = 0
assert check(1, 2000, ring=2048) == 0
lost += check(1, 50000, ring=64, stall=1.0)
lost += check(2, 25000, ring=64, every=1 << 16, pause=0.02)
lost += check(4, 25000, ring=64, stall=0.5, every=1 << 18, pause=0.02)
lost += check(8, 20000, ring=64, stall=1.0, every=1 << 18, pause=0.05)
assert lost > 0, "nothing was lost: the test tests nothing"

# A call that nobody wants takes no room, and is not lost: of those that are left out in the kernel none is counted.
for option, result, numbers in ("-Z", "-1 EBADF", range(1, 60000, 2)), ("-z", "1", range(0, 60000, 2)):
    shown, counted, trace = trace_slowly([PROGRAM, "1", "60000", "half"], ring=64, stall=1.0,
                                         options=["--no-ptrace", "-e", "trace=pwrite64", option])
    whole = re.findall(r"pwrite64\(-?\d+, \"x\", 1, (\d+)\) += (-?\d+(?: EBADF)?)", trace)
    told = sum(int(n) for n in re.findall(r"(\d+) events? lost", trace))
    found = [int(number) for number, _ in whole]
    assert all(ended == result for _, ended in whole) and found == sorted(set(found) & set(numbers)), found
    assert len(found) + told == len(numbers) and counted["lost"] == told > 0, (option, len(found), told, counted)
    print(f"{option}: {len(found)} shown, {told} lost")

# However much is lost, the end of each process is told of.
FORKS = "i=0; while [ $i -lt 300 ]; do /bin/true; i=$((i+1)); done; exit 4"
result, counted, trace = trace_slowly(["sh", "-c", FORKS], ring=64, stall=2.0, options=["--no-ptrace"])
ends = re.findall(r"^(\d+) +\+\+\+ exited with (\d+) \+\+\+$", trace, re.M)
told = sum(int(n) for n in re.findall(r"(\d+) events? lost", trace))
assert result.returncode == 4 and sorted(status for _, status in ends) == ["0"] * 300 + ["4"], (result, len(ends))
assert len(set(pid for pid, _ in ends)) == 301 and counted["lost"] == told > 0, (counted, told)
print(f"300 forks: {told} lost")

# The other forms of the output count the same.
result, counted, trace = trace_slowly([PROGRAM, "2", "30000"], ring=64, stall=0.5,
                                      options=["--no-ptrace", "--json", "-e", "trace=pwrite64"])
lines = [json.loads(line) for line in trace.splitlines()]
lost = sum(line["events"] for line in lines if line["type"] == "lost")
whole = sum(line["type"] == "call" and "result" in line for line in lines)
assert whole + lost == 60000 and lost == counted["lost"] > 0, (whole, lost, counted)

with tempfile.TemporaryDirectory() as scratch:
    recording = scratch + "/run.sysray"
    made = subprocess.run([SYSRAY, "--no-ptrace", "--ring-size=64", "-d", "-f", "--record", recording,
                           "-e", "trace=pwrite64", PROGRAM, "4", "100000"], capture_output=True, text=True, check=True)
    replayed = subprocess.run([SYSRAY, "replay", "-f", "-c", "-U", "calls,name", recording], capture_output=True, text=True,
                              check=True).stderr
    calls = int(re.search(r"(\d+) pwrite64", replayed)[1])
    lost = int(re.search(r"^(\d+) events? lost$", replayed, re.M)[1])
    assert calls + lost == 400000, replayed
    print(f"recorded: {calls} calls, {lost} lost")
