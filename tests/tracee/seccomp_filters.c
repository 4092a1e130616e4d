// Programs that filter, whole with -v; Landlock rules; the list of security modules.
// options: -v -e trace=seccomp,landlock_create_ruleset,landlock_add_rule
#include "expect.h"

int main(void) {
  uint64_t program[3] = {0x0000000000000020, 0xc000003e05040015, 0x0005000100000006};
  struct { unsigned short length; void* filter; } fprog = {3, program}, lost = {3, at_edge(4)};
  struct { uint64_t fs, net, scoped, more[4]; } rules = {5, 1, 2, {0}};
  expect(syscall(SYS_seccomp, 1, 0x100, &fprog),
         "seccomp(SECCOMP_SET_MODE_FILTER, 0x100 /* SECCOMP_FILTER_FLAG_??? */, {len=3, filter=[BPF_STMT(BPF_LD|BPF_W|BPF_ABS, 0), "
         "BPF_JUMP(BPF_JMP|BPF_K|BPF_JEQ, 0xc000003e, 0x4, 0x5), BPF_STMT(BPF_RET|BPF_K, SECCOMP_RET_ERRNO|0x1)]})");
  expect(syscall(SYS_seccomp, 1, 0x100, &lost), "seccomp(SECCOMP_SET_MODE_FILTER, 0x100 /* SECCOMP_FILTER_FLAG_??? */, {len=3, filter=%p})", lost.filter);
  expect(syscall(SYS_seccomp, 77, 1, 2L), "seccomp(0x4d /* SECCOMP_??? */, 0x1, 0x2)");
  expect(syscall(444, &rules, 8L, 4),
         "landlock_create_ruleset({handled_access_fs=LANDLOCK_ACCESS_FS_EXECUTE|LANDLOCK_ACCESS_FS_READ_FILE}, 8, "
         "0x4 /* LANDLOCK_CREATE_RULESET_??? */)");
  expect(syscall(444, &rules, 7L, 4), "landlock_create_ruleset(%p, 7, 0x4 /* LANDLOCK_CREATE_RULESET_??? */)", (void*)&rules);
  expect(syscall(445, -1, 9, &rules, 0), "landlock_add_rule(-1, 0x9 /* LANDLOCK_RULE_??? */, %p, 0)", (void*)&rules);
  return finish();
}
