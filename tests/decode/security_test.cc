// SELinux contexts: from an attribute of a file to the text of a call.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cstring>

#include "decode/decoder.h"
#include "event/memory_snapshot.h"
#include "resolve/security_contexts.h"
#include "sink/json_sink.h"
#include "sink/text_sink.h"

namespace sysray {
namespace {

using resolve::SecurityContexts;

TEST(SecurityContexts, FileByItsAttribute) {
  char path[] = "security-XXXXXX";
  const int fd = mkstemp(path);
  ASSERT_GE(fd, 0);
  const char context[] = "system_u:object_r:tmp_t:s0:c1,c2";
  const int set = fsetxattr(fd, "security.selinux", context, sizeof context, 0);
  const std::string by_descriptor = "/proc/self/fd/" + std::to_string(fd);
  const auto type = SecurityContexts({}, true).of_file(by_descriptor);
  const auto full = SecurityContexts({.full = true}, true).of_file(path);
  // Without a policy nothing is expected, so nothing differs.
  const auto compared = SecurityContexts({.full = true, .mismatch = true}, true).of_file(path);
  const auto disabled = SecurityContexts({}, false).of_file(path);
  close(fd);
  unlink(path);
  EXPECT_EQ(disabled, std::nullopt);
  EXPECT_EQ(SecurityContexts({}, true).of_file("/nonexistent"), std::nullopt);
  if (set != 0) GTEST_SKIP() << "no security.selinux attribute can be set: " << strerror(errno);
  EXPECT_EQ(type, "tmp_t");
  EXPECT_EQ(full, context);
  EXPECT_TRUE(compared->starts_with(context)) << *compared;
}

class Contexts : public resolve::Resolver {
 public:
  std::optional<std::string_view> file_security(Tid, int dirfd, std::string_view path, Arena& arena) override {
    return arena.copy(std::to_string(dirfd) + "/" + std::string(path) + "_t");
  }
  std::optional<std::string_view> descriptor_security(Tid, int fd, Arena& arena) override {
    return arena.copy("fd" + std::to_string(fd) + "_t");
  }
  std::optional<std::string_view> task_security(Tid tid, Arena& arena) override {
    return arena.copy("task" + std::to_string(number(tid)) + "_t");
  }
};

class StringOutputs : public sink::OutputSet, public sink::Output {
 public:
  sink::Output& of(Tid) override { return *this; }
  bool one_per_thread() const override { return false; }
  void thread_ended(Tid) override {}
  void flush_all() override {}
  void write(std::string_view bytes) override { text += bytes; }
  void flush() override {}
  std::string text;
};

TEST(SecurityContextsShown, BehindProcessDescriptorAndPath) {
  decode::Options options;
  options.security_contexts = true;
  Contexts contexts;
  decode::Decoder decoder(describe::built_in(), options, contexts);
  const sink::TextOptions text_options;
  StringOutputs text_out, json_out;
  sink::TextSink text(text_options, text_out);
  sink::JsonSink json(json_out);

  event::MemorySnapshot memory;
  memory.add({0x1000}, std::as_bytes(std::span("name")));
  event::RawEvent raw;
  raw.tid = Tid{7};
  raw.tgid = Tgid{7};
  raw.number = 257;  // openat
  raw.args = {4, 0x1000, 0, 0, 0, 0};
  for (auto kind : {event::RawKind::call_enter, event::RawKind::call_exit}) {
    raw.kind = kind;
    raw.result = 5;
    const event::Event* event = decoder.on(raw, memory);
    ASSERT_NE(event, nullptr);
    text.on_event(*event);
    json.on_event(*event);
  }
  text.finish();
  json.finish();
  EXPECT_EQ(text_out.text, "[task7_t] openat(4 [fd4_t], \"name\" [4/name_t], O_RDONLY) = 5 [fd5_t]\n");
  EXPECT_NE(json_out.text.find(R"("selinux":"task7_t")"), std::string::npos) << json_out.text;
  EXPECT_NE(json_out.text.find(R"({"fd":4,"selinux":"fd4_t"})"), std::string::npos);
  EXPECT_NE(json_out.text.find(R"({"text":"name","selinux":"4/name_t"})"), std::string::npos);
}

}  // namespace
}  // namespace sysray
