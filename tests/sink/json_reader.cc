// Reading JSON, strictly.
#include "json_reader.h"

#include <cctype>

#include "sink/json_writer.h"

namespace sysray::test {

namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Json document() {
    Json value = read();
    if (skip_blanks() != '\0' || at_ != text_.size()) fail("something behind the value");
    return value;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw std::runtime_error(what + " at byte " + std::to_string(at_) + " of " + std::string(text_));
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  char skip_blanks() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) at_++;
    return peek();
  }
  void expect(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) fail("expected " + std::string(word));
    at_ += word.size();
  }

  Json read() {
    Json value;
    switch (skip_blanks()) {
      case '{': return object();
      case '[': return array();
      case '"':
        value.type = Json::Type::string;
        value.text = string();
        return value;
      case 'n': expect("null"); return value;
      case 't':
      case 'f':
        value.type = Json::Type::boolean;
        value.boolean = peek() == 't';
        expect(value.boolean ? "true" : "false");
        return value;
      default: return number();
    }
  }

  Json number() {
    Json value;
    value.type = Json::Type::number;
    const size_t start = at_;
    if (peek() == '-') at_++;
    if (!isdigit(static_cast<unsigned char>(peek()))) fail("expected a value");
    if (peek() == '0' && at_ + 1 < text_.size() && isdigit(static_cast<unsigned char>(text_[at_ + 1])))
      fail("leading zero");
    while (isdigit(static_cast<unsigned char>(peek())) ||
           (peek() != '\0' && std::string_view(".eE+-").find(peek()) != std::string_view::npos))
      at_++;
    value.text = text_.substr(start, at_ - start);
    return value;
  }

  std::string string() {
    expect("\"");
    std::string result;
    while (peek() != '"') {
      const auto c = static_cast<unsigned char>(peek());
      if (at_ >= text_.size() || c < ' ') fail("bare control character, or end, in a string");
      if (c == '\\') {
        at_++;
        escape(result);
      } else {
        result += static_cast<char>(c);
        at_++;
      }
    }
    at_++;
    if (!sink::is_utf8(result)) fail("string is not UTF-8");
    return result;
  }

  void escape(std::string& to) {
    const std::string_view letters = "\"\\/bfnrt";
    const size_t letter = letters.find(peek());
    if (letter != std::string_view::npos) {
      to += "\"\\/\b\f\n\r\t"[letter];
      at_++;
      return;
    }
    expect("u00");
    to += static_cast<char>(std::stoi(std::string(text_.substr(at_, 2)), nullptr, 16));
    at_ += 2;
  }

  Json array() {
    Json value;
    value.type = Json::Type::array;
    expect("[");
    if (skip_blanks() == ']') return at_++, value;
    while (true) {
      value.items.push_back(read());
      if (skip_blanks() == ']') return at_++, value;
      expect(",");
    }
  }

  Json object() {
    Json value;
    value.type = Json::Type::object;
    expect("{");
    if (skip_blanks() == '}') return at_++, value;
    while (true) {
      skip_blanks();
      std::string key = string();
      if (value.find(key) != nullptr) fail("duplicate key " + key);
      skip_blanks();
      expect(":");
      value.members.emplace_back(std::move(key), read());
      if (skip_blanks() == '}') return at_++, value;
      expect(",");
    }
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

Json read_json(std::string_view text) { return Reader(text).document(); }

}  // namespace sysray::test
