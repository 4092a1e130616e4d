// TextSink: Events as the lines that strace prints. A call's line begins when the call does, so that one that blocks
// shows; another thread's line in between splits it in "<unfinished ...>" and "<... resumed>".
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "sink/line_prefix.h"
#include "sink/ordered_output.h"
#include "sink/output.h"
#include "sink/sink.h"
#include "sink/text_buffer.h"
#include "sink/text_options.h"
#include "sink/text_value.h"

namespace sysray::sink {

class TextSink : public Sink {
 public:
  // Keeps references to both; the outputs get whole lines, and a line's beginning on flush().
  TextSink(const TextOptions& options, OutputSet& outputs);
  ~TextSink() override;

  void on_event(const event::Event& event) override;
  void flush() override;
  void finish() override;

 private:
  struct Thread;

  // Where lines go: an output, or the memory of a thread whose call is shown once its outcome is known.
  struct Channel {
    Output* output = nullptr;
    TextBuffer line{512};       // of the current line, what was not handed to the output yet
    size_t columns_before = 0;  // columns of the current line that were handed over
    Thread* open = nullptr;     // the thread whose call's line this is, if the line is incomplete
  };

  struct Thread {
    Tid tid{};
    event::Abi abi = event::Abi::x86_64;
    bool in_call = false;
    bool any_argument = false;  // an argument of the call was shown
    bool incomplete = false;    // something of the call is known only at its exit
    size_t shown = 0;           // arguments that were shown
    u64 number = 0;             // of its last call
    u64 instruction_pointer = 0;
    std::string_view call;  // name of its last call: of a described one, or undescribed_call
    std::string undescribed_call;
    std::string comm;
    std::string security;
    std::unique_ptr<Channel> own_output;         // one for each thread (-ff)
    std::unique_ptr<Channel> held_line;          // buffered calls
    std::optional<OrderedOutput::Ticket> place;  // of its call among the lines, if they are to be in order
  };

  static void note_call(Thread& thread, const event::Event& event);
  Thread& thread_of(Tid tid) {
    if (last_thread_ != nullptr && last_thread_->tid == tid) [[likely]]
      return *last_thread_;
    return find_thread(tid);
  }
  Thread& find_thread(Tid tid);
  void forget(Tid tid);
  void note_facts(Thread& thread, const event::Event& event) {
    thread.instruction_pointer = event.instruction_pointer;
    if (options_.command_names && !event.comm.empty()) thread.comm = event.comm;
    if (!event.security.empty()) [[unlikely]]
      thread.security = event.security;
  }
  Channel& channel_of(Thread& thread) { return one_output_ ? common_ : own_channel(thread); }
  Channel& own_channel(Thread& thread);
  Channel& call_channel(Thread& thread) { return buffered_ ? *thread.held_line : channel_of(thread); }
  bool wanted(Status status) const { return (statuses_ & (1u << static_cast<unsigned>(status))) != 0; }

  void call_start(const event::Event& event);
  void call_end(const event::Event& event);
  void state(TextBuffer& out, const event::State& state, char moment, const event::Value& value) const;
  void signal(const event::Event& event);
  void group_stop(const event::Event& event);
  void exited(const event::Event& event);
  void killed(const event::Event& event);
  void superseded(const event::Event& event);
  void attached(const event::Event& event);
  void detached(const event::Event& event);
  void lost(const event::Event& event);

  void begin_line(Channel& channel, Thread& thread, Nanoseconds time, Nanoseconds monotonic,
                  bool at_instruction = true);
  void begin_line(Channel& channel, Thread& thread, const event::Event& event) {
    begin_line(channel, thread, event.time, event.monotonic);
  }
  void begin_resumed(Channel& channel, Thread& thread, Nanoseconds time, Nanoseconds monotonic);
  void clear_held(Channel& channel);
  void end_line(Channel& channel);
  void hand_over(Channel& channel);
  void publish(Thread& thread, Status status) {
    if (buffered_) publish_held(thread, status);
  }
  void publish_held(Thread& thread, Status status);
  void take_place(Thread& thread);
  void give_up_place(Thread& thread);
  void personality(Thread& thread, const event::Event& event) {
    if (event.abi != thread.abi) [[unlikely]]
      change_personality(thread, event);
  }
  void change_personality(Thread& thread, const event::Event& event);
  void begin_call(Channel& channel, Thread& thread, const event::Event& event);
  void end_arguments(Channel& channel, bool incomplete);
  void result(Channel& channel, const event::Event& event);
  void failure(TextBuffer& out, const event::Event& event);
  void abandon(Thread& thread, const event::Event& event);
  void align(Channel& channel);

  const TextOptions& options_;
  OutputSet& outputs_;
  ValueWriter writer_;
  LinePrefix prefix_;
  u32 statuses_;
  bool buffered_;  // calls are shown when they have ended
  bool one_output_;
  std::optional<OrderedOutput> ordered_;  // --whole-calls=start
  Channel common_;                        // the one output of all
  std::unordered_map<s32, std::unique_ptr<Thread>> threads_;
  Thread* last_thread_ = nullptr;  // that thread_of found
};

}  // namespace sysray::sink
