#include "sink/stack_lines.h"

namespace sysray::sink {

namespace {

void add_frame(TextBuffer& out, const event::StackFrame& frame) {
  if (frame.file.empty()) {
    out.add("unexpected_backtracing_error");
  } else {
    out.add(frame.file);
    out.add('(');
    if (!frame.symbol.empty()) {
      out.add(frame.symbol);
      out.add('+');
      out.add_hex(frame.offset);
    }
    out.add(')');
  }
  out.add(" [");
  out.add_hex(frame.address);
  out.add(']');
  if (frame.source.empty()) return;
  out.add(' ');
  out.add(frame.source);
  out.add(':');
  out.add_decimal(frame.line);
}

}  // namespace

void add_stack(TextBuffer& out, std::span<const event::StackFrame> stack) {
  for (const event::StackFrame& frame : stack) {
    out.add(" > ");
    if (frame.problem.empty())
      add_frame(out, frame);
    else
      out.add(frame.problem);
    out.add('\n');
  }
}

}  // namespace sysray::sink
