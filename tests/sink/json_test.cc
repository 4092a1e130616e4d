// JSON lines: golden ones, and random events against the published schema.
#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <sstream>

#include "json_reader.h"
#include "schema_check.h"
#include "sink/json_sink.h"
#include "values.h"

namespace sysray::sink {
namespace {

using namespace std::string_view_literals;
using test::Event;
using test::EventKind;
using test::IntStyle;
using test::Json;
using test::Maker;
using test::MemoryOutputs;
using test::Value;

const test::Schema& schema() {
  static const test::Schema loaded = [] {
    std::ifstream file(SYSRAY_TEST_SOURCE_DIR "/../../docs/json-schema.json");
    std::stringstream text;
    text << file.rdbuf();
    return test::Schema(test::read_json(text.str()));
  }();
  return loaded;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::stringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

class JsonTest : public testing::Test {
 protected:
  // The lines behind the header; each is checked against the schema.
  std::vector<std::string> run(const std::vector<Event>& events) {
    MemoryOutputs outputs;
    JsonSink sink(outputs);
    for (const Event& event : events) sink.on_event(event);
    sink.finish();
    std::vector<std::string> lines = lines_of(outputs.text());
    EXPECT_FALSE(lines.empty());
    if (lines.empty()) return lines;
    EXPECT_EQ(lines[0], R"({"type":"header","format":"sysray-events","version":1})");
    for (const std::string& line : lines) EXPECT_EQ(schema().complaint(test::read_json(line)), std::nullopt) << line;
    lines.erase(lines.begin());
    return lines;
  }
  std::string line(const Event& event) {
    const auto lines = run({event});
    EXPECT_EQ(lines.size(), 1u);
    return lines.empty() ? "" : lines[0];
  }
  // How the value looks as an argument.
  std::string show(const Value& value) {
    const std::string text = line(make.call("f", {Maker::named("x", value)}, make.number(0)));
    const std::string before = R"("args":{"x":)";
    const size_t start = text.find(before) + before.size();
    return text.substr(start, text.find(R"(},"duration")") - start);
  }
  Maker make;
};

TEST_F(JsonTest, Call) {
  Event call = make.call(
      "openat",
      {Maker::named("dirfd", make.signal(static_cast<u64>(-100), "AT_FDCWD")),
       Maker::named("pathname", make.string("/etc/passwd")),
       Maker::named("flags", make.flags(0x80000, {make.symbol(0, "O_RDONLY"), make.symbol(0x80000, "O_CLOEXEC")}))},
      make.fd(3), 812);
  call.number = 257;
  call.time = 1795252603952393704;
  call.duration = 8031;
  EXPECT_EQ(
      line(call),
      R"({"type":"call","time":1795252603952393704,"pid":812,"tid":812,"abi":"x86_64","number":257,"call":"openat",)"
      R"("args":{"dirfd":{"value":-100,"name":"AT_FDCWD"},"pathname":"/etc/passwd",)"
      R"("flags":{"value":524288,"set":["O_RDONLY","O_CLOEXEC"]}},"duration":8031,"result":{"fd":3}})");
}

TEST_F(JsonTest, FailedCall) {
  Event call = make.failed_call("close", {}, 9, "EBADF", "Bad file descriptor");
  call.comm = "a\"\xff";
  const auto notes = make.list({make.literal("Timeout")});
  call.notes = notes;
  call.tampering = {.args = true, .result = true, .delayed = true, .signal = 10, .delay_enter = 1000, .delay_exit = 0};
  call.system_time = 77;
  EXPECT_EQ(
      line(call),
      "{\"type\":\"call\",\"time\":0,\"pid\":100,\"tid\":100,\"comm\":\"a\\\"\xef\xbf\xbd\",\"abi\":\"x86_64\","
      "\"number\":0,"
      R"("call":"close","args":{},"duration":0,"system_time":77,)"
      R"("error":{"number":9,"name":"EBADF","text":"Bad file descriptor"},"notes":[{"word":"Timeout"}],"tampering":{"args":true,"result":true,"signal":10,"delay_enter":1000,"delay_exit":0}})");
}

TEST_F(JsonTest, StartsAreNotShown) {
  EXPECT_TRUE(run({Maker::exited(0), Maker::start_of(make.call("f", {}, {}), 0)}).size() == 1);
}

TEST_F(JsonTest, CallWithoutResult) {
  Event call = make.call("exit_group", {Maker::named("status", make.number(0))}, {});
  call.has_result = false;
  call.abi = event::Abi::i386;
  EXPECT_EQ(line(call), R"({"type":"call","time":0,"pid":100,"tid":100,"abi":"i386","number":0,"call":"exit_group",)"
                        R"("args":{"status":0},"duration":0,"unfinished":true})");
}

TEST_F(JsonTest, Integers) {
  EXPECT_EQ(show(make.number(~u64{0})), "18446744073709551615");
  EXPECT_EQ(show(make.signed_number(INT64_MIN, 8)), "-9223372036854775808");
  EXPECT_EQ(show(make.hex(static_cast<u64>(-6), 4)), "4294967290");
  EXPECT_EQ(show(make.number(0644, IntStyle::octal_mode)), "420");
  Value id = make.number(0xffffffff, IntStyle::unsigned_decimal, 4);
  id.negative_one = true;
  EXPECT_EQ(show(id), "-1");
  EXPECT_EQ(show(Maker::commented(make.number(5), "date")), R"({"integer":5,"comment":"date"})");
}

TEST_F(JsonTest, Strings) {
  EXPECT_EQ(show(make.string("a\"\\\n\1/")), R"("a\"\\\n\u0001/")");
  EXPECT_EQ(show(make.string("\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\xa7")), "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\xa7\"");
  EXPECT_EQ(show(make.string("a\0b"sv)), R"("a\u0000b")");
  EXPECT_EQ(show(make.string("abc", true)), R"({"text":"abc","truncated":true})");
  EXPECT_EQ(show(make.string("a\xff")), R"({"hex":"61ff"})");
  EXPECT_EQ(show(make.string("a\xff", true)), R"({"hex":"61ff","truncated":true})");
  for (const char* bad :
       {"\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc3", "\x80", "\xf0\x9f\x90"})
    EXPECT_EQ(show(make.string(bad)).substr(0, 8), R"({"hex":")");
}

TEST_F(JsonTest, Values) {
  EXPECT_EQ(show(make.address(0)), R"({"address":"0x0"})");
  EXPECT_EQ(show(Maker::commented(make.address(0x7f), "37 vars")), R"({"address":"0x7f","comment":"37 vars"})");
  EXPECT_EQ(show(make.symbol(2, "SEEK_END")), R"({"value":2,"name":"SEEK_END"})");
  EXPECT_EQ(show(make.unknown(77, "SEEK_???")), R"({"value":77})");
  EXPECT_EQ(show(make.flags(0x801, {make.symbol(1, "PROT_READ"), make.hex(0x800)})),
            R"({"value":2049,"set":["PROT_READ",2048]})");
  EXPECT_EQ(show(make.structure({Maker::named("a", make.number(1))}, true)), R"({"fields":{"a":1},"more":true})");
  EXPECT_EQ(show(make.array({make.number(1), make.number(2)})), "[1,2]");
  EXPECT_EQ(show(make.array({make.number(1)}, true)), R"({"items":[1],"more":true})");
  Value fault = make.array({make.number(1)});
  fault.fault = true;
  fault.number = 0x7f00;
  EXPECT_EQ(show(fault), R"({"items":[1],"more":true,"fault":"0x7f00"})");
  Value set = make.array({make.signal(2, "INT")});
  set.inverted = true;
  EXPECT_EQ(show(set), R"({"items":[{"value":2,"name":"INT"}],"inverted":true})");
  EXPECT_EQ(show(make.change(make.number(110), make.number(21))), R"({"before":110,"after":21})");
  EXPECT_EQ(show(make.word("00:11")), R"({"word":"00:11"})");
  EXPECT_EQ(show(make.pid(12, "bash")), R"({"pid":12,"name":"bash"})");
  EXPECT_EQ(show(make.fd(3, "/dev/null")), R"({"fd":3,"target":"/dev/null"})");
  EXPECT_EQ(show(make.fd(3, "/dev/\xff")), R"({"fd":3,"hex":"2f6465762fff"})");
}

TEST_F(JsonTest, ResolvedDescriptors) {
  const Value details = make.format({make.literal("TCP:["), make.number(7), make.literal("]")});
  Value socket = make.fd(4);
  socket.annotation = &details;
  EXPECT_EQ(show(socket), R"({"fd":4,"details":{"format":"TCP:[7]","parts":{"1":7}}})");
  const Value path = make.string("/tmp");
  Value cwd = make.signal(static_cast<u64>(-100), "AT_FDCWD");
  cwd.annotation = &path;
  EXPECT_EQ(show(cwd), R"({"value":-100,"name":"AT_FDCWD","target":"/tmp"})");
  Value gone = make.fd(5, "/x");
  gone.deleted = true;
  EXPECT_EQ(show(gone), R"({"fd":5,"target":"/x","deleted":true})");
}

TEST_F(JsonTest, Formats) {
  const Value raw = make.hex(0x103);
  Value device = make.format({make.literal("makedev("), Maker::named("major", make.hex(1)), make.literal(", "),
                              Maker::named("minor", make.hex(3)), make.literal(")")});
  device.annotation = &raw;
  EXPECT_EQ(show(device), R"j({"format":"makedev(0x1, 0x3)","parts":{"major":1,"minor":3},"raw":259})j");
}

TEST_F(JsonTest, InlinedStructuresAndNamelessArguments) {
  Value inner = make.structure({Maker::named("b", make.number(2)), make.number(3)});
  inner.inlined = true;
  const std::string text =
      line(make.call("f", {Maker::named("a", make.number(1)), inner, make.number(4)}, make.number(0)));
  EXPECT_NE(text.find(R"("args":{"a":1,"b":2,"3":3,"4":4})"), std::string::npos) << text;
}

TEST_F(JsonTest, UncertainValuesAreNamed) {
  Value inner = make.structure({Maker::named("b", make.number(2)), make.number(3)});
  inner.inlined = true;
  Event call = make.call("f",
                         {Maker::named("fd", make.number(1)), Maker::named("buf", make.string("text")), inner,
                          make.number(4), Maker::named("size", make.number(5))},
                         make.number(0));
  EXPECT_EQ(line(call).find("uncertain"), std::string::npos);
  call.uncertain = 0b1110;
  EXPECT_NE(line(call).find(R"("result":0,"uncertain":{"args":["buf","b","4","5"]}})"), std::string::npos);
  call.uncertain = 0b10000 | event::uncertain_notes | event::uncertain_dumps;
  EXPECT_NE(line(call).find(R"("uncertain":{"args":["size"],"notes":true,"dumps":true})"), std::string::npos);
}

TEST_F(JsonTest, OtherEvents) {
  Event signal = Maker::plain(EventKind::signal);
  signal.status = 17;
  signal.signal_name = "SIGCHLD";
  signal.args = make.list({make.structure({Maker::named("si_signo", make.signal(17, "SIGCHLD"))})});
  EXPECT_EQ(line(signal), R"({"type":"signal","time":0,"pid":100,"tid":100,"signal":{"value":17,"name":"SIGCHLD"},)"
                          R"("siginfo":{"fields":{"si_signo":{"value":17,"name":"SIGCHLD"}}}})");
  EXPECT_EQ(line(Maker::exited(3)), R"({"type":"exit","time":0,"pid":100,"tid":100,"status":3})");
  EXPECT_EQ(
      line(Maker::killed("SIGKILL")),
      R"({"type":"killed","time":0,"pid":100,"tid":100,"signal":{"value":9,"name":"SIGKILL"},"core_dumped":false})");
  Event stop = signal;
  stop.kind = EventKind::group_stop;
  stop.args = {};
  EXPECT_EQ(line(stop), R"({"type":"stop","time":0,"pid":100,"tid":100,"signal":{"value":17,"name":"SIGCHLD"}})");
  Event attached = Maker::plain(EventKind::attached);
  EXPECT_EQ(line(attached), R"({"type":"attach","time":0,"pid":100,"tid":100})");
  attached.other = Tid{7};
  EXPECT_EQ(line(attached), R"({"type":"attach","time":0,"pid":100,"tid":100,"creator":7})");
  Event superseded = Maker::plain(EventKind::superseded);
  superseded.other = Tid{8};
  EXPECT_EQ(line(superseded), R"({"type":"superseded","time":0,"pid":100,"tid":100,"by":8})");
  EXPECT_EQ(line(Maker::plain(EventKind::detached)), R"({"type":"detach","time":0,"pid":100,"tid":100})");
  Event lost = Maker::plain(EventKind::lost);
  lost.status = 12;
  EXPECT_EQ(line(lost), R"({"type":"lost","time":0,"pid":100,"tid":100,"events":12})");
}

TEST_F(JsonTest, EachThreadsOutputHasAHeader) {
  MemoryOutputs outputs(true);
  JsonSink sink(outputs);
  sink.on_event(make.call("f", {}, make.number(0), 1));
  sink.on_event(make.call("f", {}, make.number(0), 2));
  sink.on_event(make.call("f", {}, make.number(0), 1));
  sink.on_event(Maker::exited(0, 1));
  EXPECT_EQ(lines_of(outputs.text(1)).size(), 4u);
  EXPECT_EQ(lines_of(outputs.text(2)).size(), 2u);
  EXPECT_EQ(outputs.ended, std::vector<s32>{1});
}

// Random trees: every line must be JSON, fit the schema, and every number and string must be found again.
class RandomValues {
 public:
  RandomValues(Maker& make, u32 seed) : make_(make), random_(seed) {}

  Value value(int depth) {
    Value v = bare(depth);
    v.name = pick(4) == 0 ? nullptr : names_[counter_++ % std::size(names_)];
    v.comment = pick(8) == 0 ? "remark \"x\"" : nullptr;
    v.width = static_cast<u8>(1u << pick(4));
    v.truncated = pick(4) == 0;
    v.more = pick(4) == 0;
    v.fault = v.kind == test::ValueKind::array && pick(6) == 0;
    v.inverted = pick(6) == 0;
    v.negative_one = pick(6) == 0;
    v.deleted = pick(6) == 0;
    v.hex = pick(6) == 0;
    v.signed_symbol = pick(3) == 0;
    return v;
  }

 private:
  size_t pick(size_t n) { return random_() % n; }
  u64 number() { return pick(3) == 0 ? ~u64{0} : random_() >> pick(64); }
  std::string_view bytes() {
    std::string text;
    for (size_t i = pick(20); i > 0; i--) text += static_cast<char>(pick(4) == 0 ? random_() : 'a' + pick(26));
    strings_.push_back(text);
    return strings_.back();
  }
  std::vector<Value> some(int depth) {
    std::vector<Value> values;
    counter_ = 0;
    for (size_t i = pick(4); i > 0; i--) values.push_back(value(depth - 1));
    for (size_t i = 0; i < values.size(); i++) values[i].name = values[i].name ? names_[i] : nullptr;
    return values;
  }
  Value bare(int depth) {
    switch (pick(depth > 0 ? 14 : 9)) {
      case 0: return make_.number(number());
      case 1: return make_.signed_number(static_cast<s64>(number()));
      case 2: return make_.address(number());
      case 3: return make_.symbol(number(), pick(2) ? "NAME" : "");
      case 4: return make_.string(bytes());
      case 5: return make_.fd(static_cast<s32>(number()), "/dev/null");
      case 6: return make_.pid(static_cast<s32>(number()));
      case 7: return make_.word("00:11");
      case 8: return Value();
      case 9: return make_.flags(number(), {make_.symbol(1, "A"), value(depth - 1), make_.hex(number())});
      case 10: return make_.structure(some(depth));
      case 11: return make_.array(some(depth));
      case 12: return make_.change(value(depth - 1), value(depth - 1));
      default: return make_.format({make_.literal("f("), value(depth - 1), make_.literal(")")});
    }
  }

  static constexpr const char* names_[] = {"alpha", "beta", "gamma", "delta"};
  Maker& make_;
  std::mt19937_64 random_;
  std::deque<std::string> strings_;
  size_t counter_ = 0;
};

TEST_F(JsonTest, RandomEventsFitTheSchema) {
  for (u32 seed = 0; seed < 400; seed++) {
    Maker maker;
    RandomValues random(maker, seed);
    Value first = random.value(4);
    Value second = random.value(3);
    first.name = "first";
    second.name = nullptr;
    run({maker.call("call", {first, second}, random.value(2))});
    if (HasFailure()) return;
  }
}

TEST_F(JsonTest, TheSchemaRejectsWhatItShould) {
  const auto is_wrong = [](const char* text) { return schema().complaint(test::read_json(text)).has_value(); };
  EXPECT_TRUE(is_wrong(R"({"type":"other"})"));
  EXPECT_TRUE(is_wrong(R"({"type":"exit","time":0,"pid":1,"tid":1})"));
  EXPECT_TRUE(is_wrong(R"({"type":"exit","time":0,"pid":1,"tid":1,"status":1.5})"));
  EXPECT_TRUE(is_wrong(R"({"type":"exit","time":0,"pid":1,"tid":1,"status":1,"more":1})"));
  EXPECT_FALSE(is_wrong(R"({"type":"exit","time":0,"pid":1,"tid":1,"status":1})"));
}

}  // namespace
}  // namespace sysray::sink
