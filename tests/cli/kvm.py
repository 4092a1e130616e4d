#!/usr/bin/env python3
"""kvm.py PROGRAM: why a virtual CPU stopped, and its state, are shown if that is asked for."""
import json
import os
import re
import subprocess
import sys

PROGRAM = sys.argv[1]


def run(tracer, *options):
    return subprocess.run([os.environ[tracer], "-qq", "-e", "trace=ioctl", *options, PROGRAM], capture_output=True, text=True, timeout=60, check=False).stderr


def runs(text):
    lines = text.splitlines()
    return [line for i, line in enumerate(lines) if "KVM_RUN" in line or line.startswith(" VCPU")]


if subprocess.run([PROGRAM], check=False).returncode == 77:
    print("no KVM here")
    sys.exit(77)
plain = runs(run("STRACE"))
assert len(plain) == 2 and all(re.fullmatch(r"ioctl\(\d+, KVM_RUN, 0\) += 0", line) for line in plain), plain
reasons = runs(run("STRACE", "-e", "kvm=vcpu"))
assert [line.split(" = ")[1] for line in reasons] == ["0 (KVM_EXIT_IO)", "0 (KVM_EXIT_HLT)"], reasons
states = runs(run("STRACE", "--kvm=vcpu+"))
assert [line[:9] for line in states] == [states[0][:9], " VCPU:0< ", " VCPU:0> "] * 2, states
stopped = ("exit_reason=2 /* KVM_EXIT_IO */", "{io={direction=KVM_EXIT_IO_OUT, size=1, port=0x3f8, count=1, data_offset=0x", "data=[0x2a]}}}")
assert all(part in states[2] for part in stopped) and "exit_reason=0 /* KVM_EXIT_UNKNOWN */" in states[1], states
assert states[4] == states[2].replace(">", "<", 1) and "exit_reason=5 /* KVM_EXIT_HLT */" in states[5], states
calls = [json.loads(line) for line in run("SYSRAY", "--json", "--kvm=vcpu+").splitlines() if "KVM_RUN" in line]
assert [call["states"][0]["instance"] for call in calls] == ["0", "0"], calls
assert calls[0]["states"][0]["after"]["fields"]["if_flag"] == 0, calls
