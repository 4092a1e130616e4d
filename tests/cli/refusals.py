#!/usr/bin/env python3
"""Runs build/strace with command lines that are refused, and compares what it says and how it exits with what strace 7.2 does.

refusals.txt holds, for each case: `$ ARGUMENTS` as a shell would read them; the lines on standard error, with NAME for argv[0];
and `= STATUS` if the exit status is not 1.
"""
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

NAME = "./strace"


def cases(text):
    for block in re.split(r"^\$ ?", text, flags=re.M)[1:]:
        arguments, _, rest = block.partition("\n")
        status = 1
        match = re.search(r"^= (\d+)\n\Z", rest, flags=re.M)
        if match:
            status = int(match[1])
            rest = rest[: match.start()]
        yield arguments, rest, status


def run(folder, arguments):
    done = subprocess.run([NAME, *shlex.split(arguments)], cwd=folder, stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=20, check=False)
    said = done.stderr.replace(NAME + ":", "NAME:").replace(f"'{NAME} -h'", "'NAME -h'")
    # A process id in the name of a file.
    return re.sub(r"(/x\.)\d+", r"\1PID", said), done.returncode


def main():
    needs_root = os.getuid() != 0
    failed = total = 0
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(os.environ["STRACE"], folder + "/strace")
        for arguments, expected, status in cases(Path(sys.argv[1]).read_text()):
            if needs_root and "-u" in shlex.split(arguments):
                continue
            total += 1
            said, code = run(folder, arguments)
            if (said, code) == (expected, status):
                continue
            failed += 1
            print(f"$ strace {arguments}\nexpected ({status}):\n{expected}got ({code}):\n{said}")
    print(f"{total - failed} of {total} command lines are refused as strace refuses them")
    return failed > 0


sys.exit(main())
