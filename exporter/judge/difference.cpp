#include "judge/difference.hpp"

#include <algorithm>

#include "judge/verdict_text.hpp"

namespace zke {

Difference find_difference(std::string_view key, const Sayings& sayings) {
  Difference difference{key, {}};
  auto& sides = difference.sides;
  for (const auto& [member, value] : sayings) {
    auto side = std::ranges::find(sides, value, &Difference::Side::value);
    if (side == sides.end()) {
      side = sides.insert(sides.end(), {value, {}});
    }
    side->members.push_back(member);
  }
  std::ranges::stable_sort(sides, std::ranges::greater(),
                           [](const auto& side) { return side.members.size(); });
  return difference;
}

std::string odd_member(const Difference& difference) {
  const auto& sides = difference.sides;
  const bool is_odd =
      sides.size() == 2 && sides[0].members.size() >= 2 && sides[1].members.size() == 1;
  return is_odd ? sides[1].members[0] : std::string();
}

std::string describe(const Difference& difference) {
  constexpr std::size_t kShown = 4;
  const auto& sides = difference.sides;
  std::string text;
  for (std::size_t i = 0; i < std::min(kShown, sides.size()); ++i) {
    text += (i == 0 ? "" : ", ") + sides[i].value + " on " + names_text(sides[i].members);
  }
  const auto left = sides.size() - std::min(kShown, sides.size());
  return text + (left > 0 ? ", and " + std::to_string(left) + " other values" : "");
}

}  // namespace zke
