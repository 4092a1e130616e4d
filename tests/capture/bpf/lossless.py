"""Nothing is lost, however small the rings and slow the reader: every numbered call is in the trace once, in order."""

import re
import sys

from support import check_numbered, require_backend, trace_slowly

PROGRAM = sys.argv[1]


def check(threads, calls, **slowness):
    result, counted, trace = trace_slowly([PROGRAM, str(threads), str(calls)], options=["-e", "trace=pwrite64"], **slowness)
    label = f"{threads} threads of {calls} calls, {slowness}"
    assert result.returncode == 0 and result.stdout == "done\n", f"{label}: {result}"
    check_numbered(trace, threads, calls, label)
    assert counted["lost"] == 0, f"{label}: {counted}"
    print(f"{label}: {counted}")
    return counted["stops"]


require_backend()
check(1, 100000, ring=64)
check(1, 100000, ring=4096)
check(4, 25000, ring=256, every=1 << 18, pause=0.01)
stops = check(1, 100000, ring=64, stall=2.0)
stops += check(8, 20000, ring=64, stall=2.0, every=1 << 18, pause=0.02)
stops += check(64, 2000, ring=64, stall=1.0, every=1 << 18, pause=0.02)
# Of those that only their outcome makes wanted, none either.
result, counted, trace = trace_slowly([PROGRAM, "64", "1000", "half"], ring=64, stall=0.5,
                                      options=["-e", "trace=pwrite64", "-Z"])
failed = re.findall(r"^(\d+) +pwrite64\(-1, \"x\", 1, (\d+)\) += -1 EBADF", trace, re.M)
assert len(set(failed)) == len(failed) == 64 * 500 and "= 1" not in trace and counted["lost"] == 0, (len(failed), counted)
assert stops > 0, "no thread was ever stopped: the test tests nothing"
