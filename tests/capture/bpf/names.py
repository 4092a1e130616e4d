"""Names of descriptors under BPF are those of the moment of each call, whichever calls are shown, and however late the
reader looks; and threads are stopped for few of them."""

import re
import sys
import tempfile

from support import require_backend, trace_slowly

ROUNDS = 500


def check(what, options, ring, most_stops=None, **slow):
    with tempfile.TemporaryDirectory() as folder:
        result, statistics, trace = trace_slowly([sys.argv[1], str(ROUNDS), folder], ring=ring, options=options, **slow)
    assert result.returncode == 0, f"{what}: the program failed: {result.stderr}"
    wanted = result.stdout.splitlines()
    shown = re.findall(r"^(?:\d+ +)?fsync\((\d+)<(.*)\) += ", trace, re.MULTILINE)
    assert len(shown) == len(wanted) == 8 * ROUNDS, f"{what}: {len(wanted)} calls were made, {len(shown)} are shown"
    wrong = [(want, got) for want, got in zip(wanted, shown)
             if (want if want.endswith("(deleted)") else want + ">") != " ".join(got)]
    assert not wrong, f"{what}: {len(wrong)} wrong names: {wrong[:5]}"
    assert statistics["lost"] == 0, f"{what}: {statistics['lost']} lost"
    assert most_stops is None or statistics["stops"] <= most_stops, f"{what}: {statistics['stops']} stops"


require_backend()
# Descriptors in control messages are looked up: two calls of each round.
check("all calls", ["-y"], 2048, stall=0.3, most_stops=2 * ROUNDS + 100)
check("a filter that shows no call that makes descriptors", ["-y", "-e", "trace=fsync"], 2048, stall=0.3, most_stops=0)
check("sockets in detail", ["-yy"], 1024, stall=0.3)
check("a small ring", ["-y"], 64, stall=0.2)
