#include "resolve/proc_resolver.h"

#include <fcntl.h>
#include <net/if.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

namespace sysray::resolve {

namespace {

constexpr size_t max_link = 4096;
constexpr size_t max_protocols = 4096;
constexpr std::string_view deleted_mark = " (deleted)";  // proc_pid_fd(5)

std::optional<std::string_view> read_link(const char* path, char (&buffer)[max_link]) {
  const ssize_t n = readlink(path, buffer, sizeof buffer);
  if (n <= 0 || static_cast<size_t>(n) == sizeof buffer) return std::nullopt;
  return std::string_view(buffer, static_cast<size_t>(n));
}

struct FileCloser {
  void operator()(FILE* file) const { fclose(file); }
};
using File = std::unique_ptr<FILE, FileCloser>;

// Column 2 (protocol) of the line of /proc/PID/net/netlink whose last column is the inode.
int netlink_protocol(const char* path, u64 inode) {
  const File file(fopen(path, "re"));
  if (!file) return -1;
  char line[256];
  while (fgets(line, sizeof line, file.get()) != nullptr) {
    int protocol = -1;
    unsigned long long found = 0;
    if (sscanf(line, "%*s %d %*s %*s %*s %*s %*s %*s %*s %llu", &protocol, &found) == 2 && found == inode)
      return protocol;
  }
  return -1;
}

}  // namespace

ProcResolver::ProcResolver(Sight sight, std::optional<SecurityContexts> security)
    : security_(std::move(security)), sight_(std::move(sight)), proc_(sight_.proc), pids_(proc_), reader_(proc_) {}

void ProcResolver::task_began(Tid tid, Tgid, Tid creator) {
  if (sight_.translates_ids) pids_.began(tid);
  if (number(creator) <= 0) return;
  // kcmp(2) of KCMP_FILES: 0 means the same table. Where it cannot be asked, a copy is the careful guess: at worst a
  // name is looked up once more.
  constexpr int kcmp_files = 2;
  const bool shared = syscall(SYS_kcmp, number(tid), number(creator), kcmp_files, 0, 0) == 0;
  tables_.began(tid, creator, shared ? DescriptorTables::Sharing::shared : DescriptorTables::Sharing::copied);
}

void ProcResolver::program_changed(Tid tid) {
  tables_.reset(tid);
  if (stacks_) stacks_->forget(tid);
}

void ProcResolver::task_ended(Tid tid) {
  if (stacks_) stacks_->forget(tid);
  pids_.ended(tid);
  tables_.ended(tid);
  reader_.forget(tid);
  proc_.forget(tid);
}

void ProcResolver::task_superseded(Tid tid, Tid former) {
  task_ended(former);
  tables_.superseded(tid, former);
}

DescriptorEntry* ProcResolver::fill(Tid tid, int fd, std::string_view link) {
  DescriptorEntry& entry = tables_.make(tid, fd);
  entry.link = link;
  entry.deleted = reader_.is_deleted(tid, fd, link);
  return &entry;
}

std::string ProcResolver::whole_path(Tid tid, const NamedFile& file) {
  if (file.path.empty() || file.path.starts_with('/')) return std::string(file.path);
  Arena arena;
  std::string folder;
  if (file.folder >= 0) {
    if (auto target = descriptor_target(tid, file.folder, arena)) folder = target->name;
  } else if (auto cwd = working_directory(tid, arena)) {
    folder = *cwd;
  }
  if (!folder.starts_with('/')) return {};
  std::string_view path = file.path;
  while (path.starts_with("./")) path.remove_prefix(2);
  return folder + (folder.ends_with('/') ? "" : "/") + std::string(path);
}

void ProcResolver::descriptor_made(Tid tid, int fd, const NamedFile& file) {
  if (sight_.stopped) {  // asked for when it is needed
    tables_.make(tid, fd);
    return;
  }
  // The task runs on: /proc is asked at once. Where that comes too late, and the number is another file's by now or
  // nobody's, the call's own word stands.
  const std::string name = whole_path(tid, file);
  const auto link = reader_.link(tid, fd);
  if (link && (name.empty() || *link == name || !link->starts_with('/'))) {
    fill(tid, fd, *link);
  } else {
    tables_.make(tid, fd).link = name;
  }
}

// While the task stands still /proc has the last word: names of open files change with the files', and descriptors may
// come and go unseen (io_uring(7), seccomp_unotify(2), tasks that aren't traced).
DescriptorEntry* ProcResolver::entry(Tid tid, int fd) {
  DescriptorEntry* known = tables_.find(tid, fd);
  if (known != nullptr && !known->link.empty() && !sight_.stopped) return known;
  const auto link = reader_.link(tid, fd);
  if (link) return known != nullptr && known->link == *link ? known : fill(tid, fd, *link);
  return known != nullptr && !known->link.empty() && sight_.all_calls ? known : nullptr;
}

std::optional<DescriptorTarget> ProcResolver::descriptor_target(Tid tid, int fd, Arena& arena) {
  const DescriptorEntry* known = entry(tid, fd);
  if (known == nullptr) return std::nullopt;
  std::string_view name = known->link;
  if (known->deleted) name.remove_suffix(deleted_mark.size());
  return DescriptorTarget{arena.copy(name), known->deleted};
}

DescriptorDetails ProcResolver::descriptor_details(Tid tid, int fd, u32 kinds, Arena& arena) {
  DescriptorEntry* known = tables_.find(tid, fd);
  if (known == nullptr || known->link.empty()) known = entry(tid, fd);
  if (known == nullptr) return {};
  // Most descriptors are of files that are no devices: that is asked once.
  if (known->link[0] == '/') {
    if (!(kinds & detail_device)) return {};
    if (!known->device_known) known->device = reader_.device(tid, fd);
    known->device_known = true;
    if (known->device.kind == DescriptorKind::other) return {};
  }
  return reader_.details(tid, fd, known->link, kinds, arena);
}

std::optional<std::string_view> ProcResolver::working_directory(Tid tid, Arena& arena) {
  char buffer[max_link];
  auto target = read_link(proc_.path(tid, "cwd"), buffer);
  if (!target) return std::nullopt;
  return arena.copy(*target);
}

u64 ProcResolver::descriptor_device(Tid tid, int fd) {
  const auto device = reader_.device(tid, fd);
  return device.kind == DescriptorKind::character_device ? device.number : 0;
}

// Descriptor and mapping have the same name: anon_inode:kvm-vcpu:NUMBER.
u64 ProcResolver::vcpu_state(Tid tid, int fd) {
  if (!vcpus_) return 0;
  const auto link = reader_.link(tid, fd);
  if (!link || !link->starts_with("anon_inode:kvm-vcpu:")) return 0;
  const std::string name(*link);
  const File maps(fopen(proc_.path(tid, "maps"), "re"));
  if (!maps) return 0;
  char line[512];
  while (fgets(line, sizeof line, maps.get()) != nullptr) {
    std::string_view text = line;
    if (text.ends_with('\n')) text.remove_suffix(1);
    if (text.size() > name.size() && text.ends_with(name) && text[text.size() - name.size() - 1] == ' ')
      return strtoull(line, nullptr, 16);
  }
  return 0;
}

int ProcResolver::socket_protocol(Tid tid, int fd) {
  const auto link = reader_.link(tid, fd);
  unsigned long long inode = 0;
  if (!link || !link->starts_with("socket:[") || sscanf(std::string(*link).c_str(), "socket:[%llu]", &inode) != 1)
    return -1;
  if (auto known = protocols_.find(inode); known != protocols_.end()) return known->second;
  if (protocols_.size() >= max_protocols) protocols_.clear();
  return protocols_[inode] = netlink_protocol(proc_.path(tid, "net/netlink"), inode);
}

std::optional<std::string_view> ProcResolver::interface_name(u32 index, Arena& arena) {
  char name[IF_NAMESIZE];
  if (if_indextoname(index, name) == nullptr) return std::nullopt;
  return arena.copy(name);
}

std::optional<std::string_view> ProcResolver::thread_name(Tid tid, Arena& arena) {
  char name[64];
  const File file(fopen(proc_.path(tid, "comm"), "re"));
  if (!file || fgets(name, sizeof name, file.get()) == nullptr) return std::nullopt;
  size_t n = strlen(name);
  if (n > 0 && name[n - 1] == '\n') n--;
  return arena.copy({name, n});
}

std::span<const std::string_view> ProcResolver::namespaces(Tid tid, u64 kinds, Arena& arena) {
  // linux/sched.h
  static constexpr struct {
    u64 kind;
    const char* file;
  } files[] = {{0x02000000, "ns/cgroup"}, {0x08000000, "ns/ipc"},  {0x00020000, "ns/mnt"},  {0x40000000, "ns/net"},
               {0x20000000, "ns/pid"},    {0x00000080, "ns/time"}, {0x10000000, "ns/user"}, {0x04000000, "ns/uts"}};
  auto* found = arena.make<std::string_view>(std::size(files));
  size_t count = 0;
  for (const auto& [kind, file] : files) {
    char link[64];
    const ssize_t n = kinds & kind ? readlink(proc_.path(tid, file), link, sizeof link) : -1;
    if (n > 0) found[count++] = arena.copy({link, static_cast<size_t>(n)});
  }
  return {found, count};
}

std::optional<std::string_view> ProcResolver::file_security(Tid tid, int dirfd, std::string_view path, Arena& arena) {
  if (!security_ || path.empty()) return std::nullopt;
  std::string place = "/proc/" + std::to_string(number(tid));
  if (path.starts_with('/'))
    place += "/root";
  else if (dirfd == AT_FDCWD)
    place += "/cwd/";
  else
    place += "/fd/" + std::to_string(dirfd) + "/";
  place += path;
  auto context = security_->of_file(place);
  if (!context) return std::nullopt;
  return arena.copy(*context);
}

std::optional<std::string_view> ProcResolver::descriptor_security(Tid tid, int fd, Arena& arena) {
  if (!security_) return std::nullopt;
  const std::string process = "/proc/" + std::to_string(number(tid));
  auto context = security_->of_file(fd == AT_FDCWD ? process + "/cwd" : process + "/fd/" + std::to_string(fd));
  if (!context) return std::nullopt;
  return arena.copy(*context);
}

std::optional<std::string_view> ProcResolver::task_security(Tid tid, Arena& arena) {
  if (!security_) return std::nullopt;
  auto context = security_->of_task(tid);
  if (!context) return std::nullopt;
  return arena.copy(*context);
}

}  // namespace sysray::resolve
