#include "resolve/stack_reader.h"

#include <cxxabi.h>

#include <cstdlib>
#include <vector>

namespace sysray::resolve {
namespace {

// What is on this machine serves; nothing is fetched from servers of debugging information.
const Dwfl_Callbacks callbacks{
    .find_elf = dwfl_linux_proc_find_elf,
    .find_debuginfo = dwfl_build_id_find_debuginfo,
    .section_address = dwfl_offline_section_address,
    .debuginfo_path = nullptr,
};

struct Walk {
  Dwfl* session;
  Arena& arena;
  size_t limit;
  bool lines;
  std::vector<event::StackFrame> frames;
};

std::string_view demangled(const char* name, Arena& arena) {
  int status = 0;
  char* text = abi::__cxa_demangle(name, nullptr, nullptr, &status);
  std::string_view out = arena.copy(text != nullptr && status == 0 ? text : name);
  // Versions of symbols are of no interest (printf@@GLIBC_2.2.5).
  out = out.substr(0, out.find('@'));
  free(text);
  return out;
}

event::StackFrame problem(const char* text, Arena& arena) {
  event::StackFrame frame;
  frame.problem = arena.copy(text != nullptr ? text : "unknown error");
  return frame;
}

// `at`: within the instruction of the frame; `shown`: where it goes on.
event::StackFrame frame_at(Walk& walk, Dwarf_Addr at, Dwarf_Addr shown) {
  event::StackFrame frame;
  frame.address = shown;
  Dwfl_Module* module = dwfl_addrmodule(walk.session, at);
  if (module == nullptr) return frame;
  Dwarf_Addr start = 0;
  const char* file = dwfl_module_info(module, nullptr, &start, nullptr, nullptr, nullptr, nullptr, nullptr);
  if (file != nullptr) frame.file = walk.arena.copy(file);
  frame.address = shown - start;
  GElf_Off offset = 0;
  GElf_Sym symbol;
  const char* name = dwfl_module_addrinfo(module, at, &offset, &symbol, nullptr, nullptr, nullptr);
  if (name != nullptr) {
    frame.symbol = demangled(name, walk.arena);
    frame.offset = offset + (shown - at);
  }
  if (!walk.lines) return frame;
  Dwfl_Line* line = dwfl_module_getsrc(module, at);
  int number = 0;
  const char* source = line != nullptr ? dwfl_lineinfo(line, nullptr, &number, nullptr, nullptr, nullptr) : nullptr;
  if (source == nullptr) return frame;
  frame.source = walk.arena.copy(source);
  frame.line = static_cast<u32>(number);
  return frame;
}

int on_frame(Dwfl_Frame* state, void* argument) {
  Walk& walk = *static_cast<Walk*>(argument);
  if (walk.frames.size() >= walk.limit) {
    walk.frames.push_back(problem("too many stack frames", walk.arena));
    return DWARF_CB_ABORT;
  }
  Dwarf_Addr pc = 0;
  bool activation = false;
  if (!dwfl_frame_pc(state, &pc, &activation)) return DWARF_CB_ABORT;
  // Callers are at the instruction behind the call, which may belong to another function already.
  walk.frames.push_back(frame_at(walk, activation ? pc : pc - 1, pc));
  return DWARF_CB_OK;
}

}  // namespace

Dwfl* StackReader::session_of(Tid tid) {
  Session& session = sessions_[number(tid)];
  if (session) {
    // Something may have been mapped since.
    dwfl_report_begin_add(session.get());
    dwfl_linux_proc_report(session.get(), number(tid));
    dwfl_report_end(session.get(), nullptr, nullptr);
    return session.get();
  }
  session.reset(dwfl_begin(&callbacks));
  if (!session) return nullptr;
  const bool ready = dwfl_linux_proc_report(session.get(), number(tid)) == 0 &&
                     dwfl_report_end(session.get(), nullptr, nullptr) == 0 &&
                     dwfl_linux_proc_attach(session.get(), number(tid), true) == 0;
  return ready ? session.get() : nullptr;
}

std::span<const event::StackFrame> StackReader::read(Tid tid, Arena& arena) {
  Dwfl* session = session_of(tid);
  Walk walk{session, arena, limit_, lines_, {}};
  if (session != nullptr) dwfl_getthread_frames(session, number(tid), on_frame, &walk);
  if (walk.frames.empty()) {
    walk.frames.push_back(problem(dwfl_errmsg(-1), arena));
    forget(tid);
  }
  auto* frames = arena.make<event::StackFrame>(walk.frames.size());
  std::copy(walk.frames.begin(), walk.frames.end(), frames);
  return {frames, walk.frames.size()};
}

}  // namespace sysray::resolve
