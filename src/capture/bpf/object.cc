#include "capture/bpf/object.h"

#include <bpf/skel_internal.h>
#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <charconv>

#include "capture/bpf/kernel_types.h"
#include "capture/ptrace/waiter.h"

namespace sysray::capture::bpf {
namespace {

constexpr size_t smallest_ring = 64 << 10;
constexpr size_t largest_ring = 512 << 10;
constexpr size_t all_rings = 64 << 20;  // of a machine with many CPUs
// Latency against wake-ups: a record waits for the reader's timer, or for so many others.
constexpr size_t largest_wake_mark = 128 << 10;

constexpr size_t ended_size = sizeof(bpf_ended) * BPF_ENDED_SLOTS;  // whole pages

constexpr const char* kernel_btf = "/sys/kernel/btf/vmlinux";

bool has_capability(unsigned capability) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2]{};
  if (syscall(SYS_capget, &header, data) < 0) return false;
  return data[capability / 32].effective >> (capability % 32) & 1;
}

Error failed(const char* what, int error) {
  return Error{fmt::format("BPF backend: {}", what), strerror(error), "--backend=ptrace works everywhere", error};
}

// One more than the highest number of a CPU that this machine may ever have: "0-3" or "0,2-7".
size_t possible_cpus() {
  char text[256];
  const UniqueFd file(open("/sys/devices/system/cpu/possible", O_RDONLY | O_CLOEXEC));
  const ssize_t n = file ? read(file.get(), text, sizeof text) : 0;
  const std::string_view list(text, n > 0 ? static_cast<size_t>(n) : 0);
  const size_t begin = list.find_last_of("-,") + 1;
  size_t last = 0;
  if (std::from_chars(list.data() + begin, list.data() + list.size(), last).ec != std::errc{})
    return static_cast<size_t>(std::max(1l, sysconf(_SC_NPROCESSORS_CONF)));
  return last + 1;
}

size_t page_size() { return static_cast<size_t>(sysconf(_SC_PAGESIZE)); }

size_t choose_ring_size(size_t wanted, size_t cpus) {
  if (wanted == 0) wanted = std::min(largest_ring, all_rings / cpus);
  return std::bit_floor(std::max(wanted, smallest_ring));
}

// Calls that come back with other registers than they were made with, or in another thread: what they are at their end
// is known from their beginning only. And those after which a thread may be in another network namespace.
constexpr u16 changing[] = {15,  56,  57,  58,  59,             // rt_sigreturn, clone, fork, vfork, execve
                            322, 335, 336, 435,                 // execveat, uretprobe, uprobe, clone3
                            272, 308};                          // unshare, setns
constexpr u16 changing_i386[] = {2,   11,  119, 120, 173, 190,  // fork, execve, sigreturn, clone, rt_sigreturn, vfork
                                 358, 435, 310, 346};           // execveat, clone3, unshare, setns

void mark_seen(bpf_settings& settings) {
  for (const auto& wanted : settings.wanted)
    for (size_t i = 0; i < std::size(wanted); i++) settings.seen[i] |= wanted[i];
  auto mark = [&](u16 number) { settings.seen[number / 64] |= u64{1} << (number % 64); };
  std::ranges::for_each(changing, mark);
  std::ranges::for_each(changing_i386, mark);
}

void mark_holdable(bpf_settings& settings, const Unneeded& unneeded) {
  settings.unneeded = (unneeded.successes ? BPF_SUCCESS : 0) | (unneeded.failures ? BPF_FAILURE : 0);
  for (size_t number = 0; number < BPF_MAX_NUMBER; number++)
    if (unneeded.calls[number]) settings.holdable[number / 64] |= u64{1} << (number % 64);
  for (const u16 number : changing) settings.holdable[number / 64] &= ~(u64{1} << (number % 64));
}

Result<void> find_clocks(bpf_settings& settings) {
  const Member members[] = {{"cfs_rq", "rq", &settings.rq_at},
                            {"rq", "clock", &settings.clock_at},
                            {"rq", "clock_task", &settings.clock_task_at}};
  return find_members(members);
}

