// ProcResolver: answers about live tasks, from /proc and the kernel's own interfaces, and from what the stream of
// events has told.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "resolve/account_names.h"
#include "resolve/captured_details.h"
#include "resolve/descriptor_reader.h"
#include "resolve/descriptor_tables.h"
#include "resolve/pid_translator.h"
#include "resolve/proc_files.h"
#include "resolve/resolver.h"
#include "resolve/security_contexts.h"
#include "resolve/stack_reader.h"
#include "resolve/task_containers.h"

namespace sysray::resolve {

// What the events are worth.
struct Sight {
  bool stopped = true;          // a task does not run on while questions about it are answered
  bool captured = false;        // events tell of the files behind descriptors
  bool from_start = false;      // tasks without a creator are programs that were launched: nothing was missed
  bool all_calls = false;       // all calls of all tasks are seen: what the tables say of descriptors is complete
  bool translates_ids = false;  // ids will be asked for
  bool descriptors = false;     // descriptors will be asked for
  std::string proc = "/proc";
};

class ProcResolver : public Resolver {
 public:
  // `security`: nullopt if nobody asks for SELinux contexts.
  explicit ProcResolver(Sight sight = {}, std::optional<SecurityContexts> security = std::nullopt);

  void read_vcpus() { vcpus_ = true; }
  void read_stacks(size_t limit, bool lines) { stacks_.emplace(limit, lines); }

  void task_began(Tid tid, Tgid tgid, Tid creator) override;
  void task_ended(Tid tid) override;
  void task_superseded(Tid tid, Tid former) override;
  void program_changed(Tid tid) override;
  void descriptor_made(Tid tid, int fd, const NamedFile& file) override;
  void moment_captured(const event::RawEvent& event) override {
    captured_of_ = event.tid;
    captured_ = event.files;
    ended_ = event.ended;
    in_call_ = event.kind == event::RawKind::call_enter;
    if (event.network != network_) reader_.meet_network(event.tid, event.network);
    network_ = event.network;
  }
  void descriptors_closing(Tid tid, int first, int last) override {
    if (!sight_.captured) tables_.begin_closing(tid, first, last);
  }
  void descriptors_closed(Tid tid, bool success) override {
    if (!sight_.captured) tables_.finish_closing(tid, success);
  }
  void descriptors_unshared(Tid tid) override { tables_.unshare(tid); }
  void descriptors_untold(Tid tid) override { tables_.untold(tid); }
  void socket_named(Tid tid, int fd, SocketEnd end, std::span<const std::byte> address) override;

  std::span<const event::StackFrame> stack(Tid tid, Arena& arena) override {
    return stacks_ ? stacks_->read(tid, arena) : std::span<const event::StackFrame>();
  }
  std::optional<DescriptorTarget> descriptor_target(Tid tid, int fd, Arena& arena) override;
  DescriptorDetails descriptor_details(Tid tid, int fd, u32 kinds, Arena& arena) override;
  std::optional<std::string_view> working_directory(Tid tid, Arena& arena) override;
  u64 descriptor_device(Tid tid, int fd) override;
  bool descriptor_refers_to(Tid tid, int fd, std::string_view beginning) override;
  u64 vcpu_state(Tid tid, int fd) override;
  int socket_protocol(Tid tid, int fd) override;
  std::optional<std::string_view> interface_name(Tid tid, u32 index, Arena& arena) override;
  std::optional<std::string_view> thread_name(Tid tid, Arena& arena) override;
  std::span<const std::string_view> namespaces(Tid tid, u64 kinds, Arena& arena) override;
  TranslatedId translated_id(Tid tid, IdKind kind, s32 id) override { return pids_.translate(tid, kind, id); }
  size_t id_chain(Tid tid, s32* ids, size_t max) override { return pids_.chain(tid, ids, max); }
  std::optional<std::string_view> user_name(Tid tid, u32 id, Arena& arena) override;
  std::optional<std::string_view> group_name(Tid tid, u32 id, Arena& arena) override;
  const event::Container* container(Tid tid, Arena& arena) override;
  std::optional<std::string_view> file_security(Tid tid, int dirfd, std::string_view path, Arena& arena) override;
  std::optional<std::string_view> descriptor_security(Tid tid, int fd, Arena& arena) override;
  std::optional<std::string_view> task_security(Tid tid, Arena& arena) override;

 private:
  const event::CapturedFile* captured(Tid tid, int fd) const;
  std::optional<std::string_view> ended_name(Tid tid, Arena& arena);
  std::string whole_path(Tid tid, const NamedFile& file);
  bool is_same_file(Tid tid, const std::string& one, std::string_view other);
  void read_table(Tid tid);
  DescriptorEntry* entry(Tid tid, int fd);
  DescriptorEntry* fill(Tid tid, int fd, std::string_view link);
  DescriptorEntry* stray(Tid tid, int fd, std::string_view link);
  DescriptorDetails socket_details(Tid tid, int fd, DescriptorEntry& known, u32 kinds, Arena& arena);

  std::optional<SecurityContexts> security_;
  std::optional<StackReader> stacks_;
  bool vcpus_ = false;
  const Sight sight_;
  ProcFiles proc_;
  PidTranslator pids_;
  AccountNames accounts_;
  TaskContainers containers_;
  DescriptorReader reader_;
  CapturedDetails details_;
  DescriptorTables tables_;
  std::unordered_set<s32> tasks_;  // tracees: the stream tells of their descriptors
  std::pair<Tid, int> looked_at_;  // the descriptor whose name was asked for last
  Tid captured_of_{};              // whose captured files these are
  const event::CapturedFiles* captured_ = nullptr;
  event::EndedTasks* ended_ = nullptr;
  bool in_call_ = false;   // the moment is the begin of a call
  u32 network_ = 0;        // the namespace of that thread
  DescriptorEntry stray_;  // of a task that is none, for the moment of an answer
  // Netlink protocols by socket inode. Inode numbers are not reused while a socket exists, and a new socket with an
  // old number replaces the entry only when the number was looked up as unknown; so entries are few and bounded.
  std::unordered_map<u64, int> protocols_;
};

}  // namespace sysray::resolve
