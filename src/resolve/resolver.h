// Resolver: what lies behind a number of a tracee: the file of a descriptor, the name of a process, of an interface.
// Decode asks it, and tells it of what it has seen; answers may be unknown, never wrong.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "base/arena.h"
#include "base/types.h"
#include "event/captured_files.h"
#include "event/event.h"
#include "event/stack_frame.h"
#include "resolve/descriptor.h"
#include "resolve/task_id.h"

namespace sysray::resolve {

class Resolver {
 public:
  virtual ~Resolver() = default;

  // Tasks come and go; `creator` is 0 if it is not known.
  virtual void task_began(Tid, Tgid, Tid /*creator*/) {}
  virtual void task_ended(Tid) {}
  // `former` called execve and goes on as `tid` (execve(2)).
  virtual void task_superseded(Tid /*tid*/, Tid /*former*/) {}
  // An execve of the task has succeeded.
  virtual void program_changed(Tid) {}

  // A call has made the descriptor, of the file if it names one.
  virtual void descriptor_made(Tid, int, const NamedFile&) {}
  // A call that ends the descriptors first .. last has been entered, and has returned.
  virtual void descriptors_closing(Tid, int /*first*/, int /*last*/) {}
  virtual void descriptors_closed(Tid, bool /*success*/) {}
  // A call has told the address (a sockaddr) of one end of a socket.
  virtual void socket_named(Tid, int, SocketEnd, std::span<const std::byte>) {}
  // The task has left the table of descriptors that it shared with others.
  virtual void descriptors_unshared(Tid) {}
  // From here on the task's descriptors may end, or become others, without a call that says so.
  virtual void descriptors_untold(Tid) {}

  // The event that follows, with what the source has captured of its moment (RawEvent::files, ended, network). Valid
  // until it is called again.
  virtual void moment_captured(const event::RawEvent&) {}

  // What was recorded of the world as of the event that follows (answers.h); valid until it is called again.
  virtual void recall(std::span<const std::byte>) {}

  // What the descriptor refers to, in the arena; nullopt if unknown.
  virtual std::optional<DescriptorTarget> descriptor_target(Tid, int, Arena&) { return std::nullopt; }
  // More about it, of the kinds asked for (DescriptorDetail bits); nothing if there is no more.
  virtual DescriptorDetails descriptor_details(Tid, int, u32 /*kinds*/, Arena&) { return {}; }
  // The working directory of the thread.
  virtual std::optional<std::string_view> working_directory(Tid, Arena&) { return std::nullopt; }
  // Device number (st_rdev, inode(7)) of the character device behind the descriptor; 0 if it is none.
  virtual u64 descriptor_device(Tid, int) { return 0; }
  // Whether what the descriptor refers to has a name that begins so ("socket:", "anon_inode:bpf-map").
  virtual bool descriptor_refers_to(Tid, int, std::string_view) { return false; }
  // Where the thread has mapped the state (struct kvm_run) of the virtual CPU behind the descriptor; 0 if there is
  // none, or nobody asked for such states.
  virtual u64 vcpu_state(Tid, int) { return 0; }
  // The protocol of a socket (for AF_NETLINK its family, socket(2)), or -1.
  virtual int socket_protocol(Tid, int) { return -1; }
  // Name of a network interface in the thread's network namespace.
  virtual std::optional<std::string_view> interface_name(Tid, u32, Arena&) { return std::nullopt; }
  // Name of the thread with this id (in the tracer's pid namespace).
  virtual std::optional<std::string_view> thread_name(Tid, Arena&) { return std::nullopt; }
  // The stack of the stopped thread, in the arena; nothing if nobody asked for stacks.
  virtual std::span<const event::StackFrame> stack(Tid, Arena&) { return {}; }
  // The namespaces of a task of these kinds (CLONE_NEW* bits), as "net:[4026531833]", in the order of their names.
  virtual std::span<const std::string_view> namespaces(Tid, u64 /*kinds*/, Arena&) { return {}; }
  // What the thread calls `id` (> 0), in the tracer's pid namespace.
  virtual TranslatedId translated_id(Tid, IdKind, s32 /*id*/) { return {}; }
  // The ids of a task (by the tracer's number) from the tracer's pid namespace down to its own, at most `max`. Returns
  // how many; 0 if they are not known.
  virtual size_t id_chain(Tid, s32* /*ids*/, size_t /*max*/) { return 0; }

  // Name of a user or group as the task's own /etc/passwd and /etc/group have it.
  virtual std::optional<std::string_view> user_name(Tid, u32, Arena&) { return std::nullopt; }
  virtual std::optional<std::string_view> group_name(Tid, u32, Arena&) { return std::nullopt; }
  // The container that the task belongs to, in the arena; nullptr: none.
  virtual const event::Container* container(Tid, Arena&) { return nullptr; }

  // SELinux contexts, as --secontext wants them shown; nullopt: none, or SELinux is not there. Of the file behind a
  // path that is relative to `dirfd` (AT_FDCWD: the working directory) as the thread sees it, of a descriptor, of a
  // task.
  virtual std::optional<std::string_view> file_security(Tid, int, std::string_view, Arena&) { return std::nullopt; }
  virtual std::optional<std::string_view> descriptor_security(Tid, int, Arena&) { return std::nullopt; }
  virtual std::optional<std::string_view> task_security(Tid, Arena&) { return std::nullopt; }
};

}  // namespace sysray::resolve
