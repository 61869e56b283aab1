#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace zke {

// What a server can truly say. A number beyond its limit counts as unparsed where it is read, so
// that nothing behind the parsers has to distrust it.
constexpr std::int64_t kMaxCount = 1LL << 53U;         ///< figures and sizes: exact as a double
constexpr std::int64_t kMaxServers = 1000;             ///< of one ensemble
constexpr std::int64_t kMaxId = (1LL << 32U) - 1;      ///< of a server, of a group
constexpr std::int64_t kMaxWeight = (1LL << 31U) - 1;  ///< kMaxServers of them can be summed
constexpr std::int64_t kMaxTickTime = 3'600'000;       ///< ms: one hour
constexpr std::int64_t kMaxTicks = 100'000;            ///< initLimit and syncLimit
constexpr std::int64_t kMaxInt = (1LL << 31U) - 1;     ///< what Java holds in an int
constexpr std::int64_t kMaxUptime = 100LL * 365 * 86'400'000;  ///< ms: a hundred years
constexpr std::int64_t kMaxLatency = 1'000'000'000'000;        ///< ms

constexpr std::size_t kMaxMntrLines = 105'000;  ///< above what 10,000 top-level znodes take
constexpr std::size_t kMaxConfLines = 10'000;
constexpr std::size_t kMaxAddress = 255 + 6;  ///< a host's name, and `:65535`

/// Any number as Java prints it, or nothing; a text that is too long for one is not looked at.
std::optional<double> parse_number(std::string_view text);

/// A whole number from `min` to `max`, or nothing. `2.0`, as the Prometheus provider writes it, is
/// one.
std::optional<std::int64_t> parse_count(std::string_view text, std::int64_t max,
                                        std::int64_t min = 0);

/// A finite number from 0 to kMaxLatency, or nothing.
std::optional<double> parse_latency(std::string_view text);

}  // namespace zke
