// TextBuffer: the memory that sinks compose their bytes in: grows as needed, keeps its memory, formats integers itself.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

#include "base/types.h"

namespace sysray::sink {

class TextBuffer {
 public:
  explicit TextBuffer(size_t capacity = 4096)
      : bytes_(std::make_unique_for_overwrite<char[]>(capacity)), capacity_(capacity) {}

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::string_view view() const { return {bytes_.get(), size_}; }
  void clear() { size_ = 0; }
  // Forgets what was appended since the buffer had `size` bytes.
  void cut_back(size_t size) { size_ = size; }

  // Room for `n` bytes; write them, then commit() those that were written.
  char* room(size_t n) {
    if (capacity_ - size_ < n) grow(n);
    return bytes_.get() + size_;
  }
  void commit(const char* end) { size_ = static_cast<size_t>(end - bytes_.get()); }

  void add(char c) {
    *room(1) = c;
    size_++;
  }
  void add(std::string_view text) {
    if (text.empty()) return;
    memcpy(room(text.size()), text.data(), text.size());
    size_ += text.size();
  }
  // Literals: the length is known to the compiler, so that the copy is a store or two.
  template <size_t n>
  void add(const char (&literal)[n]) {
    memcpy(room(n - 1), literal, n - 1);
    size_ += n - 1;
  }
  void fill(char c, size_t n) {
    memset(room(n), c, n);
    size_ += n;
  }

  void add_decimal(u64 number) {
    if (number < 10) return add(static_cast<char>('0' + number));
    add_digits(number);
  }
  void add_signed(s64 number) {
    if (number < 0) add('-');
    add_decimal(number < 0 ? ~static_cast<u64>(number) + 1 : static_cast<u64>(number));
  }
  // Right-aligned in at least `width` columns.
  void add_decimal(u64 number, size_t width, char fill);
  // Digits only; at least `digits` of them.
  void add_hex_digits(u64 number, size_t digits = 1);
  // 0x1f; 0 is 0.
  void add_hex(u64 number) {
    if (number == 0) return add('0');
    add("0x");
    add_hex_digits(number);
  }
  // 017; 0 is 0.
  void add_octal(u64 number);

 private:
  void grow(size_t n);
  void add_digits(u64 number);

  std::unique_ptr<char[]> bytes_;
  size_t capacity_;
  size_t size_ = 0;
};

}  // namespace sysray::sink
