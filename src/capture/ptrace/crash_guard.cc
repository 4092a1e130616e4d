#include "capture/ptrace/crash_guard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture/ptrace/stand_in.h"
#include "capture/ptrace/stop.h"

namespace sysray::capture::ptrace {
namespace {

constexpr int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS};
constexpr size_t stack_size = 64 * 1024;

// A signal handler has no other way to what it needs.
struct {
  TraceeTable* tracees;
  int endings;
  pid_t thread;
} guarded;

void resume(Stop stop) {
  // A filter that is suspended shall not be any longer.
  ::ptrace(PTRACE_SETOPTIONS, number(stop.tid()), nullptr, filter_options);
  switch (stop.kind()) {
    case StopKind::signal: {
      const int signal = stop.signal();
      siginfo_t info;
      // That of back-pressure (Tracer::take_throttling) is nobody else's.
      const bool ours = signal == SIGSTOP && ::ptrace(PTRACE_GETSIGINFO, number(stop.tid()), nullptr, &info) == 0 &&
                        info.si_code == SI_KERNEL;
      std::move(stop).resume(Resume::freely, ours ? 0 : signal);
      return;
    }
    case StopKind::group_stop: std::move(stop).listen(); return;
    default: std::move(stop).resume(Resume::freely);
  }
}

// A stop whose report was taken before the crash. si_code tells its kind (ptrace(2), PTRACE_GETSIGINFO); in a
// group-stop there is no siginfo.
void resume_stopped(Tid tid) {
  siginfo_t info;
  memset(&info, 0, sizeof info);
  if (::ptrace(PTRACE_GETSIGINFO, number(tid), nullptr, &info) < 0) {
    if (errno == EINVAL) Stop(tid, PTRACE_EVENT_STOP << 16 | SIGSTOP << 8 | 0x7f).listen();
    return;
  }
  const bool of_tracing = (info.si_code & 0x7f) == SIGTRAP;
  const int event = of_tracing ? info.si_code >> 8 : 0;
  resume(Stop(tid, event << 16 | (of_tracing ? SIGTRAP | 0x80 : info.si_signo) << 8 | 0x7f));
}

// Async-signal-safe, and on a stack of its own: whatever is broken, this needs little of it.
void keep_them_going(int signal) {
  if (syscall(SYS_gettid) != guarded.thread) {  // only the tracer can resume
    syscall(SYS_tgkill, getpid(), guarded.thread, signal);
    while (true) pause();
  }
  constexpr char message[] = "sysray: a fault of this program ends the trace; the traced programs go on\n";
  (void)!write(STDERR_FILENO, message, sizeof message - 1);
  report_ending(guarded.endings, Ending{0, signal});
  if (const int null = open("/dev/null", O_RDWR | O_CLOEXEC); null >= 0)
    for (int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(null, fd);
  close_range(STDERR_FILENO + 1, ~0u, 0);
  guarded.tracees->for_each([](Tracee& tracee) {
    resume_stopped(tracee.tid);
    if (tracee.suspended) ::ptrace(PTRACE_INTERRUPT, number(tracee.tid), nullptr, nullptr);
  });
  while (true) {
    int status = 0;
    const pid_t pid = wait4(-1, &status, __WALL, nullptr);
    if (pid < 0 && errno != EINTR) _exit(128 + signal);
    if (pid > 0 && WIFSTOPPED(status)) resume(Stop(Tid{pid}, status));
  }
}

}  // namespace

void survive_crashes(TraceeTable& tracees, int endings) {
  guarded = {&tracees, endings, static_cast<pid_t>(syscall(SYS_gettid))};
  void* memory = mmap(nullptr, stack_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  stack_t stack{};
  stack.ss_sp = memory;
  stack.ss_size = stack_size;
  if (memory != MAP_FAILED) sigaltstack(&stack, nullptr);
  struct sigaction action {};
  action.sa_handler = keep_them_going;
  action.sa_flags = SA_ONSTACK;
  sigfillset(&action.sa_mask);
  for (int fault : faults) sigaction(fault, &action, nullptr);
}

}  // namespace sysray::capture::ptrace
