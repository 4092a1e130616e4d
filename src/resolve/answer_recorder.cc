#include "resolve/answer_recorder.h"

#include <algorithm>

namespace sysray::resolve {

namespace {

Question translation_of(IdKind kind) {
  switch (kind) {
    case IdKind::task: return Question::translated_task;
    case IdKind::group: return Question::translated_group;
    case IdKind::session: return Question::translated_session;
  }
  return Question::translated_task;
}

void put_details(Encoder& out, const DescriptorDetails& details) {
  out.byte(static_cast<u8>(details.kind));
  out.number(details.number);
  for (std::string_view text : {details.protocol, details.local, details.peer, details.path, details.state,
                                details.terminal, details.local_host, details.peer_host})
    out.text(text);
  out.number(details.local_port);
  out.number(details.peer_port);
  out.number(details.peer_inode);
  out.signed_number(details.id);
  out.signed_number(details.semaphore);
  out.number(details.facts.size());
  for (const DescriptorFact& fact : details.facts) {
    out.text(fact.group);
    out.number(fact.number_of_group);
    out.text(fact.name);
    out.text(fact.text);
    out.number(fact.number);
    out.byte(fact.hex);
  }
}

}  // namespace

void AnswerRecorder::clear() {
  answers_.clear();
  asked_.clear();
}

template <typename Put>
void AnswerRecorder::keep(Question question, Tid tid, s64 number, std::string_view path, Put put) {
  // What is asked again is mostly asked soon.
  constexpr size_t looked_back = 16;
  const bool has_path = !path.empty();
  const auto from = asked_.end() - static_cast<std::ptrdiff_t>(std::min(asked_.size(), looked_back));
  const bool known = !has_path && std::any_of(from, asked_.end(), [&](const Asked& one) {
    return one.question == question && one.tid == tid && one.number == number && !one.has_path;
  });
  if (known || asked_.size() >= max_answers) return;
  asked_.push_back({question, tid, number, has_path});
  answer_.clear();
  Encoder answer(answer_);
  put(answer);
  Encoder out(answers_);
  out.byte(static_cast<u8>(question));
  out.signed_number(sysray::number(tid));
  out.signed_number(number);
  out.text(path);
  out.number(answer_.size());
  out.bytes(answer_);
}

std::optional<std::string_view> AnswerRecorder::keep_text(Question question, Tid tid, s64 number, std::string_view path,
                                                          std::optional<std::string_view> text) {
  if (text) keep(question, tid, number, path, [&](Encoder& out) { out.text(*text); });
  return text;
}

std::optional<DescriptorTarget> AnswerRecorder::descriptor_target(Tid tid, int fd, Arena& arena) {
  const auto target = inner_.descriptor_target(tid, fd, arena);
  if (target)
    keep(Question::descriptor_target, tid, fd, {}, [&](Encoder& out) {
      out.text(target->name);
      out.byte(target->deleted);
    });
  return target;
}

DescriptorDetails AnswerRecorder::descriptor_details(Tid tid, int fd, u32 kinds, Arena& arena) {
  // All that may be asked later, whatever is asked now.
  DescriptorDetails details = inner_.descriptor_details(tid, fd, detail_all | detail_info | detail_ends, arena);
  if (details.kind != DescriptorKind::other)
    keep(Question::descriptor_details, tid, fd, {}, [&](Encoder& out) { put_details(out, details); });
  return kinds & detail_of(details.kind) ? details : DescriptorDetails{};
}

std::optional<std::string_view> AnswerRecorder::working_directory(Tid tid, Arena& arena) {
  return keep_text(Question::working_directory, tid, 0, {}, inner_.working_directory(tid, arena));
}

std::span<const std::string_view> AnswerRecorder::namespaces(Tid tid, u64 kinds, Arena& arena) {
  const auto found = inner_.namespaces(tid, kinds, arena);
  if (!found.empty())
    keep(Question::namespaces, tid, static_cast<s64>(kinds), {}, [&](Encoder& out) {
      out.number(found.size());
      for (std::string_view one : found) out.text(one);
    });
  return found;
}

u64 AnswerRecorder::descriptor_device(Tid tid, int fd) {
  const u64 device = inner_.descriptor_device(tid, fd);
  if (device != 0) keep(Question::descriptor_device, tid, fd, {}, [&](Encoder& out) { out.number(device); });
  return device;
}

int AnswerRecorder::socket_protocol(Tid tid, int fd) {
  const int protocol = inner_.socket_protocol(tid, fd);
  if (protocol >= 0) keep(Question::socket_protocol, tid, fd, {}, [&](Encoder& out) { out.signed_number(protocol); });
  return protocol;
}

std::optional<std::string_view> AnswerRecorder::interface_name(Tid tid, u32 index, Arena& arena) {
  return keep_text(Question::interface_name, tid, index, {}, inner_.interface_name(tid, index, arena));
}

std::optional<std::string_view> AnswerRecorder::thread_name(Tid tid, Arena& arena) {
  return keep_text(Question::thread_name, tid, 0, {}, inner_.thread_name(tid, arena));
}

std::span<const event::StackFrame> AnswerRecorder::stack(Tid tid, Arena& arena) {
  const auto frames = inner_.stack(tid, arena);
  if (frames.empty()) return frames;
  keep(Question::stack, tid, 0, {}, [&](Encoder& out) {
    out.number(frames.size());
    for (const event::StackFrame& frame : frames) {
      for (std::string_view text : {frame.problem, frame.file, frame.symbol, frame.source}) out.text(text);
      out.number(frame.offset);
      out.number(frame.address);
      out.number(frame.line);
    }
  });
  return frames;
}

TranslatedId AnswerRecorder::translated_id(Tid tid, IdKind kind, s32 id) {
  const TranslatedId here = inner_.translated_id(tid, kind, id);
  if (here.id > 0)
    keep(translation_of(kind), tid, id, {}, [&](Encoder& out) {
      out.signed_number(here.id);
      out.byte(here.foreign);
    });
  return here;
}

size_t AnswerRecorder::id_chain(Tid tid, s32* ids, size_t max) {
  const size_t count = inner_.id_chain(tid, ids, max);
  if (count > 0)
    keep(Question::id_chain, tid, 0, {}, [&](Encoder& out) {
      out.number(count);
      for (size_t i = 0; i < count; i++) out.signed_number(ids[i]);
    });
  return count;
}

std::optional<std::string_view> AnswerRecorder::user_name(Tid tid, u32 id, Arena& arena) {
  return keep_text(Question::user_name, tid, id, {}, inner_.user_name(tid, id, arena));
}

std::optional<std::string_view> AnswerRecorder::group_name(Tid tid, u32 id, Arena& arena) {
  return keep_text(Question::group_name, tid, id, {}, inner_.group_name(tid, id, arena));
}

const event::Container* AnswerRecorder::container(Tid tid, Arena& arena) {
  const event::Container* found = inner_.container(tid, arena);
  if (found != nullptr)
    keep(Question::container, tid, 0, {}, [&](Encoder& out) {
      for (std::string_view text : {found->runtime, found->id, found->name, found->pod}) out.text(text);
    });
  return found;
}

std::optional<std::string_view> AnswerRecorder::file_security(Tid tid, int dirfd, std::string_view path, Arena& arena) {
  return keep_text(Question::file_security, tid, dirfd, path, inner_.file_security(tid, dirfd, path, arena));
}

std::optional<std::string_view> AnswerRecorder::descriptor_security(Tid tid, int fd, Arena& arena) {
  return keep_text(Question::descriptor_security, tid, fd, {}, inner_.descriptor_security(tid, fd, arena));
}

std::optional<std::string_view> AnswerRecorder::task_security(Tid tid, Arena& arena) {
  return keep_text(Question::task_security, tid, 0, {}, inner_.task_security(tid, arena));
}

}  // namespace sysray::resolve
