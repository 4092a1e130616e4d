"""A program that is stopped for back-pressure behaves as it does untraced, and so do those that watch it.

SYSRAY_TEST_STOPS=10000 in the environment: until there were so many stops.
"""

import os
import subprocess
import sys

from support import require_backend, trace_slowly

PROGRAM, STOPS = sys.argv[1], int(os.environ.get("SYSRAY_TEST_STOPS", sys.argv[2]))
CALLS = 40000

require_backend()
untraced = subprocess.run([PROGRAM, str(CALLS)], capture_output=True, text=True)
assert untraced.returncode == 0 and "NOT" not in untraced.stdout, untraced
stops = 0
while stops < STOPS:
    result, counted, _ = trace_slowly([PROGRAM, str(CALLS)], ring=64, every=1 << 20, pause=0.002)
    assert result.returncode == untraced.returncode, result
    assert result.stdout == untraced.stdout, f"untraced:\n{untraced.stdout}\ntraced:\n{result.stdout}"
    assert counted["lost"] == 0, counted
    assert counted["stops"] > 0, "no thread was ever stopped: the test tests nothing"
    stops += counted["stops"]
    print(counted, flush=True)
print(stops, "stops")
