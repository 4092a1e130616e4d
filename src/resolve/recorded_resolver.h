// RecordedResolver: answers from what a recording keeps of the world, and from nothing else.
#pragma once

#include <vector>

#include "base/wire.h"
#include "resolve/answers.h"
#include "resolve/resolver.h"

namespace sysray::resolve {

class RecordedResolver : public Resolver {
 public:
  // The answers that were recorded with the event that follows (answers.h); they must stay valid until the next call.
  // They are not trusted: what cannot be read is unknown.
  void recall(std::span<const std::byte> answers) override;

  std::optional<DescriptorTarget> descriptor_target(Tid tid, int fd, Arena& arena) override;
  DescriptorDetails descriptor_details(Tid tid, int fd, u32 kinds, Arena& arena) override;
  std::optional<std::string_view> working_directory(Tid tid, Arena& arena) override;
  std::span<const std::string_view> namespaces(Tid tid, u64 kinds, Arena& arena) override;
  u64 descriptor_device(Tid tid, int fd) override;
  int socket_protocol(Tid tid, int fd) override;
  std::optional<std::string_view> interface_name(Tid tid, u32 index, Arena& arena) override;
  std::optional<std::string_view> thread_name(Tid tid, Arena& arena) override;
  std::span<const event::StackFrame> stack(Tid tid, Arena& arena) override;
  TranslatedId translated_id(Tid tid, IdKind kind, s32 id) override;
  size_t id_chain(Tid tid, s32* ids, size_t max) override;
  std::optional<std::string_view> user_name(Tid tid, u32 id, Arena& arena) override;
  std::optional<std::string_view> group_name(Tid tid, u32 id, Arena& arena) override;
  const event::Container* container(Tid tid, Arena& arena) override;
  std::optional<std::string_view> file_security(Tid tid, int dirfd, std::string_view path, Arena& arena) override;
  std::optional<std::string_view> descriptor_security(Tid tid, int fd, Arena& arena) override;
  std::optional<std::string_view> task_security(Tid tid, Arena& arena) override;

 private:
  struct Answer {
    Question question;
    Tid tid;
    s64 number;
    std::string_view path;
    std::span<const std::byte> bytes;
  };
  const Answer* find(Question question, Tid tid, s64 number = 0, std::string_view path = {}) const;
  std::optional<std::string_view> text(Question question, Tid tid, s64 number, Arena& arena,
                                       std::string_view path = {}) const;

  std::vector<Answer> answers_;
};

}  // namespace sysray::resolve
