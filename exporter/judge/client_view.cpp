#include "judge/client_view.hpp"

#include <algorithm>
#include <iterator>

namespace zke {

void Durations::observe(std::chrono::duration<double> took) {
  const auto bound = std::ranges::lower_bound(kBounds, took.count());
  ++counts.at(static_cast<std::size_t>(std::distance(kBounds.begin(), bound)));
  sum += took.count();
}

}  // namespace zke
