// DescriptorFacts: what /proc/PID/fdinfo tells of descriptors that are no files (proc_pid_fdinfo(5)).
#pragma once

#include <span>
#include <string_view>

#include "base/arena.h"
#include "resolve/descriptor.h"

namespace sysray::resolve {

// Whether the kernel tells something of a descriptor with this link: epoll(7), inotify(7), fanotify(7), timerfd,
// io_uring, BPF objects.
bool has_facts(std::string_view link);

// The facts in the text of the file. What belongs to every descriptor (position, flags) is left out.
std::span<const DescriptorFact> facts_in(std::string_view link, std::string_view text, Arena& arena);

// The seals of a memfd (fcntl(2), F_GET_SEALS) as one fact; nothing if `seals` is negative: it has none.
std::span<const DescriptorFact> seal_facts(int seals, Arena& arena);

}  // namespace sysray::resolve
