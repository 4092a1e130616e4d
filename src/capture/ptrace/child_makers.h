// Whether a program can create processes, by the functions that its file names.
#pragma once

#include <string>

namespace sysray::capture::ptrace {

// False only for a dynamic ELF executable that uses libc alone and none of its functions that create a process, run
// another program, load more code or make system calls by number. It then cannot but by machine code of its own.
bool may_make_children(const std::string& path);

}  // namespace sysray::capture::ptrace
