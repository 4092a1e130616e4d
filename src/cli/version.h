// Versions: of sysray (the build sets it), and of the strace whose options and text it has.
#pragma once

#include <string_view>

namespace sysray::cli {

inline constexpr std::string_view version = SYSRAY_VERSION;
inline constexpr std::string_view strace_version = "7.2";

}  // namespace sysray::cli
