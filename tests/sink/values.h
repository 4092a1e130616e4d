// Values and Events built by hand, and an OutputSet in memory.
#pragma once

#include <deque>
#include <initializer_list>
#include <map>
#include <string>
#include <vector>

#include "event/event.h"
#include "sink/output.h"

namespace sysray::test {

using event::Event;
using event::EventKind;
using event::IntStyle;
using event::Value;
using event::ValueKind;

// Keeps the memory that Values point to.
class Maker {
 public:
  std::span<const Value> list(std::vector<Value> values) {
    lists_.push_back(std::move(values));
    return lists_.back();
  }
  const Value* keep(const Value& value) { return list({value}).data(); }

  Value number(u64 value, IntStyle style = IntStyle::unsigned_decimal, u8 width = 8) {
    Value v;
    v.kind = ValueKind::integer;
    v.style = style;
    v.width = width;
    v.number = value;
    return v;
  }
  Value signed_number(s64 value, u8 width = 4) {
    return number(static_cast<u64>(value), IntStyle::signed_decimal, width);
  }
  Value hex(u64 value, u8 width = 8) { return number(value, IntStyle::hex, width); }
  Value address(u64 value) {
    Value v = hex(value);
    v.kind = ValueKind::address;
    return v;
  }
  Value text_of(ValueKind kind, const char* text) {
    Value v;
    v.kind = kind;
    v.set_text(text);
    return v;
  }
  Value string(std::string_view text, bool truncated = false) {
    Value v;
    v.kind = ValueKind::string;
    v.set_text(text);
    v.truncated = truncated;
    return v;
  }
  Value literal(const char* text) { return text_of(ValueKind::literal, text); }
  Value word(const char* text) { return text_of(ValueKind::word, text); }
  Value symbol(u64 value, const char* name, u8 width = 4) {
    Value v = hex(value, width);
    v.kind = ValueKind::symbol;
    v.set_text(name);
    return v;
  }
  Value unknown(u64 value, const char* comment, u8 width = 4) {
    Value v = symbol(value, "", width);
    v.comment = comment;
    return v;
  }
  Value signal(u64 value, const char* name) {
    Value v = symbol(value, name);
    v.signed_symbol = true;
    return v;
  }
  Value flags(u64 value, std::vector<Value> items, const char* comment = nullptr) {
    return with_items(ValueKind::flags, std::move(items), value, comment);
  }
  Value structure(std::vector<Value> fields, bool more = false) {
    Value v = with_items(ValueKind::structure, std::move(fields));
    v.more = more;
    return v;
  }
  Value array(std::vector<Value> items, bool more = false) {
    Value v = with_items(ValueKind::array, std::move(items));
    v.more = more;
    return v;
  }
  Value change(const Value& before, const Value& after) { return with_items(ValueKind::change, {before, after}); }
  Value format(std::vector<Value> pieces) { return with_items(ValueKind::format, std::move(pieces)); }
  Value fd(s64 value, const char* target = "") {
    Value v = signed_number(value);
    v.kind = ValueKind::fd;
    v.set_text(target);
    return v;
  }
  Value pid(s64 value, const char* name = "") {
    Value v = fd(value, name);
    v.kind = ValueKind::pid;
    return v;
  }
  static Value named(const char* name, Value value) {
    value.name = name;
    return value;
  }
  static Value commented(Value value, const char* comment) {
    value.comment = comment;
    return value;
  }
  static Value bracketed(Value value) {
    value.brackets = true;
    return value;
  }

  // A call as it stands at its end.
  Event call(const char* name, std::vector<Value> args, Value result, s32 tid = 100) {
    Event e;
    e.kind = EventKind::call_end;
    e.call = name;
    e.args = list(std::move(args));
    e.ready = e.args.size();
    e.result = result;
    e.tid = Tid{tid};
    e.tgid = Tgid{tid};
    return e;
  }
  Event failed_call(const char* name, std::vector<Value> args, u16 error, const char* error_name, const char* text) {
    Event e = call(name, std::move(args), {});
    e.failed = true;
    e.error = error;
    e.error_name = error_name;
    e.error_text = text;
    return e;
  }
  // The begin of the same call, with so many arguments known.
  static Event start_of(Event call, size_t ready) {
    call.kind = EventKind::call_start;
    call.ready = ready;
    return call;
  }
  static Event of_thread(Event event, s32 tid) {
    event.tid = Tid{tid};
    event.tgid = Tgid{tid};
    return event;
  }
  static Event plain(EventKind kind, s32 tid = 100) {
    Event e;
    e.kind = kind;
    return of_thread(e, tid);
  }
  static Event exited(s32 status, s32 tid = 100) {
    Event e = plain(EventKind::exited, tid);
    e.status = status;
    return e;
  }
  static Event killed(const char* signal, s32 tid = 100) {
    Event e = plain(EventKind::killed, tid);
    e.status = 9;
    e.signal_name = signal;
    return e;
  }

 private:
  Value with_items(ValueKind kind, std::vector<Value> items, u64 number = 0, const char* comment = nullptr) {
    Value v;
    v.kind = kind;
    v.style = IntStyle::hex;
    v.width = 4;
    v.number = number;
    v.comment = comment;
    const auto kept = list(std::move(items));
    v.set_items(kept.data(), kept.size());
    return v;
  }

  std::deque<std::vector<Value>> lists_;
};

class MemoryOutput : public sink::Output {
 public:
  void write(std::string_view bytes) override { text += bytes; }
  void flush() override { flushes++; }
  std::string text;
  int flushes = 0;
};

// One output for all, or one for each thread.
class MemoryOutputs : public sink::OutputSet {
 public:
  explicit MemoryOutputs(bool per_thread = false) : per_thread_(per_thread) {}
  sink::Output& of(Tid tid) override { return outputs[per_thread_ ? number(tid) : 0]; }
  bool one_per_thread() const override { return per_thread_; }
  void thread_ended(Tid tid) override { ended.push_back(number(tid)); }
  void flush_all() override {
    for (auto& [tid, output] : outputs) output.flush();
  }
  std::string text(s32 tid = 0) { return outputs[tid].text; }
  std::map<s32, MemoryOutput> outputs;
  std::vector<s32> ended;

 private:
  bool per_thread_;
};

}  // namespace sysray::test
