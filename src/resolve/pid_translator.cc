#include "resolve/pid_translator.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

namespace sysray::resolve {

namespace {

// linux/nsfs.h, 6.11. They answer for tasks, dead ones included until they have been waited for.
constexpr unsigned long ns_get_pid_from_pidns = 0x8004b706;
constexpr unsigned long ns_get_pid_in_pidns = 0x8004b708;

// Of ids that ended; a program that makes more tasks than that between an end and its mention gets no translation.
constexpr size_t max_seen = 65536;
constexpr size_t max_found = 4096;

}  // namespace

void PidTranslator::began(Tid tid) {
  found_.clear();
  tracees_.insert(number(tid));
  const PidNamespace* space = spaces_.of(tid);
  if (space == nullptr || space->own) return;
  const s32 id = into(*space, tid);
  if (id <= 0) return;
  if (seen_.size() >= max_seen) seen_.clear();
  tasks_[number(tid)] = {space, id};
  seen_[{space, id, IdKind::task}] = number(tid);
}

void PidTranslator::ended(Tid tid) {
  found_.clear();
  tracees_.erase(number(tid));
  chains_.erase(number(tid));
  tasks_.erase(number(tid));
  spaces_.forget(tid);
}

TranslatedId PidTranslator::translate(Tid of, IdKind kind, s32 id) {
  const PidNamespace* space = spaces_.of(of);
  if (space == nullptr) return {};
  if (space->own) return {id, false};
  s32 found = facilities_.nsfs_ids ? from_kernel(*space, id) : 0;
  if (found == 0) found = from_proc(*space, of, kind, id);
  return {found, true};
}

s32 PidTranslator::from_kernel(const PidNamespace& space, s32 id) const {
  const int found = ioctl(space.fd.get(), ns_get_pid_from_pidns, static_cast<unsigned long>(id));
  return found > 0 ? found : 0;
}

// The task's number in a namespace that it is visible in.
s32 PidTranslator::into(const PidNamespace& space, Tid tid) {
  if (facilities_.nsfs_ids) {
    const int id = ioctl(space.fd.get(), ns_get_pid_in_pidns, static_cast<unsigned long>(number(tid)));
    if (id > 0 || errno == ESRCH) return id > 0 ? id : 0;
  }
  return spaces_.of(tid) == &space ? scan_.innermost(tid) : 0;
}

// The thread's own group or session, which is what calls mostly name. The kernel says it in the tracer's numbers.
s32 PidTranslator::own_group(Tid of, const PidNamespace& space, IdKind kind, s32 id) {
  if (kind == IdKind::task) return 0;
  if (const s32 found = scan_.find_own(of, kind, id); found != 0 && proc_.is_native()) return found;
  const pid_t own = kind == IdKind::group ? getpgid(number(of)) : getsid(number(of));
  return own > 0 && into(space, Tid{own}) == id ? own : 0;
}

s32 PidTranslator::from_proc(const PidNamespace& space, Tid of, IdKind kind, s32 id) {
  if (const s32 own = own_group(of, space, kind, id)) return own;
  if (auto known = seen_.find({&space, id, IdKind::task}); known != seen_.end()) return known->second;
  // With the kernel's word that there is no such task, only groups and sessions of dead leaders are left.
  if (facilities_.nsfs_ids && kind == IdKind::task) return 0;
  if (!proc_.is_native()) return 0;
  const Key key{&space, id, kind};
  if (auto known = found_.find(key); known != found_.end()) return known->second;
  if (found_.size() >= max_found) found_.clear();
  return found_[key] = scan_.find(space, of, kind, id);
}

size_t PidTranslator::chain(Tid tid, s32* ids, size_t max) {
  const auto known = chains_.find(number(tid));
  if (known != chains_.end() && known->second.size() <= max) {
    std::copy(known->second.begin(), known->second.end(), ids);
    return known->second.size();
  }
  const size_t count = look_up_chain(tid, ids, max);
  if (!tracees_.contains(number(tid)))
    spaces_.forget(tid);  // nothing would tell of its end
  else if (count > 0)
    chains_[number(tid)].assign(ids, ids + count);
  return count;
}

size_t PidTranslator::look_up_chain(Tid tid, s32* ids, size_t max) {
  const PidNamespace* space = spaces_.of(tid);
  if (space == nullptr || max == 0) return 0;
  // From the task's own namespace outwards.
  size_t count = 0;
  PidNamespace level;
  const PidNamespace* at = space;
  while (count < max && !at->own) {
    const s32 id = into(*at, tid);
    if (id <= 0) return 0;
    ids[count++] = id;
    UniqueFd parent = PidNamespaces::parent_of(*at);
    if (!parent) return 0;
    level.fd = std::move(parent);
    level.own = spaces_.is_own(level.fd.get());
    at = &level;
  }
  if (count == max) return 0;
  ids[count++] = number(tid);
  for (size_t i = 0; i < count / 2; i++) std::swap(ids[i], ids[count - 1 - i]);
  return count;
}

}  // namespace sysray::resolve
