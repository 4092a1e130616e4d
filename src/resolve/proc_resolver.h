// ProcResolver: answers from the tracer's /proc (proc(5)) while the task exists.
#pragma once

#include <string>
#include <unordered_map>

#include "resolve/resolver.h"
#include "resolve/security_contexts.h"

namespace sysray::resolve {

class ProcResolver : public Resolver {
 public:
  // `security`: nullopt if nobody asks for SELinux contexts.
  explicit ProcResolver(std::optional<SecurityContexts> security = std::nullopt) : security_(std::move(security)) {}

  std::optional<std::string_view> descriptor_target(Tid tid, int fd, Arena& arena) override;
  std::optional<std::string_view> working_directory(Tid tid, Arena& arena) override;
  u64 descriptor_device(Tid tid, int fd) override;
  int socket_protocol(Tid tid, int fd) override;
  std::optional<std::string_view> interface_name(u32 index, Arena& arena) override;
  std::optional<std::string_view> thread_name(Tid tid, Arena& arena) override;
  std::optional<std::string_view> file_security(Tid tid, int dirfd, std::string_view path, Arena& arena) override;
  std::optional<std::string_view> descriptor_security(Tid tid, int fd, Arena& arena) override;
  std::optional<std::string_view> task_security(Tid tid, Arena& arena) override;

 private:
  // Netlink protocols by socket inode. Inode numbers are not reused while a socket exists, and a new socket with an
  // old number replaces the entry only when the number was looked up as unknown; so entries are few and bounded.
  std::unordered_map<u64, int> protocols_;
  std::optional<SecurityContexts> security_;
};

}  // namespace sysray::resolve
