#include "describe/parser.h"

#include "describe/token_stream.h"

namespace sysray::describe {

using DeclarationKind = ast::Declaration::Kind;

namespace {

class Parser {
 public:
  Parser(u32 file, std::string_view text, Diagnostics& diagnostics)
      : file_(file), in_(tokenize(file, text, diagnostics), diagnostics) {}

  ast::File run() {
    while (!in_.at_end() && !in_.diagnostics().full()) {
      try {
        declaration();
      } catch (const SyntaxError&) {
        in_.skip_past_declaration();
      }
    }
    return std::move(result_);
  }

 private:
  void declaration();
  void header(bool subsystem);
  ast::Declaration& begin(DeclarationKind kind, std::string_view what);
  void constant();
  void alias();
  void set(DeclarationKind kind);
  void members(ast::Declaration& into);
  ast::Member member();
  void format();
  ast::Alternative alternative();
  void structure();
  void struct_body(ast::Declaration& into);
  void union_type();
  void extend();
  void syscall();
  void call_case(bool fallback);
  ast::Key key();
  void call_tail(ast::Declaration& into);
  void note(ast::Declaration& into);
  void abi();
  void custom();
  void parameters(ast::Declaration& into);
  void arguments(ast::Declaration& into);
  ast::Field field();
  ast::Field choice();
  ast::Arm arm();
  ast::ArrayForm array_form();
  std::vector<ast::Attribute> attributes();
  ast::Attribute attribute();

