"""Names on pages that the program never touched are shown: the kernel is the first to read them."""

import re
import sys
import tempfile

from support import require_backend, trace_slowly

PROGRAM, COUNT = sys.argv[1], 10000

require_backend()
with tempfile.NamedTemporaryFile() as names:
    for i in range(64):
        names.write(f"/nonexistent/name{i}".encode().ljust(4096, b"\0"))
    names.flush()
    result, counted, trace = trace_slowly([PROGRAM, names.name, str(COUNT)], ring=1024,
                                          options=["-e", "trace=access"])
assert result.stdout == "done\n", result
shown = [int(n) for n in re.findall(r'access\("/nonexistent/name(\d+)", F_OK\) += -1 ENOENT', trace)]
assert shown == [i % 64 for i in range(COUNT)], f"{len(shown)} of {COUNT}"
print(counted)
