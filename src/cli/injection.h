// Injection expressions: the values of -e inject= and -e fault=.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "describe/model.h"
#include "tamper/rule.h"

namespace sysray::cli {

struct Injection {
  tamper::Rule rule;
  std::vector<std::string> warnings;
};

// strace(1), "Tampering": SET[:ACTION]... `fault`: only error=, when= and syscall= are known, and the default is
// error=ENOSYS.
Result<Injection> parse_injection(std::string_view text, bool fault, const describe::Model& model);

}  // namespace sysray::cli
