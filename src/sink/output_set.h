// Where the text goes: a descriptor, a file, a command's standard input, or a file for each thread.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "sink/file_output.h"

namespace sysray::sink {

// One output for all threads.
class SharedOutput : public OutputSet {
 public:
  explicit SharedOutput(std::unique_ptr<Output> output) : output_(std::move(output)) {}

  Output& of(Tid) override { return *output_; }
  bool one_per_thread() const override { return false; }
  void thread_ended(Tid) override {}
  void flush_all() override { output_->flush(); }

 private:
  std::unique_ptr<Output> output_;
};

enum class OpenMode : u8 { truncate, append };  // append: -A

// A file for each thread: `prefix.TID` (-ff). One that can't be opened is reported, and what it should hold is dropped.
class PerThreadOutput : public OutputSet {
 public:
  PerThreadOutput(std::string prefix, OpenMode mode, WriteErrorHandler on_error)
      : prefix_(std::move(prefix)), mode_(mode), on_error_(std::move(on_error)) {}

  Output& of(Tid tid) override;
  bool one_per_thread() const override { return true; }
  void thread_ended(Tid tid) override { outputs_.erase(number(tid)); }
  void flush_all() override;

 private:
  std::string prefix_;
  OpenMode mode_;
  WriteErrorHandler on_error_;
  std::unordered_map<s32, std::unique_ptr<FileOutput>> outputs_;
  std::unordered_set<s32> seen_;  // ids come again: their files must not be truncated then
};

// The standard input of a shell command.
class CommandOutput : public Output {
 public:
  // Starts `/bin/sh -c command`. `name` is for messages.
  static Result<std::unique_ptr<CommandOutput>> start(const std::string& command, std::string name,
                                                      WriteErrorHandler on_error);
  // Closes the pipe and waits for the command to end.
  ~CommandOutput() override;

  void write(std::string_view bytes) override { pipe_.write(bytes); }
  void flush() override { pipe_.flush(); }
  // The shell. Whoever waits for any child may reap it.
  pid_t pid() const { return pid_; }

 private:
  CommandOutput(pid_t pid, UniqueFd fd, std::string name, WriteErrorHandler on_error)
      : pid_(pid), pipe_(std::move(fd), std::move(name), FlushPolicy::each_line, std::move(on_error)) {}

  pid_t pid_;
  FileOutput pipe_;
};

// Standard error, on a descriptor of its own.
Result<std::unique_ptr<OutputSet>> open_standard_error(WriteErrorHandler on_error);

// What -o names: a file, or a command behind '|' or '!'. `command_pid`, if given, gets the shell's process id.
Result<std::unique_ptr<OutputSet>> open_output(const std::string& target, OpenMode mode, WriteErrorHandler on_error,
                                               pid_t* command_pid = nullptr);

}  // namespace sysray::sink
