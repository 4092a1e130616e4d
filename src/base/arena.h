// Arena: memory of one event. Bump allocation; everything is given back at once by reset(), blocks are kept for
// reuse, so that the hot path allocates nothing.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace sysray {

class Arena {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // Uninitialised bytes, aligned; valid until reset().
  void* allocate(size_t bytes, size_t alignment) {
    const size_t start = (used_ + alignment - 1) & ~(alignment - 1);
    if (start + bytes > size_) [[unlikely]]
      return allocate_slow(bytes);
    used_ = start + bytes;
    return block_ + start;
  }

  // n value-initialised objects of a trivially destructible type.
  template <typename T>
  T* make(size_t n = 1) {
    static_assert(std::is_trivially_destructible_v<T>);
    T* first = static_cast<T*>(allocate(n * sizeof(T), alignof(T)));
    for (size_t i = 0; i < n; i++) new (first + i) T();
    return first;
  }

  // A copy of the text, with a NUL behind it.
  std::string_view copy(std::string_view text) {
    char* to = static_cast<char*>(allocate(text.size() + 1, 1));
    if (!text.empty()) memcpy(to, text.data(), text.size());
    to[text.size()] = 0;
    return {to, text.size()};
  }

  void reset() {
    // One oversized event must not pin its memory for ever.
    while (blocks_.size() > 1 && blocks_.back().size > max_kept_block) blocks_.pop_back();
    if (!blocks_.empty()) use(0);
  }

  size_t capacity() const {
    size_t sum = 0;
    for (const Block& block : blocks_) sum += block.size;
    return sum;
  }

 private:
  static constexpr size_t first_block = 4096;
  static constexpr size_t max_kept_block = 256 * 1024;
  struct Block {
    std::unique_ptr<std::byte[]> data;
    size_t size;
  };

  void* allocate_slow(size_t bytes) {
    size_t next = blocks_.empty() ? 0 : current_ + 1;
    while (next < blocks_.size() && blocks_[next].size < bytes) next++;
    if (next >= blocks_.size()) {
      size_t size = blocks_.empty() ? first_block : blocks_.back().size * 2;
      if (size > max_kept_block) size = max_kept_block;
      if (size < bytes) size = bytes;
      // for_overwrite: values are initialised by their own constructors
      blocks_.push_back({std::make_unique_for_overwrite<std::byte[]>(size), size});
      next = blocks_.size() - 1;
    }
    use(next);
    used_ = bytes;
    return block_;
  }

  void use(size_t index) {
    current_ = index;
    block_ = blocks_[index].data.get();
    size_ = blocks_[index].size;
    used_ = 0;
  }

  std::vector<Block> blocks_;
  size_t current_ = 0;
  std::byte* block_ = nullptr;  // blocks_[current_]: its bytes, how many they are, how many of them are in use
  size_t size_ = 0;
  size_t used_ = 0;
};

}  // namespace sysray
