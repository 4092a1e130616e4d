#include "resolve/descriptor_facts.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <vector>

namespace sysray::resolve {

namespace {

constexpr size_t max_facts = 512;

struct Kind {
  std::string_view link;
  bool in_hex;  // numbers of several to a line are in hex (but for those that `decimal` names)
};
constexpr std::array<Kind, 9> kinds = {{{"anon_inode:[eventpoll]", true},
                                        {"anon_inode:inotify", true},
                                        {"anon_inode:[fanotify]", true},
                                        {"anon_inode:[timerfd]", false},
                                        {"anon_inode:[io_uring]", false},
                                        {"anon_inode:bpf-prog", false},
                                        {"anon_inode:bpf-map", false},
                                        {"anon_inode:bpf_link", false},
                                        {"anon_inode:btf", false}}};
constexpr std::string_view decimal[] = {"tfd", "pos"};
constexpr std::string_view of_all[] = {"pos", "flags", "mnt_id", "ino", "scm_fds"};

const Kind* kind_of(std::string_view link) {
  const auto found = std::find_if(kinds.begin(), kinds.end(), [&](const Kind& kind) { return kind.link == link; });
  return found == kinds.end() ? nullptr : &*found;
}

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

template <size_t n>
bool among(const std::string_view (&words)[n], std::string_view word) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

// A whole number, or the text as it is.
void set_value(DescriptorFact& fact, std::string_view text, bool hex) {
  if (text.starts_with("0x")) {
    text.remove_prefix(2);
    hex = true;
  }
  u64 number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, hex ? 16 : 10);
  if (error == std::errc() && end == text.data() + text.size() && !text.empty()) {
    fact.number = number;
    fact.hex = hex;
  } else {
    fact.text = text;
  }
}

// "tfd:        5 events:       19 data: 5  pos:0 ino:61 sdev:8", "inotify wd:1 ino:2": a group that stands for itself.
void add_group(std::vector<DescriptorFact>& facts, std::string_view line, u32 number) {
  const size_t blank = line.find(' ');
  std::string_view group = line.substr(0, std::min(line.find(':'), blank));
  if (group.size() == blank) line = trimmed(line.substr(blank));  // a word of its own in front
  while (!line.empty() && facts.size() < max_facts) {
    const size_t colon = line.find(':');
    if (colon == line.npos) return;
    DescriptorFact fact;
    fact.group = group;
    fact.number_of_group = number;
    fact.name = trimmed(line.substr(0, colon));
    line = trimmed(line.substr(colon + 1));
    const size_t end = std::min(line.find(' '), line.size());
    set_value(fact, line.substr(0, end), !among(decimal, fact.name));
    line = trimmed(line.substr(end));
    facts.push_back(fact);
  }
}

std::span<const DescriptorFact> kept(const std::vector<DescriptorFact>& facts, Arena& arena) {
  auto* copies = arena.make<DescriptorFact>(facts.size());
  for (size_t i = 0; i < facts.size(); i++) {
    copies[i] = facts[i];
    copies[i].group = arena.copy(facts[i].group);
    copies[i].name = arena.copy(facts[i].name);
    copies[i].text = facts[i].text.empty() ? std::string_view() : arena.copy(facts[i].text);
  }
  return {copies, facts.size()};
}

}  // namespace

bool has_facts(std::string_view link) { return kind_of(link) != nullptr; }

std::span<const DescriptorFact> facts_in(std::string_view link, std::string_view text, Arena& arena) {
  const Kind* kind = kind_of(link);
  std::vector<DescriptorFact> facts;
  u32 groups = 0;
  while (kind != nullptr && !text.empty() && facts.size() < max_facts) {
    const size_t end = text.find('\n');
    const std::string_view line = trimmed(text.substr(0, end));
    text = end == text.npos ? std::string_view() : text.substr(end + 1);
    const size_t colon = line.find(':');
    if (colon == line.npos) continue;
    if (kind->in_hex && line.find(':', colon + 1) != line.npos) {
      add_group(facts, line, groups++);
      continue;
    }
    DescriptorFact fact;
    fact.name = trimmed(line.substr(0, colon));
    if (among(of_all, fact.name)) continue;
    set_value(fact, trimmed(line.substr(colon + 1)), false);
    if (fact.text.empty() && trimmed(line.substr(colon + 1)).empty()) continue;
    facts.push_back(fact);
  }
  return kept(facts, arena);
}

std::span<const DescriptorFact> seal_facts(int seals, Arena& arena) {
  // linux/fcntl.h
  constexpr std::array<std::string_view, 6> names = {"F_SEAL_SEAL",  "F_SEAL_SHRINK",       "F_SEAL_GROW",
                                                     "F_SEAL_WRITE", "F_SEAL_FUTURE_WRITE", "F_SEAL_EXEC"};
  if (seals < 0) return {};
  std::string text;
  for (size_t i = 0; i < names.size(); i++)
    if (seals & 1 << i) text.append(text.empty() ? "" : "|").append(names[i]);
  DescriptorFact fact;
  fact.name = "seals";
  if (text.empty()) {
    fact.number = static_cast<u64>(seals);
    fact.hex = true;
  } else {
    fact.text = text;
  }
  return kept({fact}, arena);
}

}  // namespace sysray::resolve
