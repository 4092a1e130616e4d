// AnswerRecorder: passes questions on to another resolver, and keeps its answers, to be recorded.
#pragma once

#include <vector>

#include "base/wire.h"
#include "resolve/answers.h"
#include "resolve/resolver.h"

namespace sysray::resolve {

class AnswerRecorder : public Resolver {
 public:
  // `inner` must outlive it.
  explicit AnswerRecorder(Resolver& inner) : inner_(inner) {}

  // The answers since clear() (answers.h).
  std::span<const std::byte> answers() const { return answers_; }
  void clear();

  void task_began(Tid tid, Tgid tgid, Tid creator) override { inner_.task_began(tid, tgid, creator); }
  void task_ended(Tid tid) override { inner_.task_ended(tid); }
  void task_superseded(Tid tid, Tid former) override { inner_.task_superseded(tid, former); }
  void program_changed(Tid tid) override { inner_.program_changed(tid); }
  void moment_captured(const event::RawEvent& event) override { inner_.moment_captured(event); }
  void descriptor_made(Tid tid, int fd, const NamedFile& file) override { inner_.descriptor_made(tid, fd, file); }
  void descriptors_closing(Tid tid, int first, int last) override { inner_.descriptors_closing(tid, first, last); }
  void descriptors_closed(Tid tid, bool success) override { inner_.descriptors_closed(tid, success); }
  void descriptors_unshared(Tid tid) override { inner_.descriptors_unshared(tid); }
  void descriptors_untold(Tid tid) override { inner_.descriptors_untold(tid); }
  void socket_named(Tid tid, int fd, SocketEnd end, std::span<const std::byte> address) override {
    inner_.socket_named(tid, fd, end, address);
  }

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
  // Writes one answer; `put` writes its text by the Encoder that it is given.
  template <typename Put>
  void keep(Question question, Tid tid, s64 number, std::string_view path, Put put);
  std::optional<std::string_view> keep_text(Question question, Tid tid, s64 number, std::string_view path,
                                            std::optional<std::string_view> text);

  struct Asked {
    Question question;
    Tid tid;
    s64 number;
    bool has_path;
  };
  Resolver& inner_;
  std::vector<std::byte> answers_;
  std::vector<std::byte> answer_;  // the one that is being written
  std::vector<Asked> asked_;
};

}  // namespace sysray::resolve
