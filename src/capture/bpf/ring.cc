#include "capture/bpf/ring.h"

namespace sysray::capture::bpf {

const bpf_record* Ring::record() const {
  const auto* data = reinterpret_cast<const std::byte*>(head_) + BPF_RING_HEAD;
  return reinterpret_cast<const bpf_record*>(data + (position_ & (size_ - 1)));
}

const bpf_record* Ring::peek() {
  if (position_ == available_) {
    available_ = __atomic_load_n(&head_->produced, __ATOMIC_ACQUIRE);
    if (position_ == available_) return nullptr;
  }
  return record();
}

void Ring::take() {
  const u64 at = position_ & (size_ - 1);
  const u64 length = (record()->size + u64{7}) & ~u64{7};
  position_ += at + length < size_ ? length : size_ - at;
}

void Ring::release() {
  released_ = position_;
  __atomic_store_n(&head_->consumed, position_, __ATOMIC_RELEASE);
}

size_t Ring::filled() const { return __atomic_load_n(&head_->produced, __ATOMIC_ACQUIRE) - released_; }

}  // namespace sysray::capture::bpf
