// SELinux by its kernel interfaces; only the database of expected contexts needs libselinux, which is loaded at run
// time.
#include "resolve/security_contexts.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/xattr.h>

#include <array>
#include <fstream>

namespace sysray::resolve {

namespace {

constexpr long selinuxfs_magic = 0xf97cff8c;  // SELINUX_MAGIC, linux/magic.h

// Contexts end in a NUL, some in a newline.
std::string_view trimmed(std::string_view context) {
  while (!context.empty() && (context.back() == 0 || context.back() == '\n')) context.remove_suffix(1);
  return context;
}

// The third of user:role:type:level.
std::string_view type_of(std::string_view context) {
  for (int part = 0; part < 2; part++) {
    const size_t colon = context.find(':');
    if (colon == std::string_view::npos) return context;
    context.remove_prefix(colon + 1);
  }
  return context.substr(0, context.find(':'));
}

}  // namespace

// selabel_open(3), selabel_lookup(3). Without the library or a policy nothing is expected.
class SecurityContexts::Database {
 public:
  Database() : library_(dlopen("libselinux.so.1", RTLD_NOW | RTLD_LOCAL)) {
    if (library_ == nullptr) return;
    auto open = reinterpret_cast<Open*>(dlsym(library_, "selabel_open"));
    lookup_ = reinterpret_cast<Lookup*>(dlsym(library_, "selabel_lookup"));
    close_ = reinterpret_cast<Close*>(dlsym(library_, "selabel_close"));
    free_ = reinterpret_cast<Free*>(dlsym(library_, "freecon"));
    if (open != nullptr && lookup_ != nullptr && close_ != nullptr && free_ != nullptr)
      handle_ = open(backend_of_files, nullptr, 0);
  }
  ~Database() {
    if (handle_ != nullptr) close_(handle_);
    if (library_ != nullptr) dlclose(library_);
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  std::optional<std::string> expected(const char* path, mode_t mode) const {
    char* context = nullptr;
    if (handle_ == nullptr || lookup_(handle_, &context, path, static_cast<int>(mode)) < 0) return std::nullopt;
    std::string copy(trimmed(context));
    free_(context);
    return copy;
  }

 private:
  static constexpr unsigned backend_of_files = 0;  // SELABEL_CTX_FILE
  using Open = void*(unsigned, const void*, unsigned);
  using Lookup = int(void*, char**, const char*, int);
  using Close = void(void*);
  using Free = void(char*);

  void* library_;
  void* handle_ = nullptr;
  Lookup* lookup_ = nullptr;
  Close* close_ = nullptr;
  Free* free_ = nullptr;
};

SecurityContexts::SecurityContexts(SecurityStyle style, bool enabled) : style_(style), enabled_(enabled) {}
SecurityContexts::SecurityContexts(SecurityContexts&&) noexcept = default;
SecurityContexts::~SecurityContexts() = default;

bool SecurityContexts::selinux_enabled() {
  struct statfs status {};
  return statfs("/sys/fs/selinux", &status) == 0 &&
         static_cast<u32>(status.f_type) == static_cast<u32>(selinuxfs_magic);
}

std::string SecurityContexts::shown(std::string_view context) const {
  return std::string(style_.full ? context : type_of(context));
}

std::optional<std::string> SecurityContexts::of_file(const std::string& path) const {
  std::array<char, 4096> buffer;  // the kernel's own limit is a page (attributes of tasks) or XATTR_SIZE_MAX
  if (!enabled_) return std::nullopt;
  const ssize_t size = getxattr(path.c_str(), "security.selinux", buffer.data(), buffer.size());
  if (size <= 0) return std::nullopt;
  std::string context = shown(trimmed({buffer.data(), static_cast<size_t>(size)}));
  if (!style_.mismatch) return context;
  const std::unique_ptr<char, decltype(&free)> real(realpath(path.c_str(), nullptr), &free);
  struct stat status {};
  if (!real || stat(real.get(), &status) != 0) return context;
  if (!database_) database_ = std::make_unique<Database>();
  if (auto expected = database_->expected(real.get(), status.st_mode)) {
    const std::string other = shown(*expected);
    if (other != context) context += "!!" + other;
  }
  return context;
}

std::optional<std::string> SecurityContexts::of_task(Tid tid) const {
  if (!enabled_) return std::nullopt;
  std::ifstream file("/proc/" + std::to_string(number(tid)) + "/attr/current");
  std::string context;
  if (!std::getline(file, context, '\0') || trimmed(context).empty()) return std::nullopt;
  return shown(trimmed(context));
}

}  // namespace sysray::resolve