bpf_settings settings_of(const Plan& plan, size_t ring_size) {
  bpf_settings settings{};
  for (size_t abi = 0; abi < BPF_ABIS; abi++)
    for (size_t number = 0; number < BPF_MAX_NUMBER; number++)
      if (plan.calls.calls[abi][number]) settings.wanted[abi][number / 64] |= u64{1} << (number % 64);
  mark_seen(settings);
  mark_holdable(settings, plan.unneeded);
  settings.all = plan.calls.all;
  struct stat pids {};
  if (stat("/proc/self/ns/pid", &pids) == 0) {
    // As the kernel itself numbers devices.
    settings.namespace_device = u64{major(pids.st_dev)} << 20 | minor(pids.st_dev);
    settings.namespace_inode = pids.st_ino;
  }
  settings.ring_size = static_cast<u32>(ring_size);
  settings.high_water = static_cast<u32>(ring_size / 2);
  settings.full_limit = static_cast<u32>(ring_size / 4 * 3);
  settings.wake_mark = static_cast<u32>(std::min(largest_wake_mark, ring_size / 4));
  settings.want_comm = plan.want_comm;
  settings.observe = plan.observe;
  settings.everyone = plan.everyone;
  settings.follow = plan.observe && (plan.follow_forks || plan.everyone);
  settings.want_cpu_time = plan.want_system_time;
  return settings;
}

}  // namespace

Result<void> check_requirements() {
  constexpr unsigned perfmon = 38, bpf = 39, admin = 21;  // linux/capability.h
  const bool admitted = has_capability(admin);
  if (!admitted && !has_capability(bpf))
    return Error{"BPF backend", "the capability CAP_BPF is missing", "run as root, or use --backend=ptrace", EPERM};
  if (!admitted && !has_capability(perfmon))
    return Error{"BPF backend", "the capability CAP_PERFMON is missing", "run as root, or use --backend=ptrace", EPERM};
  if (access(kernel_btf, R_OK) < 0)
    return Error{"BPF backend", fmt::format("the kernel's types are missing ({}: {})", kernel_btf, strerror(errno)),
                 "use a kernel built with CONFIG_DEBUG_INFO_BTF, or --backend=ptrace", errno};
  return {};
}

Result<std::unique_ptr<Object>> Object::load(const Plan& plan, const Depth& depth) {
  if (auto checked = check_requirements(); !checked) return checked.error();
  std::unique_ptr<Object> object(new Object(plan.observe, depth.files != 0));
  const size_t cpus = possible_cpus();
  object->ring_size_ = choose_ring_size(plan.ring_size, cpus);
  bpf_settings settings = settings_of(plan, object->ring_size_);
  if (settings.want_cpu_time) {
    if (auto found = find_clocks(settings); !found) return found.error();
  }
  settings.stand_still = depth.stand_still;
  settings.stop_at_filters = depth.stop_at_filters;
  settings.want_names = depth.names;
  settings.want_files = static_cast<u8>(depth.files);
  if (depth.files) settings.seen[BPF_ROOT_CALL / 64] |= u64{1} << (BPF_ROOT_CALL % 64);
  const describe::CapturePlan& copies = depth.copies;
  Loader& loader = object->loader_;
  loader.set_value(".rodata", &settings);
  loader.set_entries("scratches", cpus);
  loader.set_entries("rings", cpus);
  loader.set_entries("plan_ops", std::max<size_t>(copies.ops.size(), 1));
  loader.set_entries("plan_cases", std::max<size_t>(copies.cases.size(), 1));
  loader.set_value_size("rings", Ring::room(object->ring_size_));
  object->observes_ = plan.observe;
  object->everyone_ = plan.everyone;
  const Nanoseconds before = ptrace::now().monotonic;
  if (auto loaded = loader.load(); !loaded) return loaded.error();
  object->costs_.load = ptrace::now().monotonic - before;
  if (auto mapped = object->map_memory(cpus); !mapped) return mapped.error();
  if (auto mapped = object->map_names(depth.names); !mapped) return mapped.error();
  if (auto filled = object->fill(copies); !filled) return filled.error();
  return object;
}

Object::~Object() {
  rings_.clear();
  if (rings_memory_ != MAP_FAILED) munmap(rings_memory_, rings_size_);
  if (shared_) munmap(shared_, page_size());
  if (ended_slots_) munmap(ended_slots_, ended_size);
}

