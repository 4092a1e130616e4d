// TokenStream: the parser's view of a file, and its expressions; a wrong token throws SyntaxError within the parser
// only.
#pragma once

#include "describe/ast.h"
#include "describe/lexer.h"

namespace sysray::describe {

struct SyntaxError {};  // reported already; caught where parsing goes on

class TokenStream {
 public:
  TokenStream(std::vector<Token> tokens, Diagnostics& diagnostics)
      : tokens_(std::move(tokens)), diagnostics_(diagnostics) {}

  const Token& peek(size_t ahead = 0);
  Token next();
  bool at_end() { return peek().kind == Token::Kind::end; }
  bool at(std::string_view text);  // symbol or name
  bool at_name() { return peek().kind == Token::Kind::name; }
  bool accept(std::string_view text);
  void expect(std::string_view text, std::string_view where);
  Token expect_name(std::string_view what);
  std::string expect_string(std::string_view what);
  [[noreturn]] void fail(const Token& token, std::string message);
  Diagnostics& diagnostics() { return diagnostics_; }
  // Documentation lines right before the current token.
  std::string take_documentation();
  // To behind the `;` or `}` that ends what the wrong token stands in.
  void skip_past_declaration();

  ast::Expression expression(int minimum = 0);
  ast::TypeUse type();

  // Nesting deeper than this is refused: the stack is finite.
  void enter();
  void leave() { depth_--; }

 private:
  ast::Expression unary();
  ast::Expression primary();
  ast::Expression call(const Token& name);
  std::vector<ast::Expression> arguments();
  void adopt(ast::Expression& whole, ast::Expression operand);

  std::vector<Token> tokens_;
  Diagnostics& diagnostics_;
  size_t at_ = 0;
  int depth_ = 0;
  int braces_ = 0;  // that are open
};

}  // namespace sysray::describe
