#include "pages/looks.hpp"

#include <algorithm>

namespace zke {

LookLimit::LookLimit(Bounds bounds) : state_(std::make_shared<State>()) { set_bounds(bounds); }

LookLimit::Bounds LookLimit::bounds_for(std::size_t connections) {
  constexpr std::size_t kLeast = 1;
  return {std::max(kLeast, connections / 8), std::max(kLeast, connections / 2)};
}

LookLimit::Place LookLimit::enter(const std::string& ensemble,
                                  const std::vector<std::string>& members) {
  std::vector<std::string> keys;
  bool has_room = state_->in_all < state_->bounds.in_all;
  for (const auto& member : members) {
    keys.push_back(ensemble + '\n' + member);
    const auto found = state_->per_member.find(keys.back());
    const auto waiting = found == state_->per_member.end() ? 0 : found->second;
    has_room = has_room && waiting < state_->bounds.per_member;
  }
  if (!has_room) {
    return nullptr;
  }
  ++state_->in_all;
  for (const auto& key : keys) {
    ++state_->per_member[key];
  }
  return {state_.get(), [state = state_, keys](const void*) {
            --state->in_all;
            for (const auto& key : keys) {
              if (--state->per_member[key] == 0) {
                state->per_member.erase(key);
              }
            }
          }};
}

}  // namespace zke
