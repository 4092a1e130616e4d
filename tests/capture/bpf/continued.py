"""A SIGCONT that is pending when its thread should be stopped still arrives: a SIGSTOP would take it away."""

import subprocess
import sys

from support import SYSRAY, require_backend

COUNT = 500

require_backend()
# Names of processes are looked up while threads stand still: each call is a stop.
done = subprocess.run([SYSRAY, "--backend=bpf", "-d", "-f", "-Y", "-o", "/dev/null", sys.argv[1], str(COUNT)],
                      capture_output=True, text=True, timeout=100)
assert done.returncode == 0, done.stderr
assert done.stdout.strip() == str(COUNT), f"of {COUNT} signals {done.stdout.strip()} arrived"
assert " 0 stops" not in done.stderr, "no thread was ever stopped: the test tests nothing"
