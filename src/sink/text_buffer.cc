// Integer formatting of the sinks.
#include "sink/text_buffer.h"

#include <bit>
#include <charconv>

namespace sysray::sink {

void TextBuffer::grow(size_t n) {
  size_t capacity = capacity_ * 2;
  if (capacity < size_ + n) capacity = size_ + n;
  auto bigger = std::make_unique_for_overwrite<char[]>(capacity);
  memcpy(bigger.get(), bytes_.get(), size_);
  bytes_ = std::move(bigger);
  capacity_ = capacity;
}

void TextBuffer::add_digits(u64 number) {
  char* to = room(20);
  commit(std::to_chars(to, to + 20, number).ptr);
}

void TextBuffer::add_decimal(u64 number, size_t width, char fill_with) {
  char digits[20];
  const auto length = static_cast<size_t>(std::to_chars(digits, digits + 20, number).ptr - digits);
  if (length < width) fill(fill_with, width - length);
  add(std::string_view(digits, length));
}

void TextBuffer::add_hex_digits(u64 number, size_t digits) {
  const size_t needed = static_cast<size_t>(67 - std::countl_zero(number | 1)) / 4;
  if (digits < needed) digits = needed;
  char* to = room(digits);
  for (size_t i = digits; i-- > 0; number >>= 4) to[i] = "0123456789abcdef"[number & 15];
  size_ += digits;
}

void TextBuffer::add_octal(u64 number) {
  if (number == 0) return add('0');
  const size_t digits = static_cast<size_t>(66 - std::countl_zero(number)) / 3 + 1;
  char* to = room(digits);
  for (size_t i = digits; i-- > 0; number >>= 3) to[i] = static_cast<char>('0' + (number & 7));
  size_ += digits;
}

}  // namespace sysray::sink
