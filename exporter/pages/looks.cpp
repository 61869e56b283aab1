#include "pages/looks.hpp"

#include <algorithm>

namespace zke {

LookLimit::Bounds LookLimit::bounds_for(std::size_t connections) {
  constexpr std::size_t kLeast = 1;
  return {std::max(kLeast, connections / 8), std::max(kLeast, connections / 2)};
}

LookLimit::Place LookLimit::enter(const std::string& ensemble,
                                  const std::vector<std::string>& members) {
  std::vector<std::string> keys;
  bool has_room = counts_->in_all < bounds_.in_all;
  for (const auto& member : members) {
    keys.push_back(ensemble + '\n' + member);
    has_room = has_room && counts_->per_member[keys.back()] < bounds_.per_member;
  }
  if (!has_room) {
    return nullptr;
  }
  ++counts_->in_all;
  for (const auto& key : keys) {
    ++counts_->per_member[key];
  }
  return {counts_.get(), [counts = counts_, keys](const void*) {
            --counts->in_all;
            for (const auto& key : keys) {
              --counts->per_member[key];
            }
          }};
}

}  // namespace zke
