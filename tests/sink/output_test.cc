// Outputs: buffering, files, commands, and what happens when writing fails.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "sink/output_set.h"
#include "sink/tee_sink.h"

namespace sysray::sink {
namespace {

std::string contents(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

class OutputTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "sysray-output-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    directory = name;
  }
  void TearDown() override { std::filesystem::remove_all(directory); }
  std::string path(const std::string& name) const { return directory + "/" + name; }
  WriteErrorHandler handler() {
    return [this](const Error& error) { errors.push_back(error.message()); };
  }
  std::string directory;
  std::vector<std::string> errors;
};

TEST_F(OutputTest, FilesAreBuffered) {
  auto set = open_output(path("a"), OpenMode::truncate, handler());
  ASSERT_TRUE(set);
  Output& output = (*set)->of(Tid{1});
  output.write("line\n");
  EXPECT_EQ(contents(path("a")), "");
  (*set)->flush_all();
  EXPECT_EQ(contents(path("a")), "line\n");
  output.write("more");
  set->reset();
  EXPECT_EQ(contents(path("a")), "line\nmore");
}

TEST_F(OutputTest, BigWritesPassThroughInOrder) {
  std::string expected;
  {
    auto set = open_output(path("a"), OpenMode::truncate, handler());
    ASSERT_TRUE(set);
    Output& output = (*set)->of(Tid{1});
    for (const size_t size : {10, 70000, 65536, 3, 65535, 200000, 1}) {
      const std::string bytes(size, static_cast<char>('a' + size % 26));
      expected += bytes;
      output.write(bytes);
    }
  }
  EXPECT_TRUE(contents(path("a")) == expected);
}

TEST_F(OutputTest, TruncateAndAppend) {
  for (const auto& [mode, expected] :
       {std::pair{OpenMode::truncate, "x"}, {OpenMode::append, "xx"}, {OpenMode::truncate, "x"}}) {
    auto set = open_output(path("a"), mode, handler());
    ASSERT_TRUE(set);
    (*set)->of(Tid{1}).write("x");
    set->reset();
    EXPECT_EQ(contents(path("a")), expected);
  }
}

TEST_F(OutputTest, AFileThatCannotBeOpened) {
  auto set = open_output(path("missing/a"), OpenMode::truncate, handler());
  ASSERT_FALSE(set);
  EXPECT_EQ(set.error().message(), "Can't fopen '" + path("missing/a") + "': No such file or directory");
  EXPECT_EQ(set.error().code, ENOENT);
}

TEST_F(OutputTest, AFullDiskIsReportedOnce) {
  auto set = open_output("/dev/full", OpenMode::truncate, handler());
  ASSERT_TRUE(set);
  for (int i = 0; i < 3; i++) {
    (*set)->of(Tid{1}).write("line\n");
    (*set)->flush_all();
  }
  set->reset();
  EXPECT_EQ(errors, std::vector<std::string>{"/dev/full: No space left on device"});
}

TEST_F(OutputTest, AReaderThatWentAwayIsReportedOnceAndDoesNotKill) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  close(ends[0]);
  FileOutput output(UniqueFd(ends[1]), "pipe", FlushPolicy::each_line, handler());
  output.write("line\n");
  output.write("line\n");
  EXPECT_EQ(errors, std::vector<std::string>{"pipe: Broken pipe"});
  sigset_t pending;
  sigpending(&pending);
  EXPECT_EQ(sigismember(&pending, SIGPIPE), 0);
  sigset_t blocked;
  pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
  EXPECT_EQ(sigismember(&blocked, SIGPIPE), 0);
}

TEST_F(OutputTest, LinesOfPipesAreVisibleAtOnce) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
  const UniqueFd reading(ends[0]);
  FileOutput output(UniqueFd(ends[1]), "pipe", FlushPolicy::each_line, handler());
  char bytes[16];
  output.write("no line yet");
  EXPECT_EQ(read(reading.get(), bytes, sizeof bytes), -1);
  output.write("\n");
  EXPECT_EQ(read(reading.get(), bytes, sizeof bytes), 12);
}

TEST_F(OutputTest, ANonBlockingPipeIsWaitedFor) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  UniqueFd reading(ends[0]);
  ASSERT_EQ(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
  constexpr size_t size = 1 << 20;
  size_t seen = 0;
  std::thread reader([&] {
    std::string bytes(4096, ' ');
    while (true) {
      const ssize_t n = read(reading.get(), bytes.data(), bytes.size());
      if (n <= 0) return;
      seen += static_cast<size_t>(n);
    }
  });
  {
    FileOutput output(UniqueFd(ends[1]), "pipe", FlushPolicy::when_full, handler());
    output.write(std::string(size, 'x'));
  }
  reader.join();
  EXPECT_EQ(seen, size);
  EXPECT_TRUE(errors.empty());
}

