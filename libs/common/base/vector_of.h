#pragma once

#include <type_traits>
#include <utility>
#include <vector>

namespace paylog::base {

// A vector of these. Temporaries are moved into it, which a braced list would copy.
template <typename First, typename... More>
std::vector<std::remove_cvref_t<First>> VectorOf(First&& first, More&&... more) {
  std::vector<std::remove_cvref_t<First>> made;
  made.reserve(1 + sizeof...(more));
  made.push_back(std::forward<First>(first));
  (made.push_back(std::forward<More>(more)), ...);
  return made;
}

}  // namespace paylog::base
