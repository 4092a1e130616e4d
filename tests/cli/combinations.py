#!/usr/bin/env python3
"""200 random valid combinations of options: none crashes, and the program ends as it does without a tracer.

The options are those of the table (--generate=options). With a build that has sanitizers, a finding ends the tracer with a status of its
own. The seed is fixed, and printed with what fails.
"""
import os
import random
import re
import signal
import subprocess
import sys
import tempfile

VALUES = {
    "columns": ["0", "60"], "env": ["A=b", "A"], "interruptible": ["1", "waiting", "3", "never_tstp"], "syscall-limit": ["3", "1000"],
    "summary-syscall-overhead": ["1us", "20"], "trace-path": ["/etc/ld.so.cache", "/dev/null"], "string-limit": ["0", "5", "4096"],
    "argv0": ["other"], "trace": ["all", "none", "%file", "%desc,%memory", "!read", "/^open", "?nosuch,openat@64", "close"],
    "trace-fds": ["0,1", "!3", "all"], "abbrev": ["none", "%file"], "verbose": ["none", "all"], "raw": ["openat", "all", "none"],
    "read": ["all", "3"], "write": ["all", "1"], "signals": ["none", "!chld"], "status": ["successful", "failed,unfinished"],
    "inject": ["chdir:error=ENOENT", "getcwd:delay_exit=100"], "fault": ["chdir"], "stack-trace-frame-limit": ["3"],
    "absolute-timestamps": ["ns", "unix,us", "none"], "summary-columns": ["calls,errors,name", "name"],
}
# They need something else (a process, root), end without a trace, or write elsewhere than the test looks.
LEFT_OUT = {"attach", "user", "help", "version", "tips", "generate", "describe", "record", "output", "output-separately",
            "output-append-mode", "daemonize", "debug", ""}
PROGRAM = ["sh", "-c", "cd /; cat /etc/passwd >/dev/null; (exit 3)"]


def table(sysray):
    """Long name → (letter, whether it takes a value, its words)."""
    text = subprocess.run([sysray, "--generate=options"], capture_output=True, text=True, check=True).stdout
    for line in text.splitlines():
        name, letter, arity, words = line.split("\t")
        if name not in LEFT_OUT:
            yield name, letter, arity, words.split(",") if words else []


def pick(rng, option):
    name, letter, arity, words = option
    values = VALUES.get(name) or words
    if arity == "none":
        return ["-" + letter] if letter and rng.random() < 0.5 else ["--" + name]
    if arity == "optional" and rng.random() < 0.5 or not values:
        return ["--" + name] if arity == "optional" else []
    return [f"--{name}={rng.choice(values)}"]


def main():
    sysray = os.environ["SYSRAY"]
    options = list(table(sysray))
    seed, wanted = 7200, 200
    rng = random.Random(seed)
    run = refused = failed = 0
    used = set()
    with tempfile.TemporaryDirectory() as folder:
        while run < wanted and run + refused < 20 * wanted:
            words = []
            for option in rng.sample(options, rng.randint(1, 7)):
                words += pick(rng, option)
                used.add(option[0])
            command = [sysray, "-o", folder + "/log", *words, *PROGRAM]
            done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                  timeout=120, check=False)
            said = done.stderr.decode(errors="replace")
            # Not all options go together; a refusal says so, and is no run.
            if done.returncode == 1 and re.search(r"exclusive|simultaneously|must be (given|specified)|makes no sense|BPF backend: |Try '", said):
                refused += 1
                continue
            run += 1
            tampered = any("inject" in word or "fault" in word for word in words)
            let_go = any("limit" in word for word in words)
            sound = done.returncode == 3 or tampered and done.returncode in (2, 3) or let_go and done.returncode == 0
            if sound and "runtime error" not in said and "Sanitizer" not in said:
                continue
            failed += 1
            print(f"seed {seed}: {' '.join(words)}: ended with {done.returncode}: {said[-2000:]}")
    print(f"{run} runs of {len(used)} options, {refused} combinations refused, {failed} failed")
    missing = {name for name, *_ in options} - used
    if missing:
        print("never used:", *sorted(missing))
    return failed > 0 or run < wanted or bool(missing)


sys.exit(main())
