#include "judge/snapshot.hpp"

#include <algorithm>

namespace zke {

const Snapshot::Member* Snapshot::find(std::string_view member) const {
  const auto found = std::ranges::find(members, member, &Member::name);
  return found == members.end() ? nullptr : &*found;
}

}  // namespace zke
