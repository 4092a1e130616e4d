#include "capture/bpf/ring.h"

namespace sysray::capture::bpf {

void Ring::release() {
  released_ = position_;
  __atomic_store_n(&head_->consumed, position_, __ATOMIC_RELEASE);
}

size_t Ring::filled() const { return __atomic_load_n(&head_->produced, __ATOMIC_ACQUIRE) - released_; }

}  // namespace sysray::capture::bpf
