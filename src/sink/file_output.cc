// Writing to descriptors: partial writes, interruptions, full disks and readers that went away.
#include "sink/file_output.h"

#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace sysray::sink {

namespace {

bool is_pipe_or_socket(int fd) {
  struct stat status {};
  return fstat(fd, &status) == 0 && (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode));
}

// Within its scope a write to a pipe without readers only fails: the SIGPIPE that comes with the failure is blocked and
// taken away. (Ignoring the signal for good would be inherited by the programs that are started.)
class WithoutSigpipe {
 public:
  explicit WithoutSigpipe(bool needed) : needed_(needed) {
    if (!needed_) return;
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~WithoutSigpipe() {
    if (!needed_) return;
    const timespec at_once{};
    if (raised && !was_pending_)
      while (sigtimedwait(&pipe_, nullptr, &at_once) < 0 && errno == EINTR) continue;
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  WithoutSigpipe(const WithoutSigpipe&) = delete;
  WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;

  bool raised = false;

 private:
  bool needed_;
  bool was_pending_ = false;
  sigset_t pipe_{};
  sigset_t before_{};
};

}  // namespace

FileOutput::FileOutput(UniqueFd fd, std::string name, FlushPolicy policy, WriteErrorHandler on_error,
                       size_t buffer_size)
    : fd_(std::move(fd)),
      name_(std::move(name)),
      policy_(policy),
      on_error_(std::move(on_error)),
      buffer_size_(buffer_size),
      buffer_(buffer_size),
      may_raise_sigpipe_(is_pipe_or_socket(fd_.get())) {}

FileOutput::~FileOutput() { close(); }

void FileOutput::write(std::string_view bytes) {
  if (failed_ || !fd_ || bytes.empty()) return;
  if (buffer_.size() + bytes.size() > buffer_size_) flush();
  if (bytes.size() > buffer_size_)
    write_out(bytes);
  else
    buffer_.add(bytes);
  if (policy_ == FlushPolicy::each_line && bytes.back() == '\n') flush();
}

void FileOutput::flush() {
  if (buffer_.empty()) return;
  write_out(buffer_.view());
  buffer_.clear();
}

void FileOutput::close() {
  if (!fd_) return;
  flush();
  fd_.reset();
}

void FileOutput::write_out(std::string_view bytes) {
  if (failed_ || !fd_) return;
  WithoutSigpipe guard(may_raise_sigpipe_);
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_.get(), bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EAGAIN) {
      // Whoever shares the descriptor made it non-blocking.
      pollfd ready{fd_.get(), POLLOUT, 0};
      poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      guard.raised = errno == EPIPE;
      return fail(errno);
    }
  }
}

void FileOutput::fail(int code) {
  failed_ = true;
  if (on_error_) on_error_({.cause = name_, .observed = strerror(code), .hint = {}, .code = code});
}

}  // namespace sysray::sink