  u32 file_;
  TokenStream in_;
  ast::File result_;
};

void Parser::declaration() {
  std::string documentation = in_.take_documentation();
  const size_t before = result_.declarations.size();
  if (in_.accept("subsystem"))
    header(true);
  else if (in_.accept("class"))
    header(false);
  else if (in_.accept("const"))
    constant();
  else if (in_.accept("type"))
    alias();
  else if (in_.accept("enum"))
    set(DeclarationKind::enumeration);
  else if (in_.accept("flags"))
    set(DeclarationKind::flags);
  else if (in_.accept("format"))
    format();
  else if (in_.accept("struct"))
    structure();
  else if (in_.accept("union"))
    union_type();
  else if (in_.accept("extend"))
    extend();
  else if (in_.accept("syscall"))
    syscall();
  else if (in_.accept("default"))
    call_case(true);
  else if (in_.accept("abi"))
    abi();
  else if (in_.accept("custom"))
    custom();
  else if (in_.at_name())
    call_case(false);
  else
    in_.fail(in_.peek(), "expected a declaration (syscall, struct, enum, flags, ...), found '" + in_.peek().text + "'");
  if (result_.declarations.size() > before) result_.declarations.back().documentation = std::move(documentation);
}

void Parser::header(bool subsystem) {
  if (subsystem) {
    result_.subsystem = in_.expect_name("the subsystem's name").text;
    result_.title = in_.expect_string("the subsystem's title in quotes");
  } else {
    do result_.classes.push_back(in_.expect_name("a class").text);
    while (in_.accept(","));
  }
  in_.expect(";", "at the end of the line");
}

ast::Declaration& Parser::begin(DeclarationKind kind, std::string_view what) {
  const Token name = in_.expect_name(what);
  ast::Declaration& one = result_.declarations.emplace_back();
  one.kind = kind;
  one.name = name.text;
  one.position = name.position;
  one.file = file_;
  return one;
}

void Parser::constant() {
  ast::Declaration& one = begin(DeclarationKind::constant, "the constant's name");
  in_.expect("=", "behind the constant's name");
  one.value = in_.expression();
  if (in_.accept("@")) {
    in_.expect("i386", "behind '@' of a constant");
    in_.expect("(", "behind @i386");
    one.i386 = in_.expression();
    in_.expect(")", "behind the value");
  }
  in_.expect(";", "behind the constant");
}

void Parser::alias() {
  ast::Declaration& one = begin(DeclarationKind::alias, "the new type's name");
  in_.expect("=", "behind the new type's name");
  one.type = in_.type();
  while (in_.accept("*")) one.result.pointers++;
  one.attributes = attributes();
  in_.expect(";", "behind the type");
}

void Parser::set(DeclarationKind kind) {
  ast::Declaration& one = begin(kind, "the set's name");
  if (in_.accept(":")) {
    one.type = in_.type();
    one.has_type = true;
  }
  if (in_.peek().kind == Token::Kind::string) one.comment = in_.next().text;
  one.attributes = attributes();
  members(one);
}

void Parser::members(ast::Declaration& into) {
  in_.expect("{", "before the members");
  while (!in_.at("}") && !in_.at_end()) {
    into.members.push_back(member());
    if (!in_.accept(",") && !in_.accept(";")) break;
  }
  in_.expect("}", "behind the members (or ',' before another one)");
  in_.accept(";");
}

ast::Member Parser::member() {
  ast::Member one;
  one.position = in_.peek().position;
  if (in_.peek().kind == Token::Kind::string) {
    one.is_text = true;
    one.name = in_.next().text;
    in_.expect("=", "behind a text member");
    one.value = in_.expression();
  } else if (in_.at("mask") && in_.peek(1).text != "," && in_.peek(1).text != "=" && in_.peek(1).text != "}") {
    in_.next();
    one.is_mask = true;
    one.value = in_.expression();
    if (in_.accept("shift")) one.shift = in_.expression();
    one.type = in_.type();
    if (in_.accept("shift")) one.shift = in_.expression();
  } else if (in_.at("rest") && in_.peek(1).kind == Token::Kind::name) {
    in_.next();
    one.is_rest = true;
    one.type = in_.type();
  } else {
    one.name = in_.expect_name("a member").text;
    if (in_.accept("=")) one.value = in_.expression();
  }
  while (in_.accept("@")) {
    const Token name = in_.expect_name("an attribute");
    if (name.text == "nonzero") {
      one.nonzero = true;
    } else if (name.text == "i386") {
      in_.expect("(", "behind @i386");
      one.i386 = in_.expression();
      in_.expect(")", "behind the value");
    } else {
      in_.fail(name, "unknown attribute '@" + name.text + "' of a member; expected @nonzero or @i386(VALUE)");
    }
  }
  return one;
}

void Parser::parameters(ast::Declaration& into) {
  if (!in_.accept("(")) return;
  while (in_.at_name()) {
    into.parameters.push_back(in_.next().text);
    if (!in_.accept(",")) break;
  }
  in_.expect(")", "behind the parameters");
}

void Parser::format() {
  ast::Declaration& one = begin(DeclarationKind::format, "the format's name");
  one.attributes = attributes();
  parameters(one);
  if (in_.accept(":")) {
    one.type = in_.type();
    one.has_type = true;
  }
  if (in_.accept("as")) one.variable = in_.expect_name("the name of the number").text;
  auto more = attributes();
  one.attributes.insert(one.attributes.end(), more.begin(), more.end());
  if (!in_.accept("{")) {
    one.alternatives.push_back(alternative());
    in_.expect(";", "behind the format");
    return;
  }
  while (!in_.at("}") && !in_.at_end()) {
    one.alternatives.push_back(alternative());
    in_.expect(";", "behind an alternative");
  }
  in_.expect("}", "at the end of the format");
  in_.accept(";");
}

ast::Alternative Parser::alternative() {
  ast::Alternative one;
  one.position = in_.peek().position;
  if (in_.accept("if")) {
    in_.expect("(", "behind 'if'");
    one.condition = in_.expression();
    in_.expect(")", "behind the condition");
  }
  one.text = in_.expect_string("the text in quotes");
  while (in_.peek().kind == Token::Kind::string) one.text += in_.next().text;
  if (!in_.accept("(")) return one;
  while (!in_.at(")") && !in_.at_end()) {
    one.parts.push_back(field());
    if (!in_.accept(",")) break;
  }
  in_.expect(")", "behind the parts of the text");
  return one;
}

void Parser::structure() {
  ast::Declaration& one = begin(DeclarationKind::structure, "the struct's name");
  parameters(one);
  one.attributes = attributes();
  in_.expect("{", "before the fields");
  struct_body(one);
  in_.expect("}", "behind the fields");
  in_.accept(";");
}

void Parser::struct_body(ast::Declaration& into) {
  while (!in_.at("}") && !in_.at_end()) {
    if (in_.at("show") && in_.peek(1).text == "(") {
      in_.next();
      in_.next();
      while (in_.at_name()) {
        into.show_positions.push_back(in_.peek().position);
        into.show.push_back(in_.next().text);
        if (!in_.accept(",")) break;
      }
      in_.expect(")", "behind the fields to show");
      in_.expect(";", "behind 'show (...)'");
      continue;
    }
    if (in_.at("switch")) {
      into.fields.push_back(choice());
      continue;
    }
    into.fields.push_back(field());
    in_.expect(";", "behind a field");
  }
}

ast::Field Parser::choice() {
  ast::Field one;
  one.kind = ast::Field::Kind::choice;
  one.position = in_.next().position;
  in_.expect("(", "behind 'switch'");
  in_.enter();
  one.selector = in_.expression();
  in_.expect(")", "behind the selector");
  one.attributes = attributes();
  in_.expect("{", "before the cases");
  while (!in_.at("}") && !in_.at_end()) one.arms.push_back(arm());
  in_.expect("}", "behind the cases");
  in_.accept(";");
  in_.leave();
  return one;
}

ast::Arm Parser::arm() {
  ast::Arm one;
  one.position = in_.peek().position;
  if (!in_.accept("default")) {
    in_.expect("case", "in a switch (or 'default')");
    do {
      std::pair<ast::Expression, std::optional<ast::Expression>> key{in_.expression(2), std::nullopt};
      if (in_.accept("..")) key.second = in_.expression(2);
      one.keys.push_back(std::move(key));
    } while (in_.accept(","));
  }
  const bool colon = in_.accept(":");
  if (in_.accept("{")) {
    one.braces = true;
    ast::Declaration body;
    struct_body(body);
    if (!body.show.empty()) in_.diagnostics().error(one.position, "'show' is not possible in a case");
    one.fields = std::move(body.fields);
    in_.expect("}", "behind the fields of a case");
    in_.accept(";");
    return one;
  }
  if (!colon) in_.expect(":", "behind the keys of a case");
  if (in_.at("switch")) {
    one.fields.push_back(choice());
    return one;
  }
  one.fields.push_back(field());
  in_.expect(";", "behind the field of a case");
  return one;
}

void Parser::union_type() {
  ast::Declaration& one = begin(DeclarationKind::union_type, "the union's name");
  parameters(one);
  one.attributes = attributes();
  in_.expect("switch", "behind the union's name");
  in_.expect("(", "behind 'switch'");
  one.value = in_.expression();
  in_.expect(")", "behind the selector");
  in_.expect("{", "before the cases");
  while (!in_.at("}") && !in_.at_end()) one.cases.push_back(arm());
  in_.expect("}", "behind the cases");
  in_.accept(";");
}

void Parser::extend() {
  ast::Declaration& one = begin(DeclarationKind::extend, "the set or union to extend");
  if (in_.peek(1).text == "case" || in_.peek(1).text == "default") {
    in_.expect("{", "before the cases");
    while (!in_.at("}") && !in_.at_end()) one.cases.push_back(arm());
    in_.expect("}", "behind the cases");
    in_.accept(";");
    return;
  }
  members(one);
}

ast::ArrayForm Parser::array_form() {
  ast::ArrayForm form;
  if (in_.at("]")) {
    form.kind = ArrayKind::flexible;
  } else if (in_.at("until") && in_.peek(1).kind == Token::Kind::number) {
    in_.next();
    if (in_.next().number != 0) in_.fail(in_.peek(), "arrays end at 0 only: 'until 0'");
    form.kind = ArrayKind::until_zero;
  } else if (in_.at("bytes") && in_.peek(1).text != "]") {
    in_.next();
    form.kind = ArrayKind::bytes;
    form.count = in_.expression();
  } else if (in_.at("chain")) {
    in_.next();
    form.kind = ArrayKind::chain;
    form.step = in_.expression();
    if (in_.accept("align")) form.alignment = in_.expression();
    if (in_.accept("bytes")) form.count = in_.expression();
  } else {
    form.kind = ArrayKind::counted;
    form.count = in_.expression();
  }
  in_.expect("]", "behind the length");
  return form;
}

ast::Field Parser::field() {
  ast::Field one;
  if (in_.at("use") && in_.peek(1).kind == Token::Kind::name) {
    in_.next();
    one.kind = ast::Field::Kind::use;
    one.type = in_.type();
    one.position = one.type.position;
    one.attributes = attributes();
    return one;
  }
  for (auto [word, direction] :
       {std::pair{"inout", Direction::inout}, {"in", Direction::in}, {"out", Direction::out}}) {
    if (in_.at(word) && in_.peek(1).kind == Token::Kind::name) {
      in_.next();
      one.direction = direction;
      break;
    }
  }
  one.type = in_.type();
  while (in_.accept("*")) one.pointers++;
  const Token name = in_.expect_name("a name behind the type");
  one.position = name.position;
  one.name = name.text;
  if (in_.accept("[")) one.array = array_form();
  if (in_.accept(":")) one.bits = in_.expression();
  one.attributes = attributes();
  if (in_.accept("=")) one.value = in_.expression();
  auto more = attributes();
  one.attributes.insert(one.attributes.end(), more.begin(), more.end());
  return one;
}

std::vector<ast::Attribute> Parser::attributes() {
  std::vector<ast::Attribute> list;
  while (in_.accept("@")) list.push_back(attribute());
  return list;
}

ast::Attribute Parser::attribute() {
  const Token name = in_.expect_name("an attribute behind '@'");
  ast::Attribute one{name.position, name.text, {}, {}, {}};
  if (!in_.accept("(")) return one;
  while (!in_.at(")") && !in_.at_end()) {
    if (in_.peek().kind == Token::Kind::string) {
      one.strings.push_back(in_.next().text);
    } else if (name.text == "since" && in_.peek().kind == Token::Kind::number) {
      one.strings.push_back(in_.next().text);
      if (in_.accept(".")) one.strings.back() += "." + in_.next().text;
    } else if (name.text == "carry" && one.variable.empty()) {
      one.variable = in_.expect_name("the carry variable").text;
      in_.expect("=", "behind the carry variable");
      one.values.push_back(in_.expression());
    } else {
      one.values.push_back(in_.expression());
    }
    if (!in_.accept(",")) break;
  }
  in_.expect(")", "behind the values of @" + name.text);
  return one;
}

void Parser::arguments(ast::Declaration& into) {
  in_.expect("(", "before the arguments");
  while (!in_.at(")") && !in_.at_end()) {
    if (in_.accept("...")) {
      into.dispatches = true;
      break;
    }
    if (in_.at("void") && in_.peek(1).text == ")") {
      in_.next();
      break;
    }
    into.fields.push_back(field());
    if (!in_.accept(",")) break;
  }
  in_.expect(")", "behind the arguments (or ',' before another one)");
}

void Parser::call_tail(ast::Declaration& into) {
  for (;;) {
    if (in_.accept("->")) {
      into.has_result = true;
      into.result.type = in_.type();
      into.result.position = into.result.type.position;
      while (in_.accept("*")) into.result.pointers++;
      if (in_.accept("[")) into.result.array = array_form();
    } else if (in_.at("by")) {
      in_.next();
      in_.expect("(", "behind 'by'");
      do into.selectors.push_back(in_.expression());
      while (in_.accept(","));
      in_.expect(")", "behind the selectors");
    } else if (in_.at("note")) {
      in_.next();
      note(into);
    } else if (in_.accept("@")) {
      into.attributes.push_back(attribute());
    } else {
      break;
    }
  }
  in_.expect(";", "at the end of the call");
}

void Parser::note(ast::Declaration& into) {
  if (!in_.accept("{")) {
    into.alternatives.push_back(alternative());
    return;
  }
  while (!in_.at("}") && !in_.at_end()) {
    into.alternatives.push_back(alternative());
    if (!in_.accept(";")) break;
  }
  in_.expect("}", "behind the note");
}

void Parser::syscall() {
  ast::Declaration& one = begin(DeclarationKind::syscall, "the system call's name");
  arguments(one);
  call_tail(one);
}

ast::Key Parser::key() {
  ast::Key one;
  one.position = in_.peek().position;
  if (in_.accept("*")) return one;
  if (in_.at_name() && in_.peek(1).text != "|" && in_.peek(1).text != "&" && in_.peek(1).text != "<<") {
    const Token name = in_.next();
    one.name = name.text;
    one.first = ast::Expression{ast::Expression::Kind::name, name.position, 0, name.text, {}, nullptr};
    if (in_.accept("=")) one.defined = in_.expression();
  } else {
    one.first = in_.expression(2);
  }
  if (in_.accept("..")) one.last = in_.expression(2);
  return one;
}

void Parser::call_case(bool fallback) {
  ast::Declaration& one =
      begin(fallback ? DeclarationKind::fallback : DeclarationKind::call_case, "the call that the default belongs to");
  // `default prctl X.Y(...)` does not exist: a default belongs to one multiplexer, named by the keys before it.
  while (!in_.at("(") && !in_.at_end()) {
    std::vector<ast::Key> tuple;
    do tuple.push_back(key());
    while (in_.accept("."));
    one.keys.push_back(std::move(tuple));
    if (!in_.accept(",")) break;
  }
  arguments(one);
  call_tail(one);
}

void Parser::abi() {
  ast::Declaration& one = begin(DeclarationKind::abi, "the ABI's name");
  in_.expect("{", "before the table");
  while (!in_.at("}") && !in_.at_end()) {
    const Token number = in_.next();
    if (number.kind != Token::Kind::number)
      in_.fail(number, "expected a system call number, found '" + number.text + "'");
    const Token name = in_.expect_name("a system call's name");
    ast::Declaration::Entry entry{name.position, number.number, name.text, name.text};
    if (in_.accept("=")) entry.declaration = in_.expect_name("the declaration").text;
    one.entries.push_back(std::move(entry));
    in_.expect(";", "behind an entry");
  }
  in_.expect("}", "behind the table");
  in_.accept(";");
}

void Parser::custom() {
  ast::Declaration& one = begin(DeclarationKind::custom, "the kind's name");
  parameters(one);
  one.comment = in_.expect_string("the reason, in quotes");
  in_.expect(";", "behind the reason");
}

}  // namespace

ast::File parse(u32 file, std::string_view text, Diagnostics& diagnostics) {
  return Parser(file, text, diagnostics).run();
}

}  // namespace sysray::describe
