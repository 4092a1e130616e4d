"""What BPF objects the kernel has: by bpf(2), as bpftool does it, but without opening them.

Linux (6.18, prog_array_map_clear) loses a reference to a map of programs that somebody opens by its id just when its last
user closes it, whosever it is; the map, empty, stays for ever.
"""

import ctypes
import os
import platform

SYS_BPF = {"x86_64": 321}[platform.machine()]
# linux/bpf.h: BPF_*_GET_NEXT_ID, BPF_*_GET_FD_BY_ID; where in the info a name stands.
COMMANDS = {"prog": (11, 13), "map": (12, 14), "link": (31, 30)}
OBJ_GET_INFO_BY_FD = 15
NAME_AT = {"prog": 64, "map": 24}
libc = ctypes.CDLL(None, use_errno=True)


def bpf(command, attr):
    return libc.syscall(SYS_BPF, command, ctypes.byref(attr), ctypes.sizeof(attr))


def ids():
    """Ids by kind."""
    found = {}
    for kind, (next_id, _) in COMMANDS.items():
        attr = (ctypes.c_uint32 * 4)()
        found[kind] = set()
        while bpf(next_id, attr) == 0:
            found[kind].add(attr[1])
            attr[0] = attr[1]
    return found


def names_of(kind, which):
    """For messages: what remains of these."""
    names = []
    for one in sorted(which):
        attr = (ctypes.c_uint32 * 4)(one)
        fd = bpf(COMMANDS[kind][1], attr)
        if fd < 0:
            continue
        info = (ctypes.c_ubyte * 256)()
        request = (ctypes.c_uint64 * 2)(fd | ctypes.sizeof(info) << 32, ctypes.addressof(info))
        bpf(OBJ_GET_INFO_BY_FD, request)
        os.close(fd)
        at = NAME_AT.get(kind)
        names.append(f"{one} {bytes(info[at:at + 16]).split(bytes(1))[0].decode() if at else ''}".strip())
    return names
