#include "describe/lexer.h"

#include <array>
#include <cctype>
#include <charconv>

namespace sysray::describe {

namespace {

bool starts_name(char c) { return isalpha(static_cast<unsigned char>(c)) || c == '_'; }
bool continues_name(char c) { return isalnum(static_cast<unsigned char>(c)) || c == '_'; }

class Lexer {
 public:
  Lexer(u32 file, std::string_view text, Diagnostics& diagnostics)
      : file_(file), text_(text), diagnostics_(diagnostics) {}

  std::vector<Token> run() {
    while (at_ < text_.size()) step();
    add(Token::Kind::end, at_, "end of file");
    return std::move(tokens_);
  }

 private:
  Position place(size_t start, size_t length) const {
    return {file_, line_, static_cast<u32>(start - line_start_ + 1), static_cast<u32>(length > 0 ? length : 1)};
  }
  void add(Token::Kind kind, size_t start, std::string text, u64 number = 0) {
    tokens_.push_back({kind, place(start, at_ - start), std::move(text), number});
  }
  char peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  void step() {
    const char c = peek();
    if (c == '\n') {
      at_++;
      line_++;
      line_start_ = at_;
    } else if (c == ' ' || c == '\t' || c == '\r') {
      at_++;
    } else if (c == '/' && peek(1) == '/') {
      comment();
    } else if (starts_name(c)) {
      const size_t start = at_;
      while (continues_name(peek())) at_++;
      add(Token::Kind::name, start, std::string(text_.substr(start, at_ - start)));
    } else if (isdigit(static_cast<unsigned char>(c))) {
      number();
    } else if (c == '"') {
      string();
    } else if (c == '\'') {
      character();
    } else {
      symbol();
    }
  }

  void comment() {
    const size_t start = at_;
    const size_t end = std::min(text_.find('\n', at_), text_.size());
    const bool documents = text_.substr(at_, 3) == "///" && text_.substr(at_, 4) != "////";
    at_ = end;
    if (!documents) return;
    std::string_view words = text_.substr(start + 3, end - start - 3);
    while (words.starts_with(' ')) words.remove_prefix(1);
    add(Token::Kind::documentation, start, std::string(words));
  }

  void number() {
    const size_t start = at_;
    int base = 10;
    if (peek() == '0' && (peek(1) == 'x' || peek(1) == 'X')) {
      base = 16;
      at_ += 2;
    } else if (peek() == '0' && isdigit(static_cast<unsigned char>(peek(1)))) {
      base = 8;
    }
    const char* first = text_.data() + at_;
    u64 value = 0;
    const auto [end, failure] = std::from_chars(first, text_.data() + text_.size(), value, base);
    at_ += static_cast<size_t>(end - first);
    const bool joined = continues_name(peek());
    while (continues_name(peek())) at_++;
    if (failure != std::errc{} || joined)
      diagnostics_.error(place(start, at_ - start),
                         "bad number '" + std::string(text_.substr(start, at_ - start)) + "'",
                         "expected decimal, 0x hexadecimal or 0 octal digits, at most 64 bits");
    add(Token::Kind::number, start, std::string(text_.substr(start, at_ - start)), value);
  }

  // One character of a string, escapes resolved.
  char unescaped() {
    char c = text_[at_++];
    if (c != '\\' || at_ >= text_.size()) return c;
    c = text_[at_++];
    switch (c) {
      case 'n': return '\n';
      case 't': return '\t';
      case 'r': return '\r';
      case '0': return '\0';
      default: return c;
    }
  }

  void string() {
    const size_t start = at_++;
    std::string value;
    while (at_ < text_.size() && peek() != '"' && peek() != '\n') value += unescaped();
    if (peek() != '"')
      diagnostics_.error(place(start, at_ - start), "the string does not end on its line", "expected '\"'");
    else
      at_++;
    add(Token::Kind::string, start, std::move(value));
  }

  void character() {
    const size_t start = at_++;
    u64 value = 0;
    if (at_ < text_.size() && peek() != '\n') value = static_cast<unsigned char>(unescaped());
    if (peek() != '\'')
      diagnostics_.error(place(start, at_ - start), "a character constant is one character between quotes");
    else
      at_++;
    add(Token::Kind::number, start, "character", value);
  }

  void symbol() {
    static constexpr std::array<std::string_view, 13> longer = {
        "...", "->", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "..", "::", "@"};
    const size_t start = at_;
    for (std::string_view one : longer) {
      if (text_.substr(at_, one.size()) == one) {
        at_ += one.size();
        add(Token::Kind::symbol, start, std::string(one));
        return;
      }
    }
    at_++;
    const char c = text_[start];
    if (std::string_view("{}()[];:,.=+-*/%&|^~!<>?@$").find(c) == std::string_view::npos) {
      diagnostics_.error(place(start, 1), isprint(static_cast<unsigned char>(c))
                                              ? std::string("unexpected character '") + c + "'"
                                              : "unexpected byte, not printable");
      return;
    }
    add(Token::Kind::symbol, start, std::string(1, c));
  }

  u32 file_;
  std::string_view text_;
  Diagnostics& diagnostics_;
  std::vector<Token> tokens_;
  size_t at_ = 0;
  size_t line_start_ = 0;
  u32 line_ = 1;
};

}  // namespace

std::vector<Token> tokenize(u32 file, std::string_view text, Diagnostics& diagnostics) {
  return Lexer(file, text, diagnostics).run();
}

}  // namespace sysray::describe
