#include "config/settings.hpp"

namespace zke {

std::size_t Settings::member_count() const {
  std::size_t count = 0;
  for (const auto& ensemble : ensembles) {
    count += ensemble.members.size();
  }
  return count;
}

}  // namespace zke
