#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "fourletter/conf.hpp"

namespace zke {

/// Who should have the same value of a setting.
enum class Among {
  kAll,
  kSameVote,  ///< voters among each other, observers among each other
};

/// A setting of `conf` that should be equal on the members of an ensemble.
struct ConfigKey {
  std::string_view name;  ///< as the server spells it
  Among among;
  std::int64_t min;  ///< what is below is no value: with -1 ZooKeeper mostly says that it has none
  std::optional<std::int64_t> Conf::*field = nullptr;  ///< none: one of Conf::figures
};

/// All of them, 20 at most: each may become a series. What is not here may differ from host to
/// host: ports, directories and their sizes, the server's id and its role. The servers of the
/// membership are compared elsewhere (contradictions.hpp), here only its version. ClickHouse Keeper
/// has keys of its own, so that the two are never compared with each other.
std::span<const ConfigKey> config_keys();

/// What a server says of a key; nothing when it does not say it: versions print different keys.
std::optional<std::string> find_setting(const Conf& conf, const ConfigKey& key);

/// A short hash over all that the server says of these keys, the same on every machine and in every
/// release of the exporter that has the same keys. Empty when it says nothing of them.
std::string config_hash(const Conf& conf);

}  // namespace zke
