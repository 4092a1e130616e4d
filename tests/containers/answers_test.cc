// What a recording keeps of the world: answers come back as they were given, and bad bytes answer nothing.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "resolve/answer_recorder.h"
#include "resolve/recorded_resolver.h"

namespace sysray::resolve {
namespace {

// A world of which everything is known.
class World : public Resolver {
 public:
  std::optional<DescriptorTarget> descriptor_target(Tid tid, int fd, Arena& arena) override {
    if (fd > 100) return std::nullopt;
    return DescriptorTarget{arena.copy("/file" + std::to_string(number(tid) * 1000 + fd)), fd % 2 == 1};
  }
  DescriptorDetails descriptor_details(Tid, int fd, u32 kinds, Arena&) override {
    DescriptorDetails details;
    if (fd == 3 && (kinds & detail_socket)) {
      details.kind = DescriptorKind::socket;
      details.number = 77;
      details.protocol = "TCP";
      details.local = "127.0.0.1:80";
      details.peer = "127.0.0.1:81";
      details.local_host = "127.0.0.1";
      details.local_port = 80;
      details.state = "ESTABLISHED";
    } else if (fd == 4 && (kinds & detail_info)) {
      static constexpr DescriptorFact facts[] = {{"tfd", 1, "tfd", {}, 5, false},
                                                 {{}, 0, "seals", "F_SEAL_GROW", 0, false}};
      details.kind = DescriptorKind::info;
      details.facts = facts;
    }
    return details;
  }
  std::span<const std::string_view> namespaces(Tid, u64, Arena&) override {
    static constexpr std::string_view names[] = {"net:[1]", "pid:[2]"};
    return names;
  }
  std::optional<std::string_view> working_directory(Tid, Arena&) override { return "/here"; }
  u64 descriptor_device(Tid, int) override { return 0x103; }
  int socket_protocol(Tid, int fd) override { return fd == 3 ? 0 : -1; }
  std::optional<std::string_view> interface_name(Tid, u32, Arena&) override { return "eth0"; }
  std::optional<std::string_view> thread_name(Tid, Arena&) override { return "comm"; }
  std::span<const event::StackFrame> stack(Tid, Arena&) override {
    static constexpr event::StackFrame frames[] = {{{}, "/bin/x", "main", 3, 0x1003, "x.c", 9},
                                                   {"gone", {}, {}, 0, 0, {}, 0}};
    return frames;
  }
  TranslatedId translated_id(Tid, IdKind kind, s32 id) override {
    return {id + 100 * (1 + static_cast<s32>(kind)), true};
  }
  size_t id_chain(Tid tid, s32* ids, size_t) override {
    ids[0] = number(tid);
    ids[1] = 1;
    return 2;
  }
  std::optional<std::string_view> user_name(Tid, u32 id, Arena&) override {
    return id == 0 ? std::optional<std::string_view>("root") : std::nullopt;
  }
  std::optional<std::string_view> group_name(Tid, u32, Arena&) override { return "wheel"; }
  const event::Container* container(Tid, Arena&) override {
    static constexpr event::Container one{"docker", "0123", "web", {}};
    return &one;
  }
};

// Asks for all, and says the answers in one text.
std::string all_answers(Resolver& resolver) {
  Arena arena;
  std::string text;
  auto add = [&](auto&& part) { (text += part) += '|'; };
  for (int fd : {0, 1, 200}) {
    const auto target = resolver.descriptor_target(Tid{7}, fd, arena);
    add(target ? std::string(target->name) + (target->deleted ? "!" : "") : "unknown");
  }
  for (int fd : {2, 3, 4}) {
    const auto details = resolver.descriptor_details(Tid{7}, fd, detail_all | detail_info, arena);
    add(std::to_string(static_cast<int>(details.kind)) + " " + std::to_string(details.number));
    for (auto part : {details.protocol, details.local, details.peer, details.local_host, details.state}) add(part);
    add(std::to_string(details.local_port));
    for (const DescriptorFact& fact : details.facts)
      add(std::string(fact.group) + "/" + std::string(fact.name) + "=" + std::string(fact.text) +
          std::to_string(fact.number));
  }
  add(std::to_string(static_cast<int>(resolver.descriptor_details(Tid{7}, 3, detail_device, arena).kind)));
  add(resolver.working_directory(Tid{7}, arena).value_or("unknown"));
  for (std::string_view one : resolver.namespaces(Tid{7}, 3, arena)) add(one);
  add(std::to_string(resolver.descriptor_device(Tid{7}, 5)));
  add(std::to_string(resolver.socket_protocol(Tid{7}, 3)) + std::to_string(resolver.socket_protocol(Tid{7}, 4)));
  add(resolver.interface_name(Tid{7}, 2, arena).value_or("unknown"));
  add(resolver.thread_name(Tid{7}, arena).value_or("unknown"));
  for (const event::StackFrame& frame : resolver.stack(Tid{7}, arena))
    add(std::string(frame.problem) + std::string(frame.file) + std::string(frame.symbol) + std::string(frame.source) +
        std::to_string(frame.offset + frame.address + frame.line));
  for (IdKind kind : {IdKind::task, IdKind::group, IdKind::session})
    add(std::to_string(resolver.translated_id(Tid{7}, kind, 5).id));
  s32 ids[4] = {};
  const size_t levels = resolver.id_chain(Tid{7}, ids, 4);
  add(std::to_string(levels) + std::to_string(ids[0]) + std::to_string(ids[1]));
  add(resolver.user_name(Tid{7}, 0, arena).value_or("unknown"));
  add(resolver.user_name(Tid{7}, 1, arena).value_or("unknown"));
  add(resolver.group_name(Tid{7}, 1, arena).value_or("unknown"));
  const event::Container* container = resolver.container(Tid{7}, arena);
  add(container == nullptr ? "none" : std::string(container->runtime) + std::string(container->id));
  return text;
}

TEST(Answers, ComeBackAsTheyWere) {
  World world;
  AnswerRecorder recorder(world);
  const std::string live = all_answers(recorder);
  EXPECT_EQ(live, all_answers(world));
  RecordedResolver recorded;
  recorded.recall(recorder.answers());
  EXPECT_EQ(all_answers(recorded), live);
  recorder.clear();
  recorded.recall(recorder.answers());
  Arena arena;
  EXPECT_FALSE(recorded.descriptor_target(Tid{7}, 0, arena));
}

TEST(Answers, AreKeptOnce) {
  World world;
  AnswerRecorder recorder(world);
  Arena arena;
  recorder.descriptor_target(Tid{7}, 1, arena);
  const size_t once = recorder.answers().size();
  recorder.descriptor_target(Tid{7}, 1, arena);
  EXPECT_EQ(recorder.answers().size(), once);
}

TEST(Answers, BadBytesAnswerWithinBounds) {
  World world;
  AnswerRecorder recorder(world);
  all_answers(recorder);
  const std::vector<std::byte> good(recorder.answers().begin(), recorder.answers().end());
  std::mt19937 random(1);
  for (int round = 0; round < 3000; round++) {
    std::vector<std::byte> bad = good;
    for (int i = 0; i < 1 + round % 8; i++) bad[random() % bad.size()] = static_cast<std::byte>(random());
    if (round % 3 == 0) bad.resize(random() % bad.size());
    RecordedResolver recorded;
    recorded.recall(bad);
    all_answers(recorded);
  }
}

}  // namespace
}  // namespace sysray::resolve
