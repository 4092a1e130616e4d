// Reads compiled terminfo entries, term(5): this one number is all that is needed of them.
#include "cli/terminal.h"

#include <stdlib.h>

#include <array>
#include <fstream>
#include <iterator>

namespace sysray::cli {

namespace {

constexpr int least_colors = 8;
constexpr size_t max_colors_index = 13;  // of the numbers, <term.h>
constexpr int legacy_magic = 0432;       // numbers of 16 bits
constexpr int wide_magic = 01036;        // numbers of 32 bits
constexpr size_t header_size = 12;

int number_at(std::string_view entry, size_t offset, size_t width) {
  int value = 0;
  for (size_t i = 0; i < width; i++) value |= static_cast<unsigned char>(entry[offset + i]) << (8 * i);
  return value;
}

std::string read_entry(const std::string& type) {
  std::array<std::string, 6> folders = {
      "", "", "/etc/terminfo", "/lib/terminfo", "/usr/share/terminfo", "/usr/local/share/terminfo"};
  if (const char* own = getenv("TERMINFO")) folders[0] = own;
  if (const char* home = getenv("HOME")) folders[1] = std::string(home) + "/.terminfo";
  for (const std::string& folder : folders) {
    if (folder.empty()) continue;
    std::ifstream file(folder + "/" + type[0] + "/" + type, std::ios::binary);
    if (file) return {std::istreambuf_iterator<char>(file), {}};
  }
  return {};
}

bool is_known_name(std::string_view type) {
  for (std::string_view name : {"xterm", "linux", "screen", "tmux", "rxvt", "konsole", "vte", "alacritty", "kitty"}) {
    if (type.starts_with(name)) return true;
  }
  return type.find("color") != std::string_view::npos;
}

}  // namespace

int colors_of_entry(std::string_view entry) {
  if (entry.size() < header_size) return 0;
  const int magic = number_at(entry, 0, 2);
  if (magic != legacy_magic && magic != wide_magic) return 0;
  const size_t width = magic == wide_magic ? 4 : 2;
  const size_t names = static_cast<size_t>(number_at(entry, 2, 2));
  const size_t flags = static_cast<size_t>(number_at(entry, 4, 2));
  const size_t numbers = static_cast<size_t>(number_at(entry, 6, 2));
  if (numbers <= max_colors_index) return 0;
  size_t start = header_size + names + flags;
  start += start % 2;  // numbers lie on even bytes
  const size_t at = start + max_colors_index * width;
  if (at + width > entry.size()) return 0;
  const int colors = number_at(entry, at, width);
  const bool absent = width == 2 ? colors >= 0xfffe : colors < 0;
  return absent ? 0 : colors;
}

bool has_colors(const std::string& terminal_type) {
  if (terminal_type.empty() || terminal_type.find('/') != std::string::npos) return false;
  const std::string entry = read_entry(terminal_type);
  return entry.empty() ? is_known_name(terminal_type) : colors_of_entry(entry) >= least_colors;
}

}  // namespace sysray::cli
