#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "judge/probe.hpp"

namespace zke {

/// Looks at a member now: what a page asks when the last poll is not news enough.
using LiveCheck =
    std::function<boost::asio::awaitable<Observation>(std::string ensemble, std::string member)>;

/// Bounds the requests that wait for looks at members, or for a reload, for each holds a
/// connection: so many wait for one member, which may be frozen, so many in all. Those who share a
/// look count each.
class LookLimit {
 public:
  struct Bounds {
    std::size_t per_member = 8;
    std::size_t in_all = 32;
  };

  /// The place of one request, given back with the last copy.
  using Place = std::shared_ptr<const void>;

  /// Copies have their bounds and places in common.
  explicit LookLimit(Bounds bounds);

  /// Half of `connections` in all, an eighth for one member.
  static Bounds bounds_for(std::size_t connections);

  /// These hold from now on; who waits keeps its place.
  void set_bounds(Bounds bounds) { state_->bounds = bounds; }

  /// For a request that looks at these members of `ensemble`; nullptr when too many wait already.
  Place enter(const std::string& ensemble, const std::vector<std::string>& members);

 private:
  struct State {
    Bounds bounds;
    std::size_t in_all = 0;
    std::map<std::string, std::size_t> per_member;  ///< those that somebody waits for
  };

  std::shared_ptr<State> state_;
};

/// What is said of a member that was not looked at because of the limit.
constexpr auto* kBusyReason = "busy";
constexpr auto* kBusyText =
    "was not looked at: too many requests wait for such looks; ask again in a few seconds";

}  // namespace zke
