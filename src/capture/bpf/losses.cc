// What no record has told of (class Object).
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "capture/bpf/object.h"

namespace sysray::capture::bpf {
namespace {

bool look_up(int map, const void* key, void* value) {
  bpf_attr attr{};
  attr.map_fd = static_cast<u32>(map);
  attr.key = reinterpret_cast<u64>(key);
  attr.value = reinterpret_cast<u64>(value);
  return syscall(SYS_bpf, BPF_MAP_LOOKUP_ELEM, &attr, sizeof attr) == 0;
}

bool first_key(int map, void* key) {
  bpf_attr attr{};
  attr.map_fd = static_cast<u32>(map);
  attr.next_key = reinterpret_cast<u64>(key);
  return syscall(SYS_bpf, BPF_MAP_GET_NEXT_KEY, &attr, sizeof attr) == 0;
}

bool remove_key(int map, const void* key) {
  bpf_attr attr{};
  attr.map_fd = static_cast<u32>(map);
  attr.key = reinterpret_cast<u64>(key);
  return syscall(SYS_bpf, BPF_MAP_DELETE_ELEM, &attr, sizeof attr) == 0;
}

}  // namespace

u32 Object::untold(Tid tid) const {
  const UniqueFd pidfd = open_thread(tid);
  const int key = pidfd.get();
  bpf_task state{};
  return pidfd && look_up(tasks_, &key, &state) ? state.lost : 0;
}

std::vector<Object::Unplaced> Object::take_unplaced() {
  std::vector<Unplaced> taken;
  const u32 now = __atomic_load_n(&shared_->unplaced, __ATOMIC_ACQUIRE);
  if (now == unplaced_seen_) return taken;
  unplaced_seen_ = now;
  for (s32 tid = 0; first_key(unplaced_, &tid);) {
    Unplaced one{Tid{tid}, {}};
    if (look_up(unplaced_, &tid, &one.last)) taken.push_back(one);
    if (!remove_key(unplaced_, &tid)) break;
  }
  return taken;
}

}  // namespace sysray::capture::bpf
