#include "resolve/proc_resolver.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "event/ended_tasks.h"
#include "resolve/socket_address.h"

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
    : security_(std::move(security)),
      sight_(std::move(sight)),
      proc_(sight_.proc),
      pids_(proc_),
      accounts_(proc_),
      containers_(proc_),
      reader_(proc_),
      details_(reader_) {}

void ProcResolver::task_began(Tid tid, Tgid, Tid creator) {
  tasks_.insert(number(tid));
  if (sight_.translates_ids) pids_.began(tid);
  if (sight_.captured) return;
  if (number(creator) <= 0) {
    if (sight_.from_start) tables_.follow(tid);
    return read_table(tid);
  }
  // kcmp(2) of KCMP_FILES: 0 means the same table. Where it cannot be asked, a copy is the careful guess: at worst a
  // name is looked up once more.
  constexpr int kcmp_files = 2;
  const long order = syscall(SYS_kcmp, number(tid), number(creator), kcmp_files, 0, 0);
  using Sharing = DescriptorTables::Sharing;
  tables_.began(tid, creator, order == 0 ? Sharing::shared : order > 0 ? Sharing::copied : Sharing::unknown);
}

void ProcResolver::program_changed(Tid tid) {
  tables_.reset(tid);
  read_table(tid);
  containers_.forget(tid);
  if (stacks_) stacks_->forget(tid);
}

