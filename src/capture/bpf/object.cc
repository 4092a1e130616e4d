#include "capture/bpf/object.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fmt/format.h>
#include <linux/capability.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <bit>

#include "capture/bpf/embedded.h"

namespace sysray::capture::bpf {
namespace {

constexpr size_t smallest_ring = 64 << 10;
constexpr size_t largest_ring = 4 << 20;
constexpr size_t all_rings = 64 << 20;  // of a machine with many CPUs
// Latency against wake-ups: a record waits for the reader's timer, or for so many others.
constexpr size_t largest_wake_mark = 128 << 10;

constexpr const char* kernel_btf = "/sys/kernel/btf/vmlinux";

bool has_capability(unsigned capability) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2]{};
  if (syscall(SYS_capget, &header, data) < 0) return false;
  return data[capability / 32].effective >> (capability % 32) & 1;
}

std::string kernel_release() {
  utsname name{};
  uname(&name);
  return name.release;
}

// The last complaint of libbpf, for an error's text. libbpf's printer is a global of its own.
thread_local std::string complaint;

int listen(libbpf_print_level level, const char* format, va_list arguments) {
  if (level != LIBBPF_WARN) return 0;
  char text[400];
  vsnprintf(text, sizeof text, format, arguments);
  complaint = text;
  while (!complaint.empty() && complaint.back() == '\n') complaint.pop_back();
  return 0;
}

Error failed(const char* what, int error) {
  std::string observed = strerror(error);
  if (!complaint.empty()) observed += "; " + complaint;
  return Error{fmt::format("BPF backend: {}", what), observed,
               fmt::format("this kernel is {}; the backend needs 6.2 or later, with BTF. --backend=ptrace works "
                           "everywhere",
                           kernel_release()),
               error};
}

size_t choose_ring_size(size_t wanted, size_t cpus) {
  if (wanted == 0) wanted = std::min(largest_ring, all_rings / cpus);
  return std::bit_floor(std::max(wanted, smallest_ring));
}

