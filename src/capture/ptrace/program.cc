#include "capture/ptrace/program.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

namespace sysray::capture::ptrace {
namespace {

Result<std::string> find_executable(const std::string& name) {
  if (name.size() >= PATH_MAX) return Error{"exec", strerror(ENAMETOOLONG), "", ENAMETOOLONG};
  struct stat status;
  if (name.find('/') != std::string::npos) {
    if (stat(name.c_str(), &status) < 0) return Error{"Cannot stat '" + name + "'", strerror(errno), "", errno};
    return name;
  }
  const char* path = getenv("PATH");
  std::string_view rest = path ? path : "";
  while (path && !name.empty()) {
    size_t colon = rest.find(':');
    std::string_view folder = rest.substr(0, colon);
    // An empty entry is the current directory.
    std::string candidate = folder.empty() ? name : std::string(folder) + (folder.back() == '/' ? "" : "/") + name;
    if (stat(candidate.c_str(), &status) == 0 && S_ISREG(status.st_mode) && (status.st_mode & 0111)) return candidate;
    if (colon == rest.npos) break;
    rest.remove_prefix(colon + 1);
  }
  return Error{"Cannot find executable '" + name + "'", "", "", ENOENT};
}

std::optional<u32> parse_id(std::string_view text) {
  u32 id = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc() || end != text.data() + text.size() || id == ~0u) return std::nullopt;
  return id;
}

Result<Identity> find_identity(const std::string& user) {
  if (geteuid() != 0) return Error{"You must be root to use the -u/--username option", "", "", EPERM};
  Identity out;
  if (size_t colon = user.find(':'); colon != user.npos) {
    auto uid = parse_id(std::string_view(user).substr(0, colon));
    auto gid = parse_id(std::string_view(user).substr(colon + 1));
    if (!uid || !gid) return Error{"Invalid UID:GID pair '" + user + "'", "", "", EINVAL};
    out.uid = *uid;
    out.gid = *gid;
    return out;
  }
  const passwd* entry = getpwnam(user.c_str());
  if (!entry) return Error{"Cannot find user '" + user + "'", "", "", ENOENT};
  out.uid = entry->pw_uid;
  out.gid = entry->pw_gid;
  int count = 32;
  out.groups.resize(static_cast<size_t>(count));
  while (getgrouplist(user.c_str(), out.gid, out.groups.data(), &count) < 0)
    out.groups.resize(std::max(static_cast<size_t>(count), out.groups.size() * 2)),
        count = static_cast<int>(out.groups.size());
  out.groups.resize(static_cast<size_t>(count));
  return out;
}

bool names(const std::string& entry, const std::string& name) {
  return entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=';
}

std::vector<std::string> edited_environment(const std::vector<EnvironmentEdit>& edits) {
  std::vector<std::string> out;
  for (char** entry = environ; entry && *entry; entry++) out.emplace_back(*entry);
  for (const EnvironmentEdit& edit : edits) {
    auto found =
        std::find_if(out.begin(), out.end(), [&](const std::string& entry) { return names(entry, edit.name); });
    if (!edit.value) {
      std::erase_if(out, [&](const std::string& entry) { return names(entry, edit.name); });
    } else if (found != out.end()) {
      *found = edit.name + "=" + *edit.value;
    } else {
      out.push_back(edit.name + "=" + *edit.value);
    }
  }
  return out;
}

}  // namespace

Result<Program> find_program(const Launch& launch) {
  if (launch.argv.empty()) return Error{"no program to start", "", "", EINVAL};
  Program program;
  if (!launch.user.empty()) {
    Result<Identity> identity = find_identity(launch.user);
    if (!identity) return identity.error();
    program.identity = std::move(*identity);
  }
  Result<std::string> path = find_executable(launch.argv[0]);
  if (!path) return path.error();
  program.path = std::move(*path);
  program.argv = launch.argv;
  if (launch.argv0) program.argv[0] = *launch.argv0;
  program.environment = edited_environment(launch.environment);
  return program;
}

}  // namespace sysray::capture::ptrace
