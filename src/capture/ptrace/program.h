// Program: everything about the program to start that can be found out, and can fail, before a process is made.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "capture/source.h"

namespace sysray::capture::ptrace {

struct Identity {
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;
};

struct Program {
  std::string path;  // of the executable
  std::vector<std::string> argv;
  std::vector<std::string> environment;  // NAME=value, of this process with the edits
  std::optional<Identity> identity;      // to run as; unchanged without
};

// Looks up the executable (in this process's PATH, unless argv[0] has a slash) and the user. Errors: no such
// executable, no such user, no right to change it.
Result<Program> find_program(const Launch& launch);

}  // namespace sysray::capture::ptrace