bpf_settings settings_of(const Plan& plan, size_t ring_size) {
  bpf_settings settings{};
  for (size_t abi = 0; abi < BPF_ABIS; abi++)
    for (size_t number = 0; number < BPF_MAX_NUMBER; number++)
      if (plan.calls.calls[abi][number]) settings.wanted[abi][number / 64] |= u64{1} << (number % 64);
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

Result<std::unique_ptr<Object>> Object::load(const Plan& plan, const describe::CapturePlan& copies) {
  if (auto checked = check_requirements(); !checked) return checked.error();
  std::unique_ptr<Object> object(new Object());
  complaint.clear();
  libbpf_set_print(listen);
  if (auto loaded = object->load_program(plan, copies); !loaded) return loaded.error();
  if (auto made = object->make_rings(); !made) return made.error();
  if (auto filled = object->fill(copies); !filled) return filled.error();
  return object;
}

Object::~Object() {
  for (bpf_link* link : links_) bpf_link__destroy(link);
  rings_.clear();
  if (object_) bpf_object__close(object_);
}

Result<void> Object::open(const Plan& plan, const describe::CapturePlan& copies) {
  object_ = bpf_object__open_mem(sysray_bpf_blob, static_cast<size_t>(sysray_bpf_blob_end - sysray_bpf_blob), nullptr);
  if (!object_) return failed("reading the program", errno);
  const int cpus = libbpf_num_possible_cpus();
  if (cpus < 1) return failed("counting the CPUs", -cpus);
  ring_size_ = choose_ring_size(plan.ring_size, static_cast<size_t>(cpus));

  const bpf_settings settings = settings_of(plan, ring_size_);
  bpf_map* read_only = bpf_object__find_map_by_name(object_, ".rodata");
  if (int error = bpf_map__set_initial_value(read_only, &settings, sizeof settings); error < 0)
    return failed("setting it up", -error);
  auto find = [this](const char* name) { return bpf_object__find_map_by_name(object_, name); };
  bpf_map__set_max_entries(find("scratches"), static_cast<u32>(cpus));
  bpf_map__set_max_entries(find("rings"), static_cast<u32>(cpus));
  bpf_map__set_max_entries(find("plan_ops"), static_cast<u32>(std::max<size_t>(copies.ops.size(), 1)));
  bpf_map__set_max_entries(find("plan_cases"), static_cast<u32>(std::max<size_t>(copies.cases.size(), 1)));

  return {};
}

// Looking into the kernel's types for what there is would double the time that loading takes; so it is tried.
Result<void> Object::load_program(const Plan& plan, const describe::CapturePlan& copies) {
  if (auto opened = open(plan, copies); !opened) return opened;
  if (bpf_object__load(object_) == 0) return {};
  bpf_object__close(object_);
  object_ = nullptr;
  if (auto opened = open(plan, copies); !opened) return opened;
  // Its tracepoint is there from Linux 6.10 on.
  bpf_program__set_autoload(bpf_object__find_program_by_name(object_, "before_exec"), false);
  if (int error = bpf_object__load(object_); error < 0) return failed("loading the program", -error);
  return {};
}

Result<void> Object::make_rings() {
  size_t size = 0;
  bpf_map* shared = bpf_object__find_map_by_name(object_, ".bss");
  shared_ = static_cast<bpf_shared*>(const_cast<void*>(bpf_map__initial_value(shared, &size)));
  if (!shared_ || size < sizeof *shared_) return failed("mapping its data", EINVAL);
  tasks_ = bpf_object__find_map_fd_by_name(object_, "tasks");
  stopped_ = bpf_object__find_map_fd_by_name(object_, "stopped");
  const int rings = bpf_object__find_map_fd_by_name(object_, "rings");
  const int cpus = libbpf_num_possible_cpus();
  for (int cpu = 0; cpu < cpus; cpu++) {
    UniqueFd fd(bpf_map_create(BPF_MAP_TYPE_RINGBUF, "sysray_ring", 0, 0, static_cast<u32>(ring_size_), nullptr));
    if (!fd) return failed("making a ring", errno);
    const int value = fd.get();
    if (bpf_map_update_elem(rings, &cpu, &value, 0) < 0) return failed("adding a ring", errno);
    auto ring = Ring::open(fd.get(), ring_size_);
    if (!ring) return ring.error();
    rings_.push_back(std::move(*ring));
    ring_fds_.push_back(std::move(fd));
  }
  return {};
}

Result<void> Object::attach() {
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object_) {
    if (!bpf_program__autoload(program)) continue;
    bpf_link* link = bpf_program__attach(program);
    if (!link) return failed("attaching the program", errno);
    links_.push_back(link);
  }
  return {};
}

Result<void> Object::add(Tid tid, const bpf_task& state) {
  constexpr unsigned pidfd_thread = 0200;  // PIDFD_THREAD (O_EXCL), Linux 6.9
  UniqueFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, number(tid), pidfd_thread)));
  if (!pidfd && errno == EINVAL) pidfd.reset(static_cast<int>(syscall(SYS_pidfd_open, number(tid), 0)));
  const int key = pidfd.get();
  if (!pidfd || bpf_map_update_elem(tasks_, &key, &state, BPF_ANY) < 0) {
    const int error = errno;
    return Error{fmt::format("BPF backend: capturing thread {}", number(tid)), strerror(error), "", error};
  }
  return {};
}

void Object::forget_stop(Tid tid) {
  const s32 key = number(tid);
  bpf_map_delete_elem(stopped_, &key);
}

void Object::remove(Tid tid) {
  constexpr unsigned pidfd_thread = 0200;
  UniqueFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, number(tid), pidfd_thread)));
  if (!pidfd && errno == EINVAL) pidfd.reset(static_cast<int>(syscall(SYS_pidfd_open, number(tid), 0)));
  const int key = pidfd.get();
  if (pidfd) bpf_map_delete_elem(tasks_, &key);
}

}  // namespace sysray::capture::bpf
