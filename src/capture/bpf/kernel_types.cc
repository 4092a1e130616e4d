#include "capture/bpf/kernel_types.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/btf.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/unique_fd.h"

namespace sysray::capture::bpf {
namespace {

constexpr const char* path = "/sys/kernel/btf/vmlinux";

Error failed(std::string what) { return {"BPF backend", std::move(what), "--backend=ptrace works everywhere", ENOENT}; }

// BTF (Documentation/bpf/btf.rst in the kernel): a header, types one behind the other, the strings that they name.
class Types {
 public:
  Result<void> read();
  // Calls `on_struct` with the head of each struct and its members.
  template <typename OnStruct>
  void each(OnStruct on_struct) const;
  std::string_view text(u32 offset) const {
    return offset < strings_.size() ? std::string_view(strings_.data() + offset) : std::string_view();
  }

 private:
  std::vector<char> bytes_;
  std::span<const char> types_;
  std::string_view strings_;
};

Result<void> Types::read() {
  const UniqueFd file(open(path, O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (!file || fstat(file.get(), &status) < 0) return failed(fmt::format("cannot read {}: {}", path, strerror(errno)));
  bytes_.resize(static_cast<size_t>(status.st_size) + 1);  // a NUL behind all
  size_t size = 0;
  for (ssize_t n = 1; n > 0; size += static_cast<size_t>(std::max<ssize_t>(n, 0)))
    n = ::read(file.get(), bytes_.data() + size, bytes_.size() - 1 - size);
  btf_header head{};
  if (size >= sizeof head) memcpy(&head, bytes_.data(), sizeof head);
  const u64 types = u64{head.hdr_len} + head.type_off, strings = u64{head.hdr_len} + head.str_off;
  if (head.magic != BTF_MAGIC || types + head.type_len > size || strings + head.str_len > size)
    return failed(fmt::format("{} is no BTF", path));
  types_ = std::span(bytes_).subspan(types, head.type_len);
  strings_ = {bytes_.data() + strings, head.str_len};
  return {};
}

// Bytes behind the head of a type.
size_t size_of_rest(const btf_type& type) {
  const size_t count = BTF_INFO_VLEN(type.info);
  switch (BTF_INFO_KIND(type.info)) {
    case BTF_KIND_INT:
    case BTF_KIND_VAR:
    case BTF_KIND_DECL_TAG: return sizeof(u32);
    case BTF_KIND_ARRAY: return sizeof(btf_array);
    case BTF_KIND_STRUCT:
    case BTF_KIND_UNION: return count * sizeof(btf_member);
    case BTF_KIND_ENUM: return count * sizeof(btf_enum);
    case BTF_KIND_FUNC_PROTO: return count * sizeof(btf_param);
    case BTF_KIND_DATASEC: return count * sizeof(btf_var_secinfo);
    case BTF_KIND_ENUM64: return count * sizeof(btf_enum64);
    default: return 0;
  }
}

template <typename OnStruct>
void Types::each(OnStruct on_struct) const {
  std::span<const char> rest = types_;
  btf_type type;
  while (rest.size() >= sizeof type) {
    memcpy(&type, rest.data(), sizeof type);
    const size_t size = size_of_rest(type);
    if (rest.size() - sizeof type < size) return;
    if (BTF_INFO_KIND(type.info) == BTF_KIND_STRUCT) on_struct(type, rest.subspan(sizeof type, size));
    rest = rest.subspan(sizeof type + size);
  }
}

}  // namespace

Result<void> find_members(std::span<const Member> members) {
  Types types;
  if (auto read = types.read(); !read) return read;
  std::vector<bool> found(members.size());
  types.each([&](const btf_type& type, std::span<const char> inside) {
    const std::string_view name = types.text(type.name_off);
    for (size_t i = 0; i < members.size(); i++) {
      if (found[i] || name != members[i].structure) continue;
      btf_member member;
      for (size_t at = 0; at + sizeof member <= inside.size() && !found[i]; at += sizeof member) {
        memcpy(&member, inside.data() + at, sizeof member);
        if (types.text(member.name_off) != members[i].name) continue;
        const u32 bits = BTF_INFO_KFLAG(type.info) ? BTF_MEMBER_BIT_OFFSET(member.offset) : member.offset;
        *members[i].offset = bits / 8;
        found[i] = true;
      }
    }
  });
  for (size_t i = 0; i < members.size(); i++)
    if (!found[i])
      return failed(fmt::format("this kernel has no {} in its struct {}", members[i].name, members[i].structure));
  return {};
}

}  // namespace sysray::capture::bpf
