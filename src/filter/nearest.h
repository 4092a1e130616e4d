// Suggestions for names that do not exist: the nearest of the names that do.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace sysray::filter {

// Steps (insert, delete, replace, swap of neighbours) from one name to the other.
unsigned distance(std::string_view from, std::string_view to);

// The candidate that `name` is most likely meant to be; nullopt if none is near enough to be worth a suggestion.
std::optional<std::string_view> nearest(std::string_view name, std::span<const std::string_view> candidates);

}  // namespace sysray::filter
