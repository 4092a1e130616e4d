#include "capture/bpf/captured_files.h"

#include <linux/magic.h>
#include <netinet/in.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string_view>

namespace sysray::capture::bpf {
namespace {

constexpr u32 pid_fs_magic = 0x50494446;  // linux/magic.h, Linux 6.9

constexpr size_t longest_link = 4096;  // bytes of a page, NUL included (proc_pid_fd(5))
constexpr std::string_view deleted_mark = " (deleted)";

// The first name, without its NUL.
std::string_view first_name(std::string_view names) { return names.substr(0, names.find('\0')); }

// "/usr/lib" of "lib" NUL "usr" NUL.
void set_path(std::string& path, std::string_view names) {
  path.assign(std::max<size_t>(names.size(), 1), '/');
  size_t at = names.size();
  while (!names.empty()) {
    const std::string_view name = first_name(names);
    names.remove_prefix(std::min(name.size() + 1, names.size()));
    at -= name.size();
    name.copy(path.data() + at, name.size());
    at -= std::min<size_t>(at, 1);
  }
}

void set_numbered(std::string& name, std::string_view kind, u64 number) {
  char digits[24];
  char* end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  name.assign(kind).append(":[").append(digits, static_cast<size_t>(end - digits)).append("]");
}

// As file systems make them up (their d_dname). False: not known.
bool set_made_up_name(std::string& name, const bpf_file& file, std::string_view own) {
  switch (file.magic) {
    case PIPEFS_MAGIC: set_numbered(name, "pipe", file.inode); return true;
    case SOCKFS_MAGIC: set_numbered(name, "socket", file.inode); return true;
    case NSFS_MAGIC: set_numbered(name, own, file.inode); return true;
    case ANON_INODE_FS_MAGIC: name.assign("anon_inode:").append(own); return true;
    case pid_fs_magic: name = "anon_inode:[pidfd]"; return true;
    case TMPFS_MAGIC:
    case HUGETLBFS_MAGIC: name.assign("/").append(own); return true;
    default: return false;
  }
}

std::span<const std::byte> set_internet_address(sockaddr_storage& room, u16 family, u16 port, const u8 (&host)[16]) {
  if (family == AF_INET) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = port;
    memcpy(&v4.sin_addr, host, sizeof v4.sin_addr);
    memcpy(&room, &v4, sizeof v4);
    return std::as_bytes(std::span(&room, 1)).first(sizeof v4);
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = port;
  memcpy(&v6.sin6_addr, host, sizeof v6.sin6_addr);
  memcpy(&room, &v6, sizeof v6);
  return std::as_bytes(std::span(&room, 1)).first(sizeof v6);
}

// As the kernel itself numbers devices.
u64 device_number(u32 device) { return makedev(device >> 20, device & 0xfffff); }

template <typename T>
bool take(std::span<const std::byte>& bytes, T& to) {
  if (bytes.size() < sizeof to) return false;
  memcpy(&to, bytes.data(), sizeof to);
  bytes = bytes.subspan(sizeof to);
  return true;
}

}  // namespace

CapturedFileSet::Reading& CapturedFileSet::place_for(s32 descriptor) {
  const u32 mixed = static_cast<u32>(descriptor) + static_cast<u32>(number(tid_)) * 61;
  Reading& own = readings_[mixed % places];
  return own.event == event_ ? others_.emplace_back() : own;
}

void CapturedFileSet::add(s32 descriptor, std::span<const std::byte> bytes) {
  Reading& reading = place_for(descriptor);
  const bool same = reading.file.version != 0 && reading.note.size() == bytes.size() &&
                    memcmp(reading.note.data(), bytes.data(), bytes.size()) == 0;
  if (!same) read(reading, bytes);
  reading.event = event_;
  reading.file.descriptor = descriptor;
  files_.add(reading.file);
}

void CapturedFileSet::read(Reading& to, std::span<const std::byte> bytes) {
  to.note.assign(bytes.begin(), bytes.end());
  std::span<const std::byte> rest(to.note);
  bpf_file note{};
  bpf_socket socket{};
  to.file = {};
  to.name.clear();
  to.file.version = ++versions_;
  if (!take(rest, note) || ((note.flags & BPF_FILE_SOCKET_ROOM) && !take(rest, socket))) return;
  const size_t size = std::min<size_t>(note.names, rest.size());
  const std::string_view names(reinterpret_cast<const char*>(rest.data()), size);
  event::CapturedFile& file = to.file;
  file.open = note.flags & BPF_FILE_OPEN;
  file.named = note.flags & BPF_FILE_NAMED;
  file.deleted = note.flags & BPF_FILE_DELETED;
  file.inode = note.inode;
  file.mode = note.mode;
  file.device = device_number(note.device);
  file.counts = note.flags & BPF_FILE_COUNTS;
  file.number = note.number;
  file.id = note.id;
  file.semaphore = note.semaphore;
  if (file.named && note.flags & BPF_FILE_MADE_UP) {
    file.named = set_made_up_name(to.name, note, first_name(names));
    file.deleted = note.magic == TMPFS_MAGIC || note.magic == HUGETLBFS_MAGIC;
  } else if (file.named) {
    set_path(to.name, names);
  }
  // What is too long for /proc has no name for anybody.
  if (to.name.size() + 1 + (file.deleted ? deleted_mark.size() : 0) > longest_link) file.open = file.named = false;
  if (file.named) file.name = to.name;
  if (note.flags & BPF_FILE_SOCKET) read_socket(to, socket, names, rest.subspan(size));
}

void CapturedFileSet::read_socket(Reading& to, const bpf_socket& from, std::string_view names,
                                  std::span<const std::byte> address) {
  event::CapturedSocket& socket = to.socket;
  socket = {};
  socket.family = from.family;
  socket.type = from.type;
  socket.protocol = from.protocol;
  socket.state = from.state;
  socket.connected = from.connected;
  socket.protocol_name = first_name(names);
  socket.peer_inode = from.peer_inode;
  socket.port = from.number;
  if (from.family == AF_UNIX) {
    socket.local = address.first(std::min<size_t>(from.address, address.size()));
  } else if (from.family == AF_INET || from.family == AF_INET6) {
    socket.local = set_internet_address(to.local, from.family, from.local_port, from.local);
    if (from.connected) socket.peer = set_internet_address(to.peer, from.family, from.peer_port, from.peer);
  }
  to.file.socket = &socket;
}

}  // namespace sysray::capture::bpf
