#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace zke {

/// Something in which the members of an ensemble differ: each value, and who has it.
struct Difference {
  struct Side {
    std::string value;
    std::vector<std::string> members;

    bool operator==(const Side&) const = default;
  };

  std::string_view key;     ///< a name of ours
  std::vector<Side> sides;  ///< the most frequent value first

  bool operator==(const Difference&) const = default;
};

/// What each member says, with its name.
using Sayings = std::vector<std::pair<std::string, std::string>>;  ///< member, value

/// The sides that the sayings make; one when all are equal.
Difference find_difference(std::string_view key, const Sayings& sayings);

/// The member that differs from all others, which are equal, and two at least; else empty.
std::string odd_member(const Difference& difference);

/// "60 on zk-1:2181 and zk-2:2181, 100 on zk-3:2181": a bounded text, whatever there is.
std::string describe(const Difference& difference);

}  // namespace zke
