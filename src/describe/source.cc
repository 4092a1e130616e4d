#include "describe/source.h"

#include <algorithm>
#include <numeric>

namespace sysray::describe {

void Diagnostics::error(Position position, std::string message, std::string help) {
  for (const Diagnostic& one : errors_) {
    const Position& other = one.position;
    if (other.file == position.file && other.line == position.line && other.column == position.column &&
        one.message == message)
      return;
  }
  if (!full()) errors_.push_back({position, std::move(message), std::move(help)});
}

namespace {

std::string_view line_of(const std::string& text, u32 number) {
  size_t start = 0;
  for (u32 line = 1; line < number; line++) {
    start = text.find('\n', start);
    if (start == std::string::npos) return {};
    start++;
  }
  return std::string_view(text).substr(start, text.find('\n', start) - start);
}

// The line with control bytes made visible, so that a hostile file can't play with the terminal.
std::string printable(std::string_view line) {
  std::string result(line);
  for (char& c : result)
    if (c != '\t' && (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)) c = '?';
  return result;
}

size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); i++) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); j++) {
      const size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

std::string Diagnostics::text() const {
  std::string out;
  for (const Diagnostic& one : errors_) {
    const Position& at = one.position;
    const SourceFile& file = files_[at.file];
    const std::string number = std::to_string(at.line);
    out += file.name + ":" + number + ":" + std::to_string(at.column) + ": error: " + one.message + "\n";
    const std::string line = printable(line_of(file.text, at.line));
    constexpr size_t max_shown = 200;
    if (line.size() <= max_shown && at.column <= line.size() + 1) {
      out += std::string(number.size() < 5 ? 5 - number.size() : 0, ' ') + number + " | " + line + "\n";
      std::string before = line.substr(0, at.column - 1);
      for (char& c : before)
        if (c != '\t') c = ' ';
      const size_t rest = line.size() + 1 - at.column;
      const size_t length = std::max<size_t>(std::min<size_t>(at.length, rest), 1);
      out += "      | " + before + "^" + std::string(length - 1, '~');
      if (!one.help.empty()) out += " " + one.help;
      out += "\n";
    } else if (!one.help.empty()) {
      out += "      | " + one.help + "\n";
    }
  }
  if (full()) out += "further errors are not shown\n";
  return out;
}

std::string nearest(std::string_view wrong, const std::vector<std::string_view>& candidates) {
  const size_t limit = wrong.size() <= 3 ? 1 : wrong.size() <= 6 ? 2 : 3;
  std::string_view best;
  size_t best_distance = limit + 1;
  for (std::string_view one : candidates) {
    const size_t difference = one.size() > wrong.size() ? one.size() - wrong.size() : wrong.size() - one.size();
    if (difference >= best_distance || one == wrong) continue;
    const size_t d = distance(wrong, one);
    if (d < best_distance) {
      best_distance = d;
      best = one;
    }
  }
  return std::string(best);
}

std::string did_you_mean(std::string_view wrong, const std::vector<std::string_view>& candidates) {
  const std::string best = nearest(wrong, candidates);
  return best.empty() ? "" : "did you mean '" + best + "'?";
}

}  // namespace sysray::describe
