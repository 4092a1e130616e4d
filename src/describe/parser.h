// Parser of the description language: recursive descent, goes on behind an error at the next declaration.
#pragma once

#include "describe/ast.h"
#include "describe/lexer.h"

namespace sysray::describe {

// Reports what is wrong with the file; what could be read is returned all the same.
ast::File parse(u32 file, std::string_view text, Diagnostics& diagnostics);

}  // namespace sysray::describe