Result<void> Object::map_memory(size_t cpus) {
  tasks_ = loader_.map("tasks");
  stopped_ = loader_.map("stopped");
  unplaced_ = loader_.map("unplaced");
  auto map = [](int fd, size_t size) { return mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0); };
  void* shared = map(loader_.map(".bss"), page_size());
  if (shared == MAP_FAILED) return failed("mapping its data", errno);
  shared_ = static_cast<bpf_shared*>(shared);
  const size_t room = Ring::room(ring_size_);
  rings_size_ = room * cpus;
  rings_memory_ = map(loader_.map("rings"), rings_size_);
  if (rings_memory_ == MAP_FAILED) return failed("mapping its rings", errno);
  for (size_t cpu = 0; cpu < cpus; cpu++)
    rings_.emplace_back(static_cast<std::byte*>(rings_memory_) + cpu * room, ring_size_);
  auto bell = Bell::open(loader_.map("bell"));
  if (!bell) return bell.error();
  bell_.emplace(std::move(*bell));
  return {};
}

Result<void> Object::map_names(bool wanted) {
  if (!wanted) return {};
  void* slots = mmap(nullptr, ended_size, PROT_READ | PROT_WRITE, MAP_SHARED, loader_.map("ended"), 0);
  if (slots == MAP_FAILED) return failed("mapping names", errno);
  ended_slots_ = static_cast<bpf_ended*>(slots);
  ended_.emplace(ended_slots_);
  return {};
}

Result<void> Object::attach() {
  const u32 first = 0;
  const int recorder = loader_.program("on_record");
  if (skel_map_update_elem(loader_.map("recorder"), &first, &recorder, 0) < 0)
    return failed("joining its programs", errno);
  const Nanoseconds before = ptrace::now().monotonic;
  struct Place {
    const char* program;
    const char* tracepoint;  // nullptr: the program knows
  };
  constexpr Place places[] = {{"on_fork", nullptr},
                              {"on_exec", "sched_process_exec"},
                              {"before_exec", "sched_prepare_exec"},
                              {"on_end", "sched_process_exit"},
                              {"on_signal", "signal_deliver"},
                              {"on_exit", "sys_exit"},
                              {"on_enter", "sys_enter"}};
  for (const auto& [program, tracepoint] : places) {
    // Of signals ptrace tells, if it is there.
    if (!observes_ && std::string_view(program) == "on_signal") continue;
    UniqueFd link(skel_raw_tracepoint_open(tracepoint, loader_.program(program)));
    // sched_prepare_exec is there from Linux 6.10 on.
    if (!link && errno == ENOENT && std::string_view(program) == "before_exec") continue;
    if (!link) return failed("attaching the program", errno);
    links_.push_back(std::move(link));
  }
  costs_.attach = ptrace::now().monotonic - before;
  return {};
}

// The program sees it when this process makes a call.
Result<void> Object::note_root() {
  const Tid own{gettid()};
  bpf_task state{};
  state.birth = BPF_READER;
  if (auto added = add(own, state); !added) return added;
  syscall(BPF_ROOT_CALL);
  if (!everyone_) {
    remove(own);
    return {};
  }
  bpf_task hidden{};
  hidden.hidden = 1;
  return add(own, hidden);
}

UniqueFd Object::open_thread(Tid tid) {
  constexpr unsigned pidfd_thread = 0200;  // PIDFD_THREAD (O_EXCL), Linux 6.9
  UniqueFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, number(tid), pidfd_thread)));
  if (!pidfd && errno == EINVAL) pidfd.reset(static_cast<int>(syscall(SYS_pidfd_open, number(tid), 0)));
  return pidfd;
}

Result<void> Object::add(Tid tid, const bpf_task& state) {
  const UniqueFd pidfd = open_thread(tid);
  const int key = pidfd.get();
  if (!pidfd || skel_map_update_elem(tasks_, &key, &state, BPF_ANY) < 0) {
    const int error = errno;
    return Error{fmt::format("BPF backend: capturing thread {}", number(tid)), strerror(error), "", error};
  }
  return {};
}

void Object::forget_stop(Tid tid) {
  const s32 key = number(tid);
  skel_map_delete_elem(stopped_, &key);
}

void Object::remove(Tid tid) {
  const UniqueFd pidfd = open_thread(tid);
  const int key = pidfd.get();
  if (pidfd) skel_map_delete_elem(tasks_, &key);
}

}  // namespace sysray::capture::bpf