void ProcResolver::task_ended(Tid tid) {
  if (stacks_) stacks_->forget(tid);
  tasks_.erase(number(tid));
  pids_.ended(tid);
  containers_.forget(tid);
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

// A descriptor of a task that is no tracee: nothing tells when it becomes another one.
DescriptorEntry* ProcResolver::stray(Tid tid, int fd, std::string_view link) {
  stray_ = {};
  stray_.link = link;
  stray_.deleted = reader_.is_deleted(tid, fd, link);
  return &stray_;
}

// Where tasks run on, what they have at the beginning is asked for at once: later it may be something else.
void ProcResolver::read_table(Tid tid) {
  if (sight_.stopped || sight_.captured || !sight_.descriptors) return;
  reader_.each(tid, [&](int fd, std::string_view link) { fill(tid, fd, link); });
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

// Whether two paths, as the task sees them, lead to the same file.
bool ProcResolver::is_same_file(Tid tid, const std::string& one, std::string_view other) {
  struct stat first {
  }, second{};
  const std::string root = proc_.path(tid, "root");
  return stat((root + one).c_str(), &first) == 0 && stat((root + std::string(other)).c_str(), &second) == 0 &&
         first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

void ProcResolver::descriptor_made(Tid tid, int fd, const NamedFile& file) {
  if (sight_.captured) return;
  if (sight_.stopped) {  // asked for when it is needed
    tables_.make(tid, fd);
    return;
  }
  // The task runs on: /proc is asked at once. Where that comes too late, and the number is another file's by now or
  // nobody's, the call's own word stands.
  const std::string name = whole_path(tid, file);
  const auto link = reader_.link(tid, fd);
  if (link && (name.empty() || *link == name || (link->starts_with('/') && is_same_file(tid, name, *link)))) {
    DescriptorEntry* made = fill(tid, fd, *link);
    if (const SocketFacts* facts = reader_.socket(tid, fd, made->link)) made->socket = *facts;
  } else {
    tables_.make(tid, fd).link = name;
  }
}

void ProcResolver::socket_named(Tid tid, int fd, SocketEnd end, std::span<const std::byte> bytes) {
  DescriptorEntry* known = tables_.find(tid, fd);
  if (known == nullptr || !known->socket || known->socket->lasting) return;
  const SocketAddress address = socket_address(bytes);
  SocketFacts& facts = *known->socket;
  const bool local = end == SocketEnd::local;
  (local ? facts.local_host : facts.peer_host) = address.host;
  (local ? facts.local_port : facts.peer_port) = address.port;
  if (local && !address.path.empty()) facts.path = address.path;
  if (!local && !facts.local.empty()) facts.peer = address.text;
}

// While the task stands still /proc has the last word: names of open files change with the files', and descriptors may
// come and go unseen (io_uring(7), seccomp_unotify(2), tasks that aren't traced). Where they can't, what is no file has
// one name for ever.
DescriptorEntry* ProcResolver::entry(Tid tid, int fd) {
  if (sight_.captured || !tasks_.contains(number(tid))) {
    const auto link = reader_.link(tid, fd);
    return link ? stray(tid, fd, *link) : nullptr;
  }
  DescriptorEntry* known = tables_.find(tid, fd);
  const bool told = known != nullptr && !known->link.empty() && sight_.all_calls;
  if (told && (!sight_.stopped || (!known->link.starts_with('/') && tables_.tells_all(tid)))) return known;
  if (const auto link = reader_.link(tid, fd))
    return known != nullptr && known->link == *link ? known : fill(tid, fd, *link);
  return told ? known : nullptr;
}

const event::CapturedFile* ProcResolver::captured(Tid tid, int fd) const {
  const event::CapturedFile* file = captured_ != nullptr && captured_of_ == tid ? captured_->find(fd) : nullptr;
  return file != nullptr && (file->named || !file->open) ? file : nullptr;
}

std::optional<DescriptorTarget> ProcResolver::descriptor_target(Tid tid, int fd, Arena& arena) {
  if (const event::CapturedFile* file = captured(tid, fd)) {
    if (!file->open) return std::nullopt;
    return DescriptorTarget{arena.copy(file->name), file->deleted};
  }
  const DescriptorEntry* known = entry(tid, fd);
  if (known == nullptr) return std::nullopt;
  looked_at_ = known == &stray_ ? std::pair<Tid, int>() : std::pair(tid, fd);
  std::string_view name = known->link;
  if (known->deleted) name.remove_suffix(deleted_mark.size());
  return DescriptorTarget{arena.copy(name), known->deleted};
}

DescriptorDetails ProcResolver::socket_details(Tid tid, int fd, DescriptorEntry& known, u32 kinds, Arena& arena) {
  const bool asks = !known.socket || !known.socket->lasting;
  if (const SocketFacts* facts = asks ? reader_.socket(tid, fd, known.link) : nullptr) known.socket = *facts;
  if (!known.socket) return {};
  return details_of(*known.socket, socket_inode(known.link), kinds, arena);
}

DescriptorDetails ProcResolver::descriptor_details(Tid tid, int fd, u32 kinds, Arena& arena) {
  if (const event::CapturedFile* file = captured(tid, fd)) return details_.of(tid, *file, kinds, arena);
  // Details are mostly asked for right behind the name, which is then known to be that of this moment.
  const bool fresh = looked_at_ == std::pair(tid, fd) && sight_.stopped;
  looked_at_ = {};
  DescriptorEntry* known = fresh ? tables_.find(tid, fd) : nullptr;
  if (known == nullptr || known->link.empty()) known = entry(tid, fd);
  if (known == nullptr || !DescriptorReader::may_have_details(known->link, kinds)) return {};
  if (known->link.starts_with("socket:"))
    return kinds & detail_socket ? socket_details(tid, fd, *known, kinds, arena) : DescriptorDetails{};
  // Most descriptors are of files that are no devices: that is asked once.
  if (known->link.starts_with('/') && !known->device_known) {
    known->device = reader_.device(tid, fd);
    known->device_known = true;
  }
  return reader_.details(tid, fd, known->link, known->device, kinds, arena);
}

std::optional<std::string_view> ProcResolver::working_directory(Tid tid, Arena& arena) {
  if (const event::CapturedFile* folder = captured(tid, event::working_directory)) {
    if (!folder->open) return std::nullopt;
    if (!folder->deleted) return arena.copy(folder->name);
    return arena.copy(std::string(folder->name) + std::string(deleted_mark));
  }
  char buffer[max_link];
  auto target = read_link(proc_.path(tid, "cwd"), buffer);
  if (!target) return std::nullopt;
  return arena.copy(*target);
}

bool ProcResolver::descriptor_refers_to(Tid tid, int fd, std::string_view beginning) {
  if (const event::CapturedFile* file = captured(tid, fd)) return file->open && file->name.starts_with(beginning);
  const auto link = reader_.link(tid, fd);
  return link && link->starts_with(beginning);
}

u64 ProcResolver::descriptor_device(Tid tid, int fd) {
  if (const event::CapturedFile* file = captured(tid, fd)) return S_ISCHR(file->mode) ? file->device : 0;
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

std::optional<std::string_view> ProcResolver::interface_name(Tid tid, u32 index, Arena& arena) {
  const auto name = reader_.interface_name(tid, index, tid == captured_of_ ? network_ : 0);
  if (!name) return std::nullopt;
  return arena.copy(*name);
}

std::optional<std::string_view> ProcResolver::user_name(Tid tid, u32 id, Arena& arena) {
  const auto name = accounts_.user(tid, id);
  if (!name) return std::nullopt;
  return arena.copy(*name);
}

std::optional<std::string_view> ProcResolver::group_name(Tid tid, u32 id, Arena& arena) {
  const auto name = accounts_.group(tid, id);
  if (!name) return std::nullopt;
  return arena.copy(*name);
}

const event::Container* ProcResolver::container(Tid tid, Arena& arena) {
  const Container* found = containers_.of(tid);
  if (found == nullptr) return nullptr;
  auto* shown = arena.make<event::Container>();
  *shown = {found->runtime, arena.copy(found->id), arena.copy(found->name),
            arena.copy(found->pod.empty() ? found->pod_uid : found->pod)};
  return shown;
}

// It may have ended since the begin of the call. What is not there at the end of one has been waited for.
std::optional<std::string_view> ProcResolver::ended_name(Tid tid, Arena& arena) {
  if (ended_ == nullptr) return std::nullopt;
  if (!in_call_) {
    ended_->forget(tid);
    return std::nullopt;
  }
  const auto name = ended_->name_of(tid);
  if (!name) return std::nullopt;
  return arena.copy(*name);
}

std::optional<std::string_view> ProcResolver::thread_name(Tid tid, Arena& arena) {
  char name[64];
  const File file(fopen(proc_.path(tid, "comm"), "re"));
  if (!file || fgets(name, sizeof name, file.get()) == nullptr) return ended_name(tid, arena);
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
