"""--backend=auto goes over to BPF, once stops are many, where it is permitted and shows the same, and says why it doesn't;
--backend=bpf says what is missing."""

import subprocess

from support import SYSRAY, require_backend


def run(*words, prefix=()):
    done = subprocess.run([*prefix, SYSRAY, "-d", "-o", "/dev/null", *words, "true"], capture_output=True, text=True)
    return done.returncode, done.stderr


def check_chosen(why, *words, prefix=()):
    status, said = run("--backend=auto:0", *words, prefix=prefix)
    assert status == 0, said
    if why is None:
        assert "not the BPF backend" not in said, said
    else:
        assert "not the BPF backend, but ptrace: " in said and why in said and "records" not in said, said


require_backend()
check_chosen(None)
check_chosen(None, "-f", "-e", "trace=execve", "-c")
check_chosen(None, "-yy")
check_chosen(None, "-P", "/etc/passwd")
check_chosen("it cannot tamper with calls", "-e", "inject=getuid:retval=1")
check_chosen("stacks are read", "-k")
check_chosen("ids are looked up", "-Y")
check_chosen("so long strings", "-s", "100000")

# As somebody else, and as root of a user namespace, whose capabilities are none to BPF.
for prefix, why in (((("setpriv", "--bounding-set=-bpf,-sys_admin", "--inh-caps=-bpf,-sys_admin")), "CAP_BPF is missing"),
                    ((("unshare", "-Ur")), "outside of it")):
    if subprocess.run([*prefix, "true"], capture_output=True).returncode != 0:
        print("not checked:", prefix)
        continue
    status, said = run("--backend=bpf", prefix=prefix)
    assert status == 1 and why in said and "--backend=ptrace" in said, said
    check_chosen(why, prefix=prefix)
