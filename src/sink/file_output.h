// FileOutput: bytes into a file descriptor, through a buffer.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"
#include "sink/output.h"
#include "sink/text_buffer.h"

namespace sysray::sink {

// Is told, once for each output, that writing failed: the cause is the name of the output.
using WriteErrorHandler = std::function<void(const Error&)>;

enum class FlushPolicy : u8 {
  when_full,  // and on flush()
  each_line,  // also after each write that ends a line: terminals, pipes, standard error
};

class FileOutput final : public Output {
 public:
  // `name` is for messages.
  FileOutput(UniqueFd fd, std::string name, FlushPolicy policy, WriteErrorHandler on_error,
             size_t buffer_size = 1 << 16);
  // Flushes.
  ~FileOutput() override;

  void write(std::string_view bytes) override;
  void flush() override;
  // Flushes and closes the descriptor; nothing is written afterwards.
  void close();

 private:
  void write_out(std::string_view bytes);
  void fail(int code);

  UniqueFd fd_;
  std::string name_;
  FlushPolicy policy_;
  WriteErrorHandler on_error_;
  size_t buffer_size_;
  TextBuffer buffer_;
  bool may_raise_sigpipe_;
  bool failed_ = false;
};

}  // namespace sysray::sink
