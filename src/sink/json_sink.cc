// Events as JSON lines. A call is told when it has ended.
#include "sink/json_sink.h"

#include <algorithm>

namespace sysray::sink {

using event::Event;
using event::EventKind;

namespace {

std::string_view abi_name(event::Abi abi) {
  switch (abi) {
    case event::Abi::x86_64: return "x86_64";
    case event::Abi::i386: return "i386";
    case event::Abi::x32: return "x32";
  }
  return {};
}

std::string_view kind_name(EventKind kind) {
  switch (kind) {
    case EventKind::call_start:
    case EventKind::call_end: return "call";
    case EventKind::signal: return "signal";
    case EventKind::group_stop: return "stop";
    case EventKind::exited: return "exit";
    case EventKind::killed: return "killed";
    case EventKind::superseded: return "superseded";
    case EventKind::attached: return "attach";
    case EventKind::detached: return "detach";
    case EventKind::lost: return "lost";
  }
  return {};
}

}  // namespace

void JsonSink::on_event(const Event& event) {
  if (event.kind == EventKind::call_start) return;
  Output& output = outputs_.of(event.tid);
  if (outputs_.one_per_thread() ? headed_tids_.insert(number(event.tid)).second : !headed_) header(output);
  line_.clear();
  JsonWriter json(line_);
  json.begin_object();
  common(json, event);
  if (event.kind == EventKind::call_end)
    call(json, event);
  else
    status(json, event);
  json.end_object();
  line_.add('\n');
  output.write(line_.view());
  if (event.kind == EventKind::exited || event.kind == EventKind::killed || event.kind == EventKind::detached)
    forget(event.tid);
  if (event.kind == EventKind::superseded) forget(event.other);
}

void JsonSink::forget(Tid tid) {
  if (!outputs_.one_per_thread()) return;
  headed_tids_.erase(number(tid));
  outputs_.thread_ended(tid);
}

void add_json_header(TextBuffer& line) {
  JsonWriter json(line);
  json.begin_object();
  json.key("type");
  json.string("header");
  json.key("format");
  json.string("sysray-events");
  json.key("version");
  json.number(json_schema_version);
  json.end_object();
  line.add('\n');
}

void JsonSink::header(Output& output) {
  headed_ = true;
  line_.clear();
  add_json_header(line_);
  output.write(line_.view());
}

void JsonSink::common(JsonWriter& json, const Event& event) {
  json.key("type");
  json.string(kind_name(event.kind));
  json.key("time");
  json.signed_number(event.time);
  json.key("pid");
  json.signed_number(number(event.tgid));
  json.key("tid");
  json.signed_number(number(event.tid));
  if (!event.comm.empty()) {
    json.key("comm");
    json.string(event.comm);
  }
  if (!event.security.empty()) {
    json.key("selinux");
    json.string(event.security);
  }
  if (!event.ids.empty()) {
    json.key("ids");
    json.begin_array();
    for (const s32 id : event.ids) json.signed_number(id);
    json.end_array();
  }
  if (event.container != nullptr) container(json, *event.container);
}

void JsonSink::container(JsonWriter& json, const event::Container& container) {
  json.key("container");
  json.begin_object();
  auto text = [&](const auto& key, std::string_view value) {
    if (value.empty()) return;
    json.key(key);
    json.string(value);
  };
  text("runtime", container.runtime);
  text("id", container.id);
  text("name", container.name);
  text("pod", container.pod);
  json.end_object();
}

void JsonSink::call(JsonWriter& json, const Event& event) {
  json.key("abi");
  json.string(abi_name(event.abi));
  json.key("number");
  json.number(event.number);
  json.key("call");
  json.string(event.call);
  json.key("args");
  json.begin_object();
  values_.members(json, event.args);
  json.end_object();
  outcome(json, event);
  if (event.uncertain != 0) [[unlikely]]
    uncertain(json, event);
  dumps(json, event);
  states(json, event);
  stack(json, event);
}

void JsonSink::states(JsonWriter& json, const Event& event) {
  if (event.states.empty()) return;
  json.key("states");
  json.begin_array();
  for (const event::State& state : event.states) {
    json.begin_object();
    json.key("kind");
    json.string(state.name);
    json.key("instance");
    json.string(state.instance);
    json.key("before");
    values_.value(json, state.before);
    json.key("after");
    values_.value(json, state.after);
    json.end_object();
  }
  json.end_array();
}

void JsonSink::outcome(JsonWriter& json, const Event& event) {
  json.key("duration");
  json.signed_number(event.duration);
  if (!event.has_result) {
    json.key("unfinished");
    json.boolean(true);
    return;
  }
  if (event.system_time != 0) {
    json.key("system_time");
    json.signed_number(event.system_time);
  }
  if (event.failed) {
    failure(json, event);
  } else {
    json.key("result");
    values_.value(json, event.result);
  }
  const auto holds = [](const event::Value& note) { return note.kind != event::ValueKind::none; };
  if (std::ranges::any_of(event.notes, holds)) {
    json.key("notes");
    json.begin_array();
    for (const event::Value& note : event.notes)
      if (holds(note)) values_.value(json, note);
    json.end_array();
  }
  if (event.tampering.any()) tampering(json, event.tampering);
}

void JsonSink::uncertain(JsonWriter& json, const Event& event) {
  constexpr u32 others = event::uncertain_notes | event::uncertain_dumps;
  json.key("uncertain");
  json.begin_object();
  if (event.uncertain & ~others) {
    json.key("args");
    json.begin_array();
    values_.names(json, event.args, event.uncertain & ~others);
    json.end_array();
  }
  if (event.uncertain & event::uncertain_notes) {
    json.key("notes");
    json.boolean(true);
  }
  if (event.uncertain & event::uncertain_dumps) {
    json.key("dumps");
    json.boolean(true);
  }
  json.end_object();
}

void JsonSink::tampering(JsonWriter& json, const event::Tampering& done) {
  json.key("tampering");
  json.begin_object();
  if (done.args) {
    json.key("args");
    json.boolean(true);
  }
  if (done.result) {
    json.key("result");
    json.boolean(true);
  }
  if (done.signal) {
    json.key("signal");
    json.number(done.signal);
  }
  if (done.delayed) {
    json.key("delay_enter");
    json.signed_number(done.delay_enter);
    json.key("delay_exit");
    json.signed_number(done.delay_exit);
  }
  json.end_object();
}

void JsonSink::failure(JsonWriter& json, const Event& event) {
  json.key("error");
  json.begin_object();
  json.key("number");
  json.number(event.error);
  if (event.error_name != nullptr) {
    json.key("name");
    json.string(event.error_name);
  }
  if (event.error_text != nullptr) {
    json.key("text");
    json.string(event.error_text);
  }
  json.end_object();
}

void JsonSink::stack(JsonWriter& json, const Event& event) {
  if (event.stack.empty()) return;
  json.key("stack");
  json.begin_array();
  for (const event::StackFrame& frame : event.stack) {
    json.begin_object();
    auto text = [&](const auto& key, std::string_view value) {
      if (value.empty()) return;
      json.key(key);
      json.string(value);
    };
    text("problem", frame.problem);
    text("file", frame.file);
    text("symbol", frame.symbol);
    if (!frame.symbol.empty()) {
      json.key("offset");
      json.number(frame.offset);
    }
    if (frame.problem.empty()) {
      json.key("address");
      json.number(frame.address);
    }
    text("source", frame.source);
    if (!frame.source.empty()) {
      json.key("line");
      json.number(frame.line);
    }
    json.end_object();
  }
  json.end_array();
}

void JsonSink::dumps(JsonWriter& json, const Event& event) {
  if (event.dumps.empty()) return;
  json.key("dumps");
  json.begin_array();
  for (const event::Dump& dump : event.dumps)
    if (dump.vector < 0) json.hex_bytes(dump.bytes);
  json.end_array();
}

void JsonSink::status(JsonWriter& json, const Event& event) {
  switch (event.kind) {
    case EventKind::signal:
    case EventKind::group_stop:
    case EventKind::killed:
      json.key("signal");
      json.begin_object();
      json.key("value");
      json.signed_number(event.status);
      if (event.signal_name != nullptr) {
        json.key("name");
        json.string(event.signal_name);
      }
      json.end_object();
      if (event.kind == EventKind::killed) {
        json.key("core_dumped");
        json.boolean(event.core_dumped);
      }
      if (!event.args.empty()) {
        json.key("siginfo");
        values_.value(json, event.args[0]);
      }
      return;
    case EventKind::lost: json.key("events"); return json.signed_number(event.status);
    case EventKind::exited: json.key("status"); return json.signed_number(event.status);
    case EventKind::superseded: json.key("by"); return json.signed_number(number(event.other));
    case EventKind::attached:
      if (number(event.other) == 0) return;
      json.key("creator");
      return json.signed_number(number(event.other));
    default: return;
  }
}

}  // namespace sysray::sink
