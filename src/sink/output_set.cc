// Opening of outputs.
#include "sink/output_set.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace sysray::sink {

namespace {

constexpr size_t thread_buffer = 1 << 13;  // there may be thousands of threads

Error system_error(std::string cause, int code) {
  return {.cause = std::move(cause), .observed = strerror(code), .hint = {}, .code = code};
}

Result<UniqueFd> open_file(const std::string& path, OpenMode mode) {
  const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (mode == OpenMode::append ? O_APPEND : O_TRUNC);
  UniqueFd fd(open(path.c_str(), flags, 0666));
  if (!fd) return system_error("Can't fopen '" + path + "'", errno);
  return fd;
}

FlushPolicy policy_for(int fd) {
  struct stat status {};
  const bool is_file = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
  return is_file ? FlushPolicy::when_full : FlushPolicy::each_line;
}

// The tracer blocks and ignores signals for itself, not for the command.
struct SpawnAttributes {
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_t actions;
  explicit SpawnAttributes(int standard_input) {
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_init(&actions);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawn_file_actions_adddup2(&actions, standard_input, STDIN_FILENO);
  }
  ~SpawnAttributes() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnAttributes(const SpawnAttributes&) = delete;
  SpawnAttributes& operator=(const SpawnAttributes&) = delete;
};

}  // namespace

Output& PerThreadOutput::of(Tid tid) {
  auto& slot = outputs_[number(tid)];
  if (slot) return *slot;
  const std::string path = prefix_ + "." + std::to_string(number(tid));
  const bool again = !seen_.insert(number(tid)).second;
  auto fd = open_file(path, again ? OpenMode::append : mode_);
  slot = std::make_unique<FileOutput>(fd ? std::move(*fd) : UniqueFd(), path, FlushPolicy::when_full, on_error_,
                                      thread_buffer);
  // The handler may flush all outputs.
  if (!fd && on_error_) on_error_(fd.error());
  return *slot;
}

void PerThreadOutput::flush_all() {
  for (auto& [tid, output] : outputs_) output->flush();
}

Result<std::unique_ptr<CommandOutput>> CommandOutput::start(const std::string& command, std::string name,
                                                            WriteErrorHandler on_error) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return system_error("pipe", errno);
  UniqueFd reading(ends[0]);
  UniqueFd writing(ends[1]);
  const SpawnAttributes spawn(reading.get());
  std::string shell = "sh";
  std::string option = "-c";
  std::string script = command;
  char* const arguments[] = {shell.data(), option.data(), script.data(), nullptr};
  pid_t pid = 0;
  const int code = posix_spawn(&pid, "/bin/sh", &spawn.actions, &spawn.attributes, arguments, environ);
  if (code != 0) return system_error("/bin/sh", code);
  return std::unique_ptr<CommandOutput>(
      new CommandOutput(pid, std::move(writing), std::move(name), std::move(on_error)));
}

CommandOutput::~CommandOutput() {
  pipe_.close();
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) continue;
}

Result<std::unique_ptr<OutputSet>> open_standard_error(WriteErrorHandler on_error) {
  UniqueFd fd(fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3));
  if (!fd) return system_error("standard error", errno);
  auto output =
      std::make_unique<FileOutput>(std::move(fd), "standard error", FlushPolicy::each_line, std::move(on_error));
  return std::unique_ptr<OutputSet>(new SharedOutput(std::move(output)));
}

Result<std::unique_ptr<OutputSet>> open_output(const std::string& target, OpenMode mode, WriteErrorHandler on_error,
                                               pid_t* command_pid) {
  if (target.starts_with('|') || target.starts_with('!')) {
    auto output = CommandOutput::start(target.substr(1), target, std::move(on_error));
    if (!output) return output.error();
    if (command_pid != nullptr) *command_pid = (*output)->pid();
    return std::unique_ptr<OutputSet>(new SharedOutput(std::move(*output)));
  }
  auto fd = open_file(target, mode);
  if (!fd) return fd.error();
  const FlushPolicy policy = policy_for(fd->get());
  auto output = std::make_unique<FileOutput>(std::move(*fd), target, policy, std::move(on_error));
  return std::unique_ptr<OutputSet>(new SharedOutput(std::move(output)));
}

}  // namespace sysray::sink
