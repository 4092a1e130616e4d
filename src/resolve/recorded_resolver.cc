#include "resolve/recorded_resolver.h"

#include <algorithm>

namespace sysray::resolve {

namespace {

constexpr u64 max_frames = 4096;
constexpr u64 max_facts = 4096;

DescriptorDetails take_details(Decoder& in, Arena& arena) {
  DescriptorDetails details;
  const u8 kind = in.byte();
  if (kind > static_cast<u8>(DescriptorKind::info)) return details;
  details.number = in.number();
  for (std::string_view* text : {&details.protocol, &details.local, &details.peer, &details.path, &details.state,
                                 &details.terminal, &details.local_host, &details.peer_host})
    *text = arena.copy(in.text());
  details.local_port = static_cast<u32>(in.number());
  details.peer_port = static_cast<u32>(in.number());
  details.peer_inode = in.number();
  details.id = static_cast<s32>(in.signed_number());
  details.semaphore = static_cast<s32>(in.signed_number());
  const u64 count = std::min(in.number(), max_facts);
  auto* facts = arena.make<DescriptorFact>(count);
  for (u64 i = 0; i < count && in.ok(); i++) {
    facts[i].group = arena.copy(in.text());
    facts[i].number_of_group = static_cast<u32>(in.number());
    facts[i].name = arena.copy(in.text());
    facts[i].text = arena.copy(in.text());
    facts[i].number = in.number();
    facts[i].hex = in.byte() != 0;
  }
  if (!in.ok()) return {};
  details.facts = {facts, count};
  details.kind = static_cast<DescriptorKind>(kind);
  return details;
}

}  // namespace

void RecordedResolver::recall(std::span<const std::byte> answers) {
  answers_.clear();
  Decoder in(answers);
  while (!in.at_end() && answers_.size() < max_answers) {
    Answer answer{};
    answer.question = static_cast<Question>(in.byte());
    answer.tid = Tid{static_cast<s32>(in.signed_number())};
    answer.number = in.signed_number();
    answer.path = in.text();
    answer.bytes = in.bytes(in.number());
    if (!in.ok()) return;
    answers_.push_back(answer);
  }
}

const RecordedResolver::Answer* RecordedResolver::find(Question question, Tid tid, s64 number,
                                                       std::string_view path) const {
  for (const Answer& one : answers_)
    if (one.question == question && one.tid == tid && one.number == number && one.path == path) return &one;
  return nullptr;
}

std::optional<std::string_view> RecordedResolver::text(Question question, Tid tid, s64 number, Arena& arena,
                                                       std::string_view path) const {
  const Answer* answer = find(question, tid, number, path);
  if (answer == nullptr) return std::nullopt;
  Decoder in(answer->bytes);
  const std::string_view text = in.text();
  if (!in.ok()) return std::nullopt;
  return arena.copy(text);
}

std::optional<DescriptorTarget> RecordedResolver::descriptor_target(Tid tid, int fd, Arena& arena) {
  const Answer* answer = find(Question::descriptor_target, tid, fd);
  if (answer == nullptr) return std::nullopt;
  Decoder in(answer->bytes);
  const std::string_view name = in.text();
  const bool deleted = in.byte() != 0;
  if (!in.ok()) return std::nullopt;
  return DescriptorTarget{arena.copy(name), deleted};
}

DescriptorDetails RecordedResolver::descriptor_details(Tid tid, int fd, u32 kinds, Arena& arena) {
  const Answer* answer = find(Question::descriptor_details, tid, fd);
  if (answer == nullptr) return {};
  Decoder in(answer->bytes);
  const DescriptorDetails details = take_details(in, arena);
  return kinds & detail_of(details.kind) ? details : DescriptorDetails{};
}

std::optional<std::string_view> RecordedResolver::working_directory(Tid tid, Arena& arena) {
  return text(Question::working_directory, tid, 0, arena);
}

std::span<const std::string_view> RecordedResolver::namespaces(Tid tid, u64 kinds, Arena& arena) {
  constexpr u64 most = 64;
  const Answer* answer = find(Question::namespaces, tid, static_cast<s64>(kinds));
  if (answer == nullptr) return {};
  Decoder in(answer->bytes);
  const u64 count = std::min(in.number(), most);
  auto* names = arena.make<std::string_view>(count);
  for (u64 i = 0; i < count; i++) names[i] = arena.copy(in.text());
  return in.ok() ? std::span<const std::string_view>(names, count) : std::span<const std::string_view>();
}

u64 RecordedResolver::descriptor_device(Tid tid, int fd) {
  const Answer* answer = find(Question::descriptor_device, tid, fd);
  return answer == nullptr ? 0 : Decoder(answer->bytes).number();
}

int RecordedResolver::socket_protocol(Tid tid, int fd) {
  const Answer* answer = find(Question::socket_protocol, tid, fd);
  return answer == nullptr ? -1 : static_cast<int>(Decoder(answer->bytes).signed_number());
}

std::optional<std::string_view> RecordedResolver::interface_name(Tid tid, u32 index, Arena& arena) {
  return text(Question::interface_name, tid, index, arena);
}

std::optional<std::string_view> RecordedResolver::thread_name(Tid tid, Arena& arena) {
  return text(Question::thread_name, tid, 0, arena);
}

std::span<const event::StackFrame> RecordedResolver::stack(Tid tid, Arena& arena) {
  const Answer* answer = find(Question::stack, tid);
  if (answer == nullptr) return {};
  Decoder in(answer->bytes);
  const u64 count = std::min(in.number(), max_frames);
  auto* frames = arena.make<event::StackFrame>(count);
  for (u64 i = 0; i < count; i++) {
    event::StackFrame& frame = frames[i];
    for (std::string_view* text : {&frame.problem, &frame.file, &frame.symbol, &frame.source})
      *text = arena.copy(in.text());
    frame.offset = in.number();
    frame.address = in.number();
    frame.line = static_cast<u32>(in.number());
    if (!in.ok()) return {frames, i};
  }
  return {frames, count};
}

TranslatedId RecordedResolver::translated_id(Tid tid, IdKind kind, s32 id) {
  const Question question = kind == IdKind::task    ? Question::translated_task
                            : kind == IdKind::group ? Question::translated_group
                                                    : Question::translated_session;
  const Answer* answer = find(question, tid, id);
  if (answer == nullptr) return {};
  Decoder in(answer->bytes);
  const auto here = static_cast<s32>(in.signed_number());
  const bool foreign = in.byte() != 0;
  return in.ok() ? TranslatedId{here, foreign} : TranslatedId{};
}

size_t RecordedResolver::id_chain(Tid tid, s32* ids, size_t max) {
  const Answer* answer = find(Question::id_chain, tid);
  if (answer == nullptr) return 0;
  Decoder in(answer->bytes);
  const u64 count = in.number();
  if (count > max) return 0;
  for (u64 i = 0; i < count; i++) ids[i] = static_cast<s32>(in.signed_number());
  return in.ok() ? count : 0;
}

std::optional<std::string_view> RecordedResolver::user_name(Tid tid, u32 id, Arena& arena) {
  return text(Question::user_name, tid, id, arena);
}

std::optional<std::string_view> RecordedResolver::group_name(Tid tid, u32 id, Arena& arena) {
  return text(Question::group_name, tid, id, arena);
}

const event::Container* RecordedResolver::container(Tid tid, Arena& arena) {
  const Answer* answer = find(Question::container, tid);
  if (answer == nullptr) return nullptr;
  Decoder in(answer->bytes);
  auto* found = arena.make<event::Container>();
  for (std::string_view* text : {&found->runtime, &found->id, &found->name, &found->pod}) *text = arena.copy(in.text());
  return in.ok() ? found : nullptr;
}

std::optional<std::string_view> RecordedResolver::file_security(Tid tid, int dirfd, std::string_view path,
                                                                Arena& arena) {
  return text(Question::file_security, tid, dirfd, arena, path);
}

std::optional<std::string_view> RecordedResolver::descriptor_security(Tid tid, int fd, Arena& arena) {
  return text(Question::descriptor_security, tid, fd, arena);
}

std::optional<std::string_view> RecordedResolver::task_security(Tid tid, Arena& arena) {
  return text(Question::task_security, tid, 0, arena);
}

}  // namespace sysray::resolve
