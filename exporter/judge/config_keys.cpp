#include "judge/config_keys.hpp"

#include <charconv>
#include <cstdint>

#include "fourletter/limits.hpp"

namespace zke {

namespace {

constexpr std::string_view kMembership = "membership";

// The comments say what happens where it differs.
// clang-format off
constexpr auto kKeys = std::to_array<ConfigKey>({
    // The unit of all limits below: peers give each other up at different times; sessions expire
    // sooner or later after the leadership moves, since the leader expires them.
    {"tickTime", Among::kAll, 1, &Conf::tick_time},
    // Each member uses its own, as leader and as follower. An observer that is far away may be
    // given more time than the voters.
    {"initLimit", Among::kSameVote, 0},
    {"syncLimit", Among::kSameVote, 0, &Conf::sync_limit},
    // A client that comes from another member may be refused. Observers may be there for crowds.
    {"maxClientCnxns", Among::kSameVote, 0},
    {"clientPortListenBacklog", Among::kSameVote, -1},  // -1: the system's default
    // A client's session timeout depends on which member it happens to connect to.
    {"minSessionTimeout", Among::kAll, 0},
    {"maxSessionTimeout", Among::kAll, 0},
    // Members with different algorithms do not understand each other's votes.
    {"electionAlg", Among::kAll, 0},
    // A member that has missed a reconfiguration counts other voters.
    {kMembership, Among::kAll, 0},
    // ClickHouse Keeper. What is left out there: paths, ports, what each keeps on its own disk.
    {"min_session_timeout_ms", Among::kAll, 0},
    {"session_timeout_ms", Among::kAll, 0},
    {"operation_timeout_ms", Among::kAll, 0},
    {"dead_session_check_period_ms", Among::kAll, 0},
    {"heart_beat_interval_ms", Among::kAll, 0},
    {"election_timeout_lower_bound_ms", Among::kAll, 0},
    {"election_timeout_upper_bound_ms", Among::kAll, 0},
});
// clang-format on
static_assert(kKeys.size() <= 20);

std::string hex_text(std::uint64_t number) {
  std::array<char, 16> digits{};
  const auto done = std::to_chars(digits.begin(), digits.end(), number, 16);
  return {digits.begin(), done.ptr};
}

/// FNV-1a: std::hash may differ between builds.
void add_to_hash(std::string_view text, std::uint64_t& hash) {
  constexpr std::uint64_t kPrime = 1099511628211U;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * kPrime;
  }
}

}  // namespace

std::span<const ConfigKey> config_keys() { return kKeys; }

std::optional<std::string> find_setting(const Conf& conf, const ConfigKey& key) {
  if (key.name == kMembership) {
    // 0: a membership that was never reconfigured; the AdminServer does not tell the version.
    return conf.version == 0 || conf.servers.empty()
               ? std::nullopt
               : std::optional("version " + hex_text(conf.version));
  }
  const auto value = key.field != nullptr ? conf.*key.field
                                          : find_figure(conf, key.name, key.min, kMaxCount).value;
  return value && *value >= key.min ? std::optional(std::to_string(*value)) : std::nullopt;
}

std::string config_hash(const Conf& conf) {
  constexpr std::uint64_t kBasis = 14695981039346656037U;
  auto hash = kBasis;
  for (const auto& key : kKeys) {
    if (const auto value = find_setting(conf, key)) {
      add_to_hash(key.name, hash);
      add_to_hash("=" + *value + "\n", hash);
    }
  }
  return hash == kBasis ? std::string() : hex_text(hash);
}

}  // namespace zke
