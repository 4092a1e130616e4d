// bpf(2): attributes of which the caller knows only the first part, or more than the tracer does.
// options: -e trace=bpf -v
#include "expect.h"

int main(void) {
  setvbuf(stdout, 0, _IOFBF, 1 << 16);
  union { unsigned word[64]; char bytes[256]; } attr = {{2}};
  expect(syscall(SYS_bpf, 0x77L, &attr, 4L), "bpf(0x77 /* BPF_??? */, %p, 4)", (void*)&attr);
  expect(syscall(SYS_bpf, 2L, &attr, 0L), "bpf(BPF_MAP_UPDATE_ELEM, %p, 0)", (void*)&attr);
  char* four = edge_copy(&attr, 4);
  expect(syscall(SYS_bpf, 0L, four, 4L),
         "bpf(BPF_MAP_CREATE, {map_type=BPF_MAP_TYPE_ARRAY, key_size=0, value_size=0, max_entries=0}, 4)");
  expect(syscall(SYS_bpf, 0L, four, 5L), "bpf(BPF_MAP_CREATE, %p, 5)", (void*)four);
  attr.word[0] = ~0u;
  expect(syscall(SYS_bpf, 22L, &attr, 4L), "bpf(BPF_MAP_FREEZE, {map_fd=-1}, 4)");
  expect(syscall(SYS_bpf, 3L, &attr, 16L), "bpf(BPF_MAP_DELETE_ELEM, {map_fd=-1, key=NULL}, 16)");
  attr.bytes[4] = 'x';
  expect(syscall(SYS_bpf, 22L, &attr, 8L),
         "bpf(BPF_MAP_FREEZE, {map_fd=-1, extra_data=\"\\x78\\x00\\x00\\x00\" /* bytes 4..7 */}, 8)");
  attr.word[0] = 0, attr.word[1] = 5, attr.word[2] = 12, attr.word[3] = 0;
  char name[16] = "0123456789abcdef";
  memcpy(attr.bytes + 28, name, 16);
  expect(syscall(SYS_bpf, 0L, &attr, 36L),
         "bpf(BPF_MAP_CREATE, {map_type=BPF_MAP_TYPE_UNSPEC, key_size=5, value_size=12, max_entries=0, map_flags=0, "
         "inner_map_fd=0, map_name=\"0123456\"...}, 36)");
  return finish();
}
