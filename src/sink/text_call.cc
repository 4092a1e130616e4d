// TextSink: the lines of system calls.
#include <algorithm>

#include "sink/hex_dump.h"
#include "sink/stack_lines.h"
#include "sink/text_sink.h"

namespace sysray::sink {

using event::Event;
using event::ValueKind;

namespace {

// Results that the program never sees: the kernel makes the call again, or returns EINTR (include/linux/errno.h).
bool is_restart(u16 error) { return (error >= 512 && error <= 514) || error == 516; }

Status status_of(const Event& event) {
  if (!event.has_result) return Status::unfinished;
  return event.failed ? Status::failed : Status::successful;
}

}  // namespace

void TextSink::call_start(const Event& event) {
  Thread& thread = thread_of(event.tid);
  note_facts(thread, event);
  personality(thread, event);
  Channel& channel = call_channel(thread);
  begin_call(channel, thread, event);
  thread.shown = std::min(event.ready, event.args.size());
  thread.any_argument = writer_.list(channel.line, event.args.first(thread.shown), options_.argument_names, false);
  thread.incomplete = event.awaits_exit || thread.shown < event.args.size();
  thread.in_call = true;
  channel.open = &thread;
}

// Names of described calls stay where they are, others go with the event.
void TextSink::note_call(Thread& thread, const Event& event) {
  thread.number = event.number;
  thread.call = event.call;
  if (event.known_call) return;
  thread.undescribed_call = event.call;
  thread.call = thread.undescribed_call;
}

void TextSink::begin_call(Channel& channel, Thread& thread, const Event& event) {
  clear_held(channel);
  if (ordered_) take_place(thread);
  note_call(thread, event);
  begin_line(channel, thread, event);
  writer_.painted(channel.line, Ink::syscall, thread.call, Ink::punctuation);
  channel.line.add('(');
  writer_.ink(channel.line, Ink::argument);
}

void TextSink::state(TextBuffer& out, const event::State& state, char moment, const event::Value& value) const {
  out.add(' ');
  out.add(std::string_view(state.name));
  out.add(':');
  out.add(state.instance);
  out.add(moment);
  out.add(' ');
  writer_.value(out, value);
  out.add('\n');
}

void TextSink::call_end(const Event& event) {
  Thread& thread = thread_of(event.tid);
  note_facts(thread, event);
  Channel& channel = call_channel(thread);
  if (!thread.in_call && event.start_seen) {
    personality(thread, event);
    begin_call(channel, thread, event);
    thread.shown = 0;
    thread.any_argument = thread.incomplete = false;
  } else if (channel.open != &thread) {
    if (!thread.in_call) {
      thread.abi = event.abi;
      note_call(thread, event);
      thread.shown = event.args.size();
    }
    begin_resumed(channel, thread, event.end_time, event.monotonic == 0 ? 0 : event.monotonic + event.duration);
  }
  const bool incomplete = !event.has_result && thread.incomplete;
  if (!incomplete && thread.shown < event.args.size())
    writer_.list(channel.line, event.args.subspan(thread.shown), options_.argument_names, thread.any_argument);
  end_arguments(channel, incomplete);
  result(channel, event);
  end_line(channel);
  if (!event.dumps.empty()) {
    add_dumps(channel.line, event.dumps, event.tid);
    hand_over(channel);
  }
  for (const event::State& one : event.states) {
    state(channel.line, one, '<', one.before);
    state(channel.line, one, '>', one.after);
    hand_over(channel);
  }
  if (!event.stack.empty()) {
    add_stack(channel.line, event.stack);
    hand_over(channel);
  }
  thread.in_call = false;
  publish(thread, status_of(event));
}

// A held line whose call never ended is not shown.
void TextSink::clear_held(Channel& channel) {
  if (channel.output != nullptr) return;
  channel.line.clear();
  channel.open = nullptr;
}

void TextSink::begin_resumed(Channel& channel, Thread& thread, Nanoseconds time, Nanoseconds monotonic) {
  clear_held(channel);
  begin_line(channel, thread, time, monotonic);
  channel.line.add("<... ");
  channel.line.add(thread.call);
  channel.line.add(" resumed>");
}

void TextSink::end_arguments(Channel& channel, bool incomplete) {
  if (incomplete) channel.line.add(" <unfinished ...>");
  writer_.ink(channel.line, Ink::punctuation);
  channel.line.add(')');
  align(channel);
  channel.line.add('=');
  writer_.ink(channel.line, Ink::plain);
  channel.line.add(' ');
}

void TextSink::align(Channel& channel) {
  const size_t width = writer_.has_colors() ? visible_width(channel.line.view()) : channel.line.size();
  const size_t column = channel.columns_before + width;
  channel.line.fill(' ', column < options_.align_column ? options_.align_column - column : 1);
}

void TextSink::result(Channel& channel, const Event& event) {
  TextBuffer& out = channel.line;
  if (!event.has_result) return writer_.painted(out, Ink::result, "?", Ink::plain);
  if (event.failed) {
    failure(out, event);
  } else {
    writer_.ink(out, Ink::result);
    if (event.result.kind == ValueKind::none)
      out.add('?');
    else
      writer_.value(out, event.result);
    writer_.ink(out, Ink::plain);
  }
  if (std::ranges::any_of(event.notes, [&](const event::Value& note) { return writer_.visible(note); })) {
    out.add(" (");
    writer_.list(out, event.notes, false, false);
    out.add(')');
  }
  if (event.tampering.args)
    out.add(event.tampering.result ? " (INJECTED: args, retval)" : " (INJECTED: args)");
  else if (event.tampering.result)
    out.add(" (INJECTED)");
  if (event.tampering.delayed) out.add(" (DELAYED)");
  if (options_.duration) {
    out.add(" <");
    add_seconds(out, event.duration, options_.duration_precision);
    out.add('>');
  }
}

void TextSink::failure(TextBuffer& out, const Event& event) {
  writer_.painted(out, Ink::result, is_restart(event.error) ? "?" : "-1", Ink::plain);
  out.add(' ');
  writer_.ink(out, Ink::error);
  if (event.error_name == nullptr) {
    out.add("(errno ");
    out.add_decimal(event.error);
    out.add(')');
  } else {
    out.add(std::string_view(event.error_name));
    if (event.error_text != nullptr) {
      out.add(" (");
      out.add(std::string_view(event.error_text));
      out.add(')');
    }
  }
  writer_.ink(out, Ink::plain);
}

// The thread is gone without having returned from its call.
void TextSink::abandon(Thread& thread, const Event& event) {
  if (!thread.in_call) return;
  thread.in_call = false;
  Channel& channel = call_channel(thread);
  if (channel.open != &thread) begin_resumed(channel, thread, event.time, event.monotonic);
  end_arguments(channel, thread.incomplete);
  writer_.painted(channel.line, Ink::result, "?", Ink::plain);
  end_line(channel);
  publish(thread, Status::unfinished);
}

}  // namespace sysray::sink