TEST_F(OutputTest, CommandsAreWaitedFor) {
  for (const char* mark : {"|", "!"}) {
    pid_t pid = 0;
    auto set = open_output(mark + ("sleep 0.2; cat > '" + path("a") + "'"), OpenMode::truncate, handler(), &pid);
    ASSERT_TRUE(set);
    EXPECT_GT(pid, 0);
    (*set)->of(Tid{1}).write("line\n");
    set->reset();
    EXPECT_EQ(contents(path("a")), "line\n");
    EXPECT_EQ(waitpid(pid, nullptr, WNOHANG), -1);
    std::filesystem::remove(path("a"));
  }
  EXPECT_TRUE(errors.empty());
}

TEST_F(OutputTest, ACommandThatEndsEarly) {
  auto set = open_output("!exit 3", OpenMode::truncate, handler());
  ASSERT_TRUE(set);
  for (int i = 0; i < 100 && errors.empty(); i++) {
    (*set)->of(Tid{1}).write("line\n");
    usleep(10000);
  }
  (*set)->of(Tid{1}).write("line\n");
  set->reset();
  EXPECT_EQ(errors, std::vector<std::string>{"!exit 3: Broken pipe"});
}

TEST_F(OutputTest, CommandsGetDefaultSignals) {
  sigset_t interrupt;
  sigset_t before;
  sigemptyset(&interrupt);
  sigaddset(&interrupt, SIGINT);
  pthread_sigmask(SIG_BLOCK, &interrupt, &before);
  auto set = open_output("|grep SigBlk /proc/self/status > '" + path("a") + "'", OpenMode::truncate, handler());
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ASSERT_TRUE(set);
  set->reset();
  EXPECT_EQ(contents(path("a")), "SigBlk:\t0000000000000000\n");
}

TEST_F(OutputTest, AFileForEachThread) {
  {
    PerThreadOutput set(path("t"), OpenMode::truncate, handler());
    set.of(Tid{12}).write("a");
    set.of(Tid{13}).write("b");
    set.of(Tid{12}).write("c");
    set.thread_ended(Tid{12});
    EXPECT_EQ(contents(path("t.12")), "ac");
    EXPECT_EQ(contents(path("t.13")), "");
    set.flush_all();
    EXPECT_EQ(contents(path("t.13")), "b");
    // The id came again.
    set.of(Tid{12}).write("d");
  }
  EXPECT_EQ(contents(path("t.12")), "acd");
  {
    PerThreadOutput set(path("t"), OpenMode::append, handler());
    set.of(Tid{13}).write("b");
    set.of(Tid{14}).write("x");
  }
  EXPECT_EQ(contents(path("t.13")), "bb");
  {
    PerThreadOutput set(path("t"), OpenMode::truncate, handler());
    set.of(Tid{13}).write("n");
  }
  EXPECT_EQ(contents(path("t.13")), "n");
  EXPECT_TRUE(errors.empty());
}

TEST_F(OutputTest, AThreadsFileThatCannotBeOpened) {
  PerThreadOutput set(path("missing/t"), OpenMode::truncate, handler());
  set.of(Tid{12}).write("a");
  set.of(Tid{12}).write("a");
  set.flush_all();
  EXPECT_EQ(errors, std::vector<std::string>{"Can't fopen '" + path("missing/t.12") + "': No such file or directory"});
}

TEST_F(OutputTest, StandardErrorIsWrittenLineByLine) {
  const UniqueFd saved(dup(STDERR_FILENO));
  {
    const UniqueFd file(open(path("err").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    dup2(file.get(), STDERR_FILENO);
  }
  auto set = open_standard_error(handler());
  dup2(saved.get(), STDERR_FILENO);
  ASSERT_TRUE(set);
  (*set)->of(Tid{1}).write("line\n");
  EXPECT_EQ(contents(path("err")), "line\n");
}

struct CountingSink : Sink {
  explicit CountingSink(std::string& log) : log_(log) {}
  void on_event(const event::Event&) override { log_ += "e"; }
  void flush() override { log_ += "f"; }
  void finish() override { log_ += "."; }
  std::string& log_;
};

TEST(TeeSink, GivesEverythingToAll) {
  std::string log;
  TeeSink tee;
  tee.add(std::make_unique<CountingSink>(log));
  tee.add(std::make_unique<CountingSink>(log));
  tee.on_event({});
  tee.flush();
  tee.finish();
  EXPECT_EQ(log, "eeff..");
}

}  // namespace
}  // namespace sysray::sink
