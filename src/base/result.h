// Result<T>: the value of what may fail in a way that the caller handles, or an Error that says why.
// (std::expected is not used: clang 14, which builds the fuzzers, cannot compile libstdc++ 12's.)
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace sysray {

// A failure in words: what went wrong, what was observed, and what to do about it.
struct Error {
  std::string cause;     // "attach to process 12 failed"
  std::string observed;  // "Operation not permitted"; may be empty
  std::string hint;      // what to do; may be empty
  int code = 0;          // errno value where one exists

  // One line: "cause: observed (hint)".
  std::string message() const {
    std::string text = cause;
    if (!observed.empty()) text += ": " + observed;
    if (!hint.empty()) text += " (" + hint + ")";
    return text;
  }
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return state_.index() == 0; }
  T& operator*() { return std::get<0>(state_); }
  const T& operator*() const { return std::get<0>(state_); }
  T* operator->() { return &std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }
  const Error& error() const { return std::get<1>(state_); }
  Error& error() { return std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)), ok_(false) {}

  explicit operator bool() const { return ok_; }
  const Error& error() const { return error_; }

 private:
  Error error_;
  bool ok_ = true;
};

}  // namespace sysray
