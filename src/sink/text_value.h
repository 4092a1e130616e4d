// ValueWriter: a Value as strace's text shows it, in the style that -X and the string options ask for.
#pragma once

#include <span>

#include "event/event.h"
#include "sink/palette.h"
#include "sink/text_buffer.h"
#include "sink/text_options.h"

namespace sysray::sink {

class ValueWriter {
 public:
  // Keeps a reference to the options.
  explicit ValueWriter(const TextOptions& options) : options_(options), palette_(options.palette) {}

  void value(TextBuffer& out, const event::Value& value) const { show(out, value, mode()); }

  // Values side by side, separated by ", " (the arguments of a call, items behind a result). `any`: others precede them
  // on the line. Returns whether anything stands there now.
  bool list(TextBuffer& out, std::span<const event::Value> values, bool with_names, bool any) const {
    return items(out, values, with_names, any, mode());
  }

  // Whether the value shows at all in this style.
  bool visible(const event::Value& value) const { return !value.unless_raw || mode() != Mode::raw; }

  // The bytes of a name behind a number: <bash>.
  void bracketed(TextBuffer& out, std::string_view name) const;

  // Text in an ink; afterwards the ink is `after`.
  void painted(TextBuffer& out, Ink ink, std::string_view text, Ink after = Ink::argument) const {
    if (palette_ != nullptr) [[unlikely]]
      palette_->apply(out, ink);
    out.add(text);
    if (palette_ != nullptr) [[unlikely]]
      palette_->apply(out, after);
  }
  bool has_colors() const { return palette_ != nullptr; }
  void ink(TextBuffer& out, Ink ink) const {
    if (palette_ != nullptr) [[unlikely]]
      palette_->apply(out, ink);
  }

 private:
  using Value = event::Value;

  // How numbers with names appear; `comment` is `abbrev` within the /* comment */ of -X verbose.
  enum class Mode : u8 { abbrev, raw, verbose, comment };
  Mode mode() const { return static_cast<Mode>(options_.xlat); }

  void show(TextBuffer& out, const Value& value, Mode mode) const {
    const bool adorned = value.brackets || value.security != nullptr || value.comment != nullptr;
    if (adorned) [[unlikely]]
      return show_adorned(out, value, mode);
    show_bare(out, value, mode);
  }
  void show_adorned(TextBuffer& out, const Value& value, Mode mode) const;
  void show_bare(TextBuffer& out, const Value& value, Mode mode) const;
  bool items(TextBuffer& out, std::span<const Value> values, bool with_names, bool any, Mode mode) const;
  void word(TextBuffer& out, const Value& value, Mode mode) const;
  void number(TextBuffer& out, const Value& value) const;
  void raw_number(TextBuffer& out, const Value& value) const;
  void symbol(TextBuffer& out, const Value& value, Mode mode) const;
  void flags(TextBuffer& out, const Value& value, Mode mode) const;
  void flag_names(TextBuffer& out, const Value& value, Mode mode) const;
  void string(TextBuffer& out, const Value& value) const;
  void structure(TextBuffer& out, const Value& value, Mode mode) const;
  void array(TextBuffer& out, const Value& value, Mode mode) const;
  void change(TextBuffer& out, const Value& value, Mode mode) const;
  void format(TextBuffer& out, const Value& value, Mode mode) const;
  void pieces(TextBuffer& out, const Value& value, Mode mode) const;
  void descriptor(TextBuffer& out, const Value& value, Mode mode) const;
  void target(TextBuffer& out, const Value& target, Mode mode) const;
  void comment(TextBuffer& out, const char* text) const;
  bool hides_comment(const Value& value, Mode mode) const;
  bool shows_name(const Value& field, Mode mode) const;
  void punctuation(TextBuffer& out, std::string_view text) const { painted(out, Ink::punctuation, text); }
  template <size_t n>
  void punctuation(TextBuffer& out, const char (&text)[n]) const {
    if (palette_ == nullptr) [[likely]]
      return out.add(text);
    painted(out, Ink::punctuation, text);
  }

  const TextOptions& options_;
  const Palette* palette_;
};

}  // namespace sysray::sink
