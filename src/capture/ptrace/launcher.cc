#include "capture/ptrace/launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <string>

namespace sysray::capture::ptrace {
namespace {

struct Pipe {
  UniqueFd read_end, write_end;
};

Result<Pipe> make_pipe() {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) < 0) return Error{"pipe", strerror(errno), "", errno};
  return Pipe{UniqueFd(fds[0]), UniqueFd(fds[1])};
}

// The child's side: after a fork, nothing here allocates or takes locks.
class Child {
 public:
  Child(const Program& program, const ChildSetup& setup, int go, int reports)
      : program_(program), setup_(setup), go_(go), reports_(reports) {
    for (const std::string& word : program.argv) argv_.push_back(const_cast<char*>(word.c_str()));
    argv_.push_back(nullptr);
    for (const std::string& entry : program.environment) envp_.push_back(const_cast<char*>(entry.c_str()));
    envp_.push_back(nullptr);
  }

  [[noreturn]] void run(const SignalGuard& signals) const {
    char go = 0;
    ssize_t n;
    while ((n = read(go_, &go, 1)) < 0 && errno == EINTR) {
    }
    if (n != 1) _exit(1);  // the tracer is gone
    prctl(PR_SET_PTRACER, 0);
    signals.restore();
    if (!setup_.filter.empty()) install_filter();
    if (program_.identity && !take_identity(*program_.identity)) fail(ChildReport::What::identity_refused);
    // Straight to the kernel: the tracer takes the next stop after this one for execve.
    if (setup_.stops) syscall(SYS_tgkill, getpid(), static_cast<pid_t>(syscall(SYS_gettid)), SIGSTOP);
    syscall(SYS_execve, program_.path.c_str(), argv_.data(), envp_.data());
    fail(ChildReport::What::exec_failed);
  }

 private:
  void report(ChildReport::What what, int error) const {
    ChildReport report{what, error};
    while (write(reports_, &report, sizeof report) < 0 && errno == EINTR) {
    }
  }
  [[noreturn]] void fail(ChildReport::What what) const {
    report(what, errno);
    _exit(1);
  }

  void install_filter() const {
    sock_fprog filter{static_cast<unsigned short>(setup_.filter.size()),
                      const_cast<sock_filter*>(setup_.filter.data())};
    auto install = [&] { return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) == 0; };
    bool installed = install();
    if (!installed && errno == EACCES && setup_.may_set_no_new_privs) {
      prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
      installed = install();
    }
    report(installed ? ChildReport::What::filter_installed : ChildReport::What::filter_refused, installed ? 0 : errno);
  }

  static bool take_identity(const Identity& identity) {
    return setgroups(identity.groups.size(), identity.groups.data()) == 0 &&
           setregid(identity.gid, identity.gid) == 0 && setreuid(identity.uid, identity.uid) == 0;
  }

  const Program& program_;
  const ChildSetup& setup_;
  int go_;
  int reports_;
  std::vector<char*> argv_;
  std::vector<char*> envp_;
};

Error failed(const char* what) { return {what, strerror(errno), "", errno}; }

// Whoever kills this process breaks the program: nothing that is aimed at the visible process by its name or its
// command line, nor the search for memory, shall hit it.
void conceal(pid_t program) {
  constexpr char name[] = "syscall-tracer";
  prctl(PR_SET_NAME, name);
  const std::string title = fmt::format("{} of {}: kill that one, not this", name, program);
  // argv[0] stands at the start of the words that the kernel shows (proc(5), cmdline).
  if (const UniqueFd words(open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC)); words) {
    size_t room = 0;
    char some[512];
    for (ssize_t n; (n = read(words.get(), some, sizeof some)) > 0;) room += static_cast<size_t>(n);
    const size_t shown = std::min(title.size(), room > 0 ? room - 1 : 0);
    memset(program_invocation_name, 0, room);
    memcpy(program_invocation_name, title.data(), shown);
  }
  const UniqueFd score(open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
  if (score) (void)!write(score.get(), "-1000", 5);  // needs CAP_SYS_RESOURCE
}

}  // namespace

