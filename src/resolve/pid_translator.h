// PidTranslator: ids that a tracee uses, as the tracer counts them.
#pragma once

#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "resolve/pid_namespaces.h"
#include "resolve/pid_scan.h"
#include "resolve/task_id.h"

namespace sysray::resolve {

class PidTranslator {
 public:
  explicit PidTranslator(ProcFiles& proc, PidFacilities facilities = {})
      : proc_(proc), facilities_(facilities), spaces_(proc, facilities), scan_(proc) {}

  // The thread is seen for the first time: its id in its own namespace is kept beyond its end, when calls still name it
  // (wait4 returns the id of a process that is gone).
  void began(Tid tid);
  void ended(Tid tid);

  TranslatedId translate(Tid of, IdKind kind, s32 id);
  // The ids of a task (by the tracer's number) from the tracer's namespace down to its own; at most `max`. Returns how
  // many; 0 if unknown.
  size_t chain(Tid tid, s32* ids, size_t max);

 private:
  struct Key {
    const PidNamespace* space;
    s32 id;
    IdKind kind;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    size_t operator()(const Key& key) const {
      return std::hash<const void*>()(key.space) ^ static_cast<size_t>(key.id) * 31 ^ static_cast<size_t>(key.kind);
    }
  };
  size_t look_up_chain(Tid tid, s32* ids, size_t max);
  s32 from_kernel(const PidNamespace& space, s32 id) const;
  s32 into(const PidNamespace& space, Tid tid);
  s32 own_group(Tid of, const PidNamespace& space, IdKind kind, s32 id);
  s32 from_proc(const PidNamespace& space, Tid of, IdKind kind, s32 id);

  ProcFiles& proc_;
  const PidFacilities facilities_;
  PidNamespaces spaces_;
  PidScan scan_;
  std::unordered_map<Key, s32, KeyHash> found_;  // by scans of /proc; until a task comes or goes
  struct Known {
    const PidNamespace* space;
    s32 id;
  };
  std::unordered_map<s32, Known> tasks_;  // tracees of other namespaces, by the tracer's number
  std::unordered_set<s32> tracees_;
  std::unordered_map<s32, std::vector<s32>> chains_;  // of tracees
  std::unordered_map<Key, s32, KeyHash> seen_;        // the same the other way round, and those that ended
};

}  // namespace sysray::resolve
