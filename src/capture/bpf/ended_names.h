// EndedNames: the names of tasks that have ended lately, as the BPF program notes them.
#pragma once

#include "capture/bpf/program/record.h"
#include "event/ended_tasks.h"

namespace sysray::capture::bpf {

class EndedNames : public event::EndedTasks {
 public:
  // `slots`: BPF_ENDED_SLOTS of them, which must outlive this. The program writes into them meanwhile.
  explicit EndedNames(bpf_ended* slots) : slots_(slots) {}
  std::optional<std::string_view> name_of(Tid tid) override;
  void forget(Tid tid) override;

 private:
  bpf_ended& slot(Tid tid) const { return slots_[static_cast<u32>(number(tid)) % BPF_ENDED_SLOTS]; }
  bpf_ended* slots_;
  char name_[BPF_COMM] = {};
};

}  // namespace sysray::capture::bpf
