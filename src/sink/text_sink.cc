// TextSink: lines, threads, and everything that is not a call.
#include "sink/text_sink.h"

#include "sink/stack_lines.h"

namespace sysray::sink {

using event::Event;
using event::EventKind;

namespace {

constexpr u32 bit(Status status) { return 1u << static_cast<unsigned>(status); }
constexpr u32 every_status = bit(Status::successful) | bit(Status::failed) | bit(Status::unfinished) |
                             bit(Status::unavailable) | bit(Status::detached);

u32 statuses_of(const TextOptions& options) {
  u32 statuses = options.status_mask & every_status;
  if (options.failed_only) statuses = bit(Status::failed);
  if (options.successful_only) statuses = bit(Status::successful);
  return statuses;
}

std::string_view mode_name(event::Abi abi) {
  switch (abi) {
    case event::Abi::x86_64: return "64 bit";
    case event::Abi::i386: return "32 bit";
    case event::Abi::x32: return "x32";
  }
  return {};
}

}  // namespace

TextSink::TextSink(const TextOptions& options, OutputSet& outputs)
    : options_(options),
      outputs_(outputs),
      writer_(options),
      prefix_(options),
      statuses_(statuses_of(options)),
      buffered_(options.whole_calls || statuses_ != every_status),
      one_output_(!outputs.one_per_thread()) {
  if (!one_output_) return;
  common_.output = &outputs.of(Tid{});
  // The calls of one thread are in order anyway.
  if (options.whole_calls && options.start_order) common_.output = &ordered_.emplace(*common_.output);
}

TextSink::~TextSink() = default;

void TextSink::on_event(const Event& event) {
  switch (event.kind) {
    case EventKind::call_start: return call_start(event);
    case EventKind::call_end: return call_end(event);
    case EventKind::signal: return signal(event);
    case EventKind::group_stop: return group_stop(event);
    case EventKind::exited: return exited(event);
    case EventKind::killed: return killed(event);
    case EventKind::superseded: return superseded(event);
    case EventKind::attached: return attached(event);
    case EventKind::detached: return detached(event);
    case EventKind::lost: return lost(event);
  }
}

void TextSink::flush() {
  if (one_output_) {
    hand_over(common_);
  } else {
    for (auto& [tid, thread] : threads_)
      if (thread->own_output) hand_over(*thread->own_output);
  }
  outputs_.flush_all();
}

// A line that is still open stays as it is: its call goes on when nobody looks any more.
void TextSink::finish() {
  if (ordered_) ordered_->finish();
  flush();
}

TextSink::Thread& TextSink::find_thread(Tid tid) {
  auto& slot = threads_[number(tid)];
  if (!slot) {
    slot = std::make_unique<Thread>();
    slot->tid = tid;
    if (buffered_) slot->held_line = std::make_unique<Channel>();
  }
  last_thread_ = slot.get();
  return *slot;
}

void TextSink::forget(Tid tid) {
  auto at = threads_.find(number(tid));
  if (at == threads_.end()) return;
  give_up_place(*at->second);
  if (common_.open == at->second.get()) common_.open = nullptr;
  if (last_thread_ == at->second.get()) last_thread_ = nullptr;
  threads_.erase(at);
  if (!one_output_) outputs_.thread_ended(tid);
}

TextSink::Channel& TextSink::own_channel(Thread& thread) {
  if (!thread.own_output) {
    thread.own_output = std::make_unique<Channel>();
    thread.own_output->output = &outputs_.of(thread.tid);
  }
  return *thread.own_output;
}

void TextSink::begin_line(Channel& channel, Thread& thread, Nanoseconds time, Nanoseconds monotonic,
                          bool at_instruction) {
  if (channel.open != nullptr) {
    channel.line.add(" <unfinished ...>");
    end_line(channel);
  }
  const PrefixFacts facts{.tid = thread.tid,
                          .comm = thread.comm,
                          .security = thread.security,
                          .abi = thread.abi,
                          .time = time,
                          .monotonic = monotonic,
                          .number = thread.number,
                          .instruction_pointer = thread.instruction_pointer,
                          .at_instruction = at_instruction};
  prefix_.write(channel.line, facts, writer_, one_output_ && threads_.size() > 1);
}

void TextSink::end_line(Channel& channel) {
  writer_.ink(channel.line, Ink::plain);
  channel.line.add('\n');
  channel.open = nullptr;
  hand_over(channel);
  channel.columns_before = 0;
}

// Gives the output what there is of the line. A held line stays in memory until it is published.
void TextSink::hand_over(Channel& channel) {
  if (channel.output == nullptr || channel.line.empty()) return;
  if (channel.open != nullptr) channel.columns_before += visible_width(channel.line.view());
  channel.output->write(channel.line.view());
  channel.line.clear();
}

// The line of a buffered call is complete: shows it, if such outcomes are asked for.
void TextSink::publish_held(Thread& thread, Status status) {
  Channel& held = *thread.held_line;
  const std::string_view shown = wanted(status) ? held.line.view() : std::string_view();
  if (ordered_) {
    if (!thread.place) take_place(thread);
    ordered_->complete(*thread.place, shown);
    thread.place.reset();
  } else if (!shown.empty()) {
    channel_of(thread).output->write(shown);
  }
  held.line.clear();
  held.open = nullptr;
}

void TextSink::take_place(Thread& thread) {
  give_up_place(thread);
  if (ordered_) thread.place = ordered_->reserve();
}

void TextSink::give_up_place(Thread& thread) {
  if (thread.place) ordered_->complete(*thread.place, {});
  thread.place.reset();
}

// The thread makes its calls through another ABI than before.
void TextSink::change_personality(Thread& thread, const Event& event) {
  thread.abi = event.abi;
  if (!options_.personality_notes) return;
  Channel& channel = channel_of(thread);
  begin_line(channel, thread, event);
  channel.line.add("[ Process PID=");
  channel.line.add_signed(number(thread.tid));
  channel.line.add(" runs in ");
  channel.line.add(mode_name(event.abi));
  channel.line.add(" mode. ]");
  end_line(channel);
}

void TextSink::signal(const Event& event) {
  Thread& thread = thread_of(event.tid);
  note_facts(thread, event);
  Channel& channel = channel_of(thread);
  begin_line(channel, thread, event);
  channel.line.add("--- ");
  channel.line.add(std::string_view(event.signal_name));
  if (!event.args.empty()) {
    channel.line.add(' ');
    writer_.value(channel.line, event.args[0]);
  }
  channel.line.add(" ---");
  end_line(channel);
  if (!event.stack.empty()) {
    add_stack(channel.line, event.stack);
    hand_over(channel);
  }
}

void TextSink::group_stop(const Event& event) {
  Thread& thread = thread_of(event.tid);
  note_facts(thread, event);
  Channel& channel = channel_of(thread);
  begin_line(channel, thread, event);
  channel.line.add("--- stopped by ");
  channel.line.add(std::string_view(event.signal_name));
  channel.line.add(" ---");
  end_line(channel);
}

void TextSink::exited(const Event& event) {
  Thread& thread = thread_of(event.tid);
  if (options_.command_names && !event.comm.empty()) thread.comm = event.comm;
  abandon(thread, event);
  if (options_.exit_notes) {
    Channel& channel = channel_of(thread);
    begin_line(channel, thread, event.time, event.monotonic, false);
    channel.line.add("+++ exited with ");
    channel.line.add_signed(event.status);
    channel.line.add(" +++");
    end_line(channel);
  }
  forget(event.tid);
}

void TextSink::killed(const Event& event) {
  Thread& thread = thread_of(event.tid);
  if (options_.command_names && !event.comm.empty()) thread.comm = event.comm;
  abandon(thread, event);
  Channel& channel = channel_of(thread);
  begin_line(channel, thread, event.time, event.monotonic, false);
  channel.line.add("+++ killed by ");
  channel.line.add(std::string_view(event.signal_name));
  if (event.core_dumped) channel.line.add(" (core dumped)");
  channel.line.add(" +++");
  end_line(channel);
  forget(event.tid);
}

void TextSink::attached(const Event& event) {
  const event::Abi abi = number(event.other) != 0 ? thread_of(event.other).abi : event::Abi::x86_64;
  Thread& thread = thread_of(event.tid);
  thread.abi = abi;
  if (options_.command_names) thread.comm = event.comm;
}

// Of a call that goes on, only the current line tells; one that was split before stays unfinished.
void TextSink::detached(const Event& event) {
  Thread& thread = thread_of(event.tid);
  Channel& channel = call_channel(thread);
  if (thread.in_call && channel.open == &thread) {
    channel.line.add(" <detached ...>");
    end_line(channel);
    publish(thread, Status::detached);
  }
  forget(event.tid);
}

void TextSink::lost(const Event& event) {
  Thread& thread = thread_of(event.tid);
  note_facts(thread, event);
  Channel& channel = channel_of(thread);
  begin_line(channel, thread, event);
  channel.line.add("+++ ");
  channel.line.add_signed(event.status);
  channel.line.add(event.status == 1 ? " event lost +++" : " events lost +++");
  end_line(channel);
  if (number(event.tid) == 0) forget(event.tid);
}

// Another thread called execve and goes on under the id of this one, the leader.
void TextSink::superseded(const Event& event) {
  Thread& leader = thread_of(event.tid);
  abandon(leader, event);
  Thread& successor = thread_of(event.other);
  Channel& channel = call_channel(successor);
  if (successor.in_call && channel.open == &successor) {
    channel.line.add(" <pid changed to ");
    channel.line.add_signed(number(event.tid));
    channel.line.add(" ...>");
    end_line(channel);
    publish(successor, Status::detached);
  }
  leader.in_call = successor.in_call;
  leader.any_argument = successor.any_argument;
  leader.incomplete = successor.incomplete;
  leader.shown = successor.shown;
  leader.number = successor.number;
  leader.abi = successor.abi;
  leader.undescribed_call = successor.call;
  leader.call = leader.undescribed_call;
  forget(event.other);
  if (!options_.superseded_notes) return;
  Channel& to = channel_of(leader);
  note_facts(leader, event);
  begin_line(to, leader, event);
  to.line.add("+++ superseded by execve in pid ");
  to.line.add_signed(number(event.other));
  to.line.add(" +++");
  end_line(to);
}

}  // namespace sysray::sink
