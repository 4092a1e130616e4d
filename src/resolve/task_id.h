// Ids of tasks as different pid namespaces count them (pid_namespaces(7)).
#pragma once

#include "base/types.h"

namespace sysray::resolve {

enum class IdKind : u8 {
  task,   // of a thread, or a process: the id of its leader
  group,  // process group
  session,
};

struct TranslatedId {
  s32 id = 0;            // in the tracer's namespace; 0: unknown
  bool foreign = false;  // the thread that was asked about counts in another namespace than the tracer
};

}  // namespace sysray::resolve
