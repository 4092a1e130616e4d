#include "capture/ptrace/child_makers.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>

#include "base/types.h"
#include "base/unique_fd.h"

namespace sysray::capture::ptrace {
namespace {

constexpr std::string_view makers[] = {
    "fork",   "vfork",   "_Fork",   "clone",    "__clone", "clone2", "posix_spawn", "posix_spawnp", "system",
    "popen",  "wordexp", "daemon",  "forkpty",  "execl",   "execle", "execlp",      "execv",        "execve",
    "execvp", "execvpe", "fexecve", "execveat", "syscall", "dlopen", "dlmopen",     "ptrace",       "prctl",
};
constexpr std::string_view plain_libraries[] = {"libc.so.6", "libm.so.6", "ld-linux-x86-64.so.2"};

// A file in memory, which may hold anything.
class Image {
 public:
  explicit Image(const std::string& path) {
    const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status {};
    if (!fd || fstat(fd.get(), &status) < 0 || !S_ISREG(status.st_mode) || status.st_size == 0) return;
    void* start = mmap(nullptr, static_cast<size_t>(status.st_size), PROT_READ, MAP_PRIVATE, fd.get(), 0);
    if (start == MAP_FAILED) return;
    bytes_ = {static_cast<const char*>(start), static_cast<size_t>(status.st_size)};
  }
  ~Image() {
    if (!bytes_.empty()) munmap(const_cast<char*>(bytes_.data()), bytes_.size());
  }
  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;

  template <typename T>
  bool read(u64 offset, T& to) const {
    if (offset > bytes_.size() || bytes_.size() - offset < sizeof to) return false;
    memcpy(&to, bytes_.data() + offset, sizeof to);
    return true;
  }
  // The text up to its NUL; empty if it is not in the file.
  std::string_view text(u64 offset) const {
    if (offset >= bytes_.size()) return {};
    const std::string_view rest = bytes_.substr(offset);
    const size_t end = rest.find('\0');
    return end == rest.npos ? std::string_view() : rest.substr(0, end);
  }

 private:
  std::string_view bytes_;
};

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

struct Section {
  Elf64_Shdr head;
  Elf64_Shdr strings;
};

// The section of this type and the strings that it refers to.
bool find_section(const Image& image, const Elf64_Ehdr& head, u32 type, Section& found) {
  for (u32 i = 0; i < head.e_shnum; i++) {
    if (!image.read(head.e_shoff + i * sizeof found.head, found.head)) return false;
    if (found.head.sh_type != type) continue;
    return found.head.sh_link < head.e_shnum &&
           image.read(head.e_shoff + found.head.sh_link * sizeof found.strings, found.strings);
  }
  return false;
}

bool names_a_maker(const Image& image, const Section& symbols) {
  for (u64 at = 0; at + sizeof(Elf64_Sym) <= symbols.head.sh_size; at += sizeof(Elf64_Sym)) {
    Elf64_Sym symbol;
    if (!image.read(symbols.head.sh_offset + at, symbol)) return true;
    if (symbol.st_shndx != SHN_UNDEF) continue;
    if (is_one_of(image.text(symbols.strings.sh_offset + symbol.st_name), makers)) return true;
  }
  return false;
}

bool needs_other_libraries(const Image& image, const Section& dynamic) {
  for (u64 at = 0; at + sizeof(Elf64_Dyn) <= dynamic.head.sh_size; at += sizeof(Elf64_Dyn)) {
    Elf64_Dyn entry;
    if (!image.read(dynamic.head.sh_offset + at, entry)) return true;
    if (entry.d_tag != DT_NEEDED) continue;
    if (!is_one_of(image.text(dynamic.strings.sh_offset + entry.d_un.d_val), plain_libraries)) return true;
  }
  return false;
}

}  // namespace

bool may_make_children(const std::string& path) {
  const Image image(path);
  Elf64_Ehdr head;
  if (!image.read(0, head) || memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 || head.e_ident[EI_CLASS] != ELFCLASS64 ||
      head.e_machine != EM_X86_64 || head.e_shentsize != sizeof(Elf64_Shdr))
    return true;
  Section symbols, dynamic;
  if (!find_section(image, head, SHT_DYNSYM, symbols) || !find_section(image, head, SHT_DYNAMIC, dynamic)) return true;
  return names_a_maker(image, symbols) || needs_other_libraries(image, dynamic);
}

}  // namespace sysray::capture::ptrace
