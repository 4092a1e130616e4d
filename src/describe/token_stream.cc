#include "describe/token_stream.h"

#include <algorithm>
#include <array>

namespace sysray::describe {

using ast::Expression;
using Kind = Expression::Kind;

namespace {

constexpr int max_nesting = 100;

// Binding strength of binary operators, C's order.
int precedence(std::string_view op) {
  struct Level {
    std::string_view op;
    int level;
  };
  static constexpr std::array<Level, 18> levels = {{{"||", 2},
                                                    {"&&", 3},
                                                    {"|", 4},
                                                    {"^", 5},
                                                    {"&", 6},
                                                    {"==", 7},
                                                    {"!=", 7},
                                                    {"<", 8},
                                                    {"<=", 8},
                                                    {">", 8},
                                                    {">=", 8},
                                                    {"<<", 9},
                                                    {">>", 9},
                                                    {"+", 10},
                                                    {"-", 10},
                                                    {"*", 11},
                                                    {"/", 11},
                                                    {"%", 11}}};
  for (const Level& one : levels)
    if (one.op == op) return one.level;
  return -1;
}

bool takes_type(std::string_view function) {
  return function == "sizeof" || function == "_IOR" || function == "_IOW" || function == "_IOWR";
}

}  // namespace

const Token& TokenStream::peek(size_t ahead) {
  while (tokens_[at_].kind == Token::Kind::documentation) at_++;
  size_t i = at_;
  for (; ahead > 0 && i + 1 < tokens_.size(); i++)
    if (tokens_[i + 1].kind != Token::Kind::documentation) ahead--;
  return tokens_[i];
}

Token TokenStream::next() {
  Token token = peek();
  if (token.kind != Token::Kind::end) at_++;
  if (token.kind == Token::Kind::symbol && token.text == "{") braces_++;
  if (token.kind == Token::Kind::symbol && token.text == "}") braces_--;
  return token;
}

std::string TokenStream::take_documentation() {
  peek();
  size_t first = at_;
  while (first > 0 && tokens_[first - 1].kind == Token::Kind::documentation) first--;
  std::string lines;
  for (; first < at_; first++) lines += (lines.empty() ? "" : "\n") + tokens_[first].text;
  return lines;
}

bool TokenStream::at(std::string_view text) {
  const Token& token = peek();
  return (token.kind == Token::Kind::symbol || token.kind == Token::Kind::name) && token.text == text;
}

bool TokenStream::accept(std::string_view text) {
  if (!at(text)) return false;
  next();
  return true;
}

void TokenStream::fail(const Token& token, std::string message) {
  diagnostics_.error(token.position, std::move(message));
  throw SyntaxError{};
}

namespace {
std::string shown(const Token& token) {
  return token.kind == Token::Kind::end ? "end of file" : "'" + token.text + "'";
}
}  // namespace

void TokenStream::expect(std::string_view text, std::string_view where) {
  if (accept(text)) return;
  fail(peek(), "expected '" + std::string(text) + "' " + std::string(where) + ", found " + shown(peek()));
}

Token TokenStream::expect_name(std::string_view what) {
  if (!at_name()) fail(peek(), "expected " + std::string(what) + ", found " + shown(peek()));
  return next();
}

std::string TokenStream::expect_string(std::string_view what) {
  if (peek().kind != Token::Kind::string) fail(peek(), "expected " + std::string(what) + ", found " + shown(peek()));
  return next().text;
}

void TokenStream::enter() {
  if (++depth_ > max_nesting) fail(peek(), "nested too deeply");
}

void TokenStream::skip_past_declaration() {
  depth_ = 0;
  while (!at_end()) {
    const Token token = next();
    if (token.kind != Token::Kind::symbol || braces_ > 0) continue;
    if (token.text == "}")
      accept(";");
    else if (token.text != ";")
      continue;
    break;
  }
  braces_ = 0;
}

// Makes `operand` part of `whole`. Trees are walked by recursion: their depth has a bound.
void TokenStream::adopt(Expression& whole, Expression operand) {
  constexpr u32 max_depth = 400;
  whole.depth = std::max(whole.depth, operand.depth + 1);
  if (whole.depth > max_depth) {
    diagnostics_.error(whole.position, "the expression is too long");
    throw SyntaxError{};
  }
  whole.operands.push_back(std::move(operand));
}

Expression TokenStream::expression(int minimum) {
  enter();
  Expression left = unary();
  for (;;) {
    const Token op = peek();
    if (op.kind != Token::Kind::symbol) break;
    if (op.text == "?" && minimum <= 1) {
      next();
      Expression chosen = expression();
      expect(":", "in a conditional");
      Expression otherwise = expression(1);
      Expression whole{Kind::conditional, op.position, 0, "?", {}, nullptr};
      adopt(whole, std::move(left));
      adopt(whole, std::move(chosen));
      adopt(whole, std::move(otherwise));
      left = std::move(whole);
      continue;
    }
    const int level = precedence(op.text);
    if (level < 0 || level < minimum) break;
    next();
    Expression right = expression(level + 1);
    Expression whole{Kind::binary, op.position, 0, op.text, {}, nullptr};
    adopt(whole, std::move(left));
    adopt(whole, std::move(right));
    left = std::move(whole);
  }
  leave();
  return left;
}

Expression TokenStream::unary() {
  const Token op = peek();
  for (std::string_view prefix : {"-", "~", "!"}) {
    if (op.kind == Token::Kind::symbol && op.text == prefix) {
      next();
      enter();
      Expression whole{Kind::unary, op.position, 0, op.text, {}, nullptr};
      adopt(whole, unary());
      leave();
      return whole;
    }
  }
  if (op.kind == Token::Kind::symbol && op.text == "*") {
    next();
    const Token name = expect_name("the name of a pointer argument behind '*'");
    return {Kind::deref, name.position, 0, name.text, {}, nullptr};
  }
  return primary();
}

std::vector<Expression> TokenStream::arguments() {
  std::vector<Expression> list;
  expect("(", "before the arguments");
  while (!at(")")) {
    list.push_back(expression());
    if (!accept(",")) break;
  }
  expect(")", "behind the arguments");
  return list;
}

Expression TokenStream::call(const Token& name) {
  Expression whole{Kind::call, name.position, 0, name.text, {}, nullptr};
  expect("(", "before the arguments");
  if (name.text == "old") {
    const bool pointed = accept("*");
    const Token what = expect_name(pointed ? "the name of a pointer argument" : "*ARGUMENT or a field in old()");
    expect(")", "behind old(" + what.text);
    return {pointed ? Kind::old : Kind::old_field, what.position, 0, what.text, {}, nullptr};
  }
  if (name.text == "sizeof") {
    whole.kind = Kind::size_of;
    whole.type = std::make_shared<ast::TypeUse>(type());
  }
  if (name.text == "fd_link") {
    adopt(whole, expression());
    expect(",", "in fd_link(FD, TEXT)");
    const Token at = peek();
    adopt(whole,
          {Kind::name, at.position, 0, expect_string("the beginning of what the descriptor refers to"), {}, nullptr});
  }
  while (name.text != "sizeof" && name.text != "fd_link" && !at(")")) {
    if (takes_type(name.text) && whole.operands.size() == 2)
      whole.type = std::make_shared<ast::TypeUse>(type());
    else
      adopt(whole, expression());
    if (!accept(",")) break;
  }
  expect(")", "behind the arguments of " + name.text);
  return whole;
}

Expression TokenStream::primary() {
  const Token token = peek();
  if (token.kind == Token::Kind::number) {
    next();
    return {Kind::number, token.position, token.number, {}, {}, nullptr};
  }
  if (accept("(")) {
    Expression inner = expression();
    expect(")", "in an expression");
    return inner;
  }
  if (token.kind != Token::Kind::name) fail(token, "expected an expression, found " + shown(token));
  next();
  if (at("(")) return call(token);
  if (!at(".")) return {Kind::name, token.position, 0, token.text, {}, nullptr};
  std::string path = token.text;
  while (accept(".")) path += "." + expect_name("a field").text;
  return {Kind::member, token.position, 0, std::move(path), {}, nullptr};
}

ast::TypeUse TokenStream::type() {
  const Token name = expect_name("a type");
  ast::TypeUse use{name.position, name.text, {}, {}};
  // `struct x` and `union x` may be written as in C.
  if ((name.text == "struct" || name.text == "union") && at_name()) {
    const Token real = next();
    use.position = real.position;
    use.name = real.text;
  }
  if (at("(")) use.arguments = arguments();
  if (accept(":")) use.width = expect_name("an integer type behind ':'").text;
  return use;
}

}  // namespace sysray::describe