Result<Launcher> Launcher::start(const Program& program, const ChildSetup& setup, DaemonMode daemon,
                                 const SignalGuard& signals) {
  Result<Pipe> go = make_pipe();
  if (!go) return go.error();
  Result<Pipe> reports = make_pipe();
  if (!reports) return reports.error();
  fcntl(reports->read_end.get(), F_SETFL, O_NONBLOCK);
  Child child(program, setup, go->read_end.get(), reports->write_end.get());
  auto become_child = [&] {
    go->write_end.reset();
    child.run(signals);
  };

  pid_t self = getpid();
  pid_t pid = fork();
  if (pid < 0) return failed("fork");
  if (daemon == DaemonMode::none) {
    if (pid == 0) become_child();
    return Launcher(pid, std::move(go->write_end), std::move(reports->read_end));
  }

  if (pid != 0) {
    waitpid(pid, nullptr, 0);
    // The tracer is no ancestor: the Yama module must be told that it may (PR_SET_PTRACER, Linux 3.4).
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
    become_child();
  }
  pid = fork();
  if (pid != 0) _exit(pid < 0 ? 1 : 0);
  if (daemon == DaemonMode::own_process_group && setpgid(0, 0) < 0) return failed("Cannot create a new process group");
  if (daemon == DaemonMode::own_session && setsid() < 0) return failed("Cannot create a new session");
  return Launcher(self, std::move(go->write_end), std::move(reports->read_end));
}

Result<Launcher> Launcher::start_apart(const Program& program, const ChildSetup& setup, const SignalGuard& signals,
                                       std::span<const Tid> helpers, const ChildEnd& on_stranger) {
  StandIn stand_in(helpers, on_stranger);
  Result<Pipe> go = make_pipe();
  if (!go) return go.error();
  Result<Pipe> reports = make_pipe();
  if (!reports) return reports.error();
  Result<Pipe> endings = make_pipe();
  if (!endings) return endings.error();
  Result<Pipe> ready = make_pipe();
  if (!ready) return ready.error();
  fcntl(reports->read_end.get(), F_SETFL, O_NONBLOCK);
  Child child(program, setup, go->read_end.get(), reports->write_end.get());

  pid_t pid = fork();
  if (pid < 0) return failed("fork");
  if (pid == 0) {
    // The tracer is no ancestor: the Yama module must be told that it may (PR_SET_PTRACER, Linux 3.4).
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
    ready->write_end.reset();
    go->write_end.reset();
    endings->write_end.reset();
    child.run(signals);
  }
  ready->write_end.reset();
  char none;
  while (read(ready->read_end.get(), &none, 1) < 0 && errno == EINTR) {
  }
  pid_t tracer = fork();
  if (tracer < 0) return failed("fork");
  if (tracer != 0) stand_in.run(tracer, std::move(endings->read_end), signals.awaited());
  // Signals from the terminal come to the visible process, once; what is sent to its group or its session does not
  // reach the tracer.
  setsid();
  conceal(pid);
  Launcher launcher(pid, std::move(go->write_end), std::move(reports->read_end));
  launcher.endings_ = std::move(endings->write_end);
  return launcher;
}

void Launcher::report_ending(const Ending& ending) const {
  if (endings_) ptrace::report_ending(endings_.get(), ending);
}

void Launcher::release() {
  char go = 1;
  while (write(go_.get(), &go, 1) < 0 && errno == EINTR) {
  }
  go_.reset();
}

std::optional<ChildReport> Launcher::report() {
  ChildReport report;
  if (read(reports_.get(), &report, sizeof report) != static_cast<ssize_t>(sizeof report)) return std::nullopt;
  return report;
}

void Launcher::say_failure(Messages& messages) {
  while (auto told = report()) {
    if (told->what == ChildReport::What::exec_failed)
      messages.say(fmt::format("exec: {}", strerror(told->error)));
    else if (told->what == ChildReport::What::identity_refused)
      messages.say(fmt::format("setreuid: {}", strerror(told->error)));
  }
}

}  // namespace sysray::capture::ptrace
