// Edit distance (optimal string alignment) over short names.
#include "filter/nearest.h"

#include <algorithm>
#include <vector>

namespace sysray::filter {

unsigned distance(std::string_view from, std::string_view to) {
  std::vector<unsigned> before_last(to.size() + 1), last(to.size() + 1), row(to.size() + 1);
  for (size_t j = 0; j <= to.size(); j++) last[j] = static_cast<unsigned>(j);
  for (size_t i = 1; i <= from.size(); i++) {
    row[0] = static_cast<unsigned>(i);
    for (size_t j = 1; j <= to.size(); j++) {
      bool same = from[i - 1] == to[j - 1];
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last.swap(last);
    last.swap(row);
  }
  return last[to.size()];
}

std::optional<std::string_view> nearest(std::string_view name, std::span<const std::string_view> candidates) {
  // A third of the letters may be wrong; more would be guessing.
  unsigned best = static_cast<unsigned>(name.size() / 3 + 1) + 1;
  std::optional<std::string_view> found;
  for (std::string_view candidate : candidates) {
    unsigned steps = distance(name, candidate);
    if (steps < best && steps < candidate.size()) {
      best = steps;
      found = candidate;
    }
  }
  return found;
}

}  // namespace sysray::filter
