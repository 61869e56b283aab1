#include <algorithm>
#include <array>
#include <utility>

#include "base/duration.hpp"
#include "base/text.hpp"
#include "config/table.hpp"
#include "config/values.hpp"

namespace zke {

namespace {

using Texts = std::vector<std::string>;
using std::chrono::milliseconds;

constexpr std::string_view kGroup = "Canary";

constexpr milliseconds kShortestInterval = std::chrono::seconds(1);
constexpr milliseconds kLongestInterval = std::chrono::hours(1);
constexpr std::string_view kIntervalBounds = "1s to 1h";
constexpr milliseconds kShortestTimeout(100);
constexpr milliseconds kLongestTimeout = std::chrono::minutes(1);
constexpr std::string_view kTimeoutBounds = "100ms to 1m, shorter than the interval";

constexpr auto kLevels = std::to_array<std::pair<std::string_view, CanaryLevel>>({
    {"off", CanaryLevel::kOff},
    {"read", CanaryLevel::kRead},
    {"write", CanaryLevel::kWrite},
});

std::string read_canary_level(const Texts& texts, EnsembleSettings& ensemble) {
  for (const auto& [text, level] : kLevels) {
    if (text == texts.front()) {
      ensemble.canary.level = level;
      return {};
    }
  }
  return "must be off, read or write";
}

// What is as it is by default is not shown.

Texts show_canary_level(const EnsembleSettings& ensemble) {
  const auto* const level = std::ranges::find(kLevels, ensemble.canary.level,
                                              &std::pair<std::string_view, CanaryLevel>::second);
  return ensemble.canary.level == CanaryLevel::kOff ? Texts() : Texts{std::string(level->first)};
}

std::string read_canary_path(const Texts& texts, EnsembleSettings& ensemble) {
  const std::string_view path = texts.front();
  const auto parts = split(path.substr(path.starts_with('/') ? 1 : 0), '/');
  const bool has_good_parts = std::ranges::none_of(
      parts, [](std::string_view part) { return part.empty() || part == "." || part == ".."; });
  if (!path.starts_with('/') || !has_good_parts || !is_plain(path)) {
    return "must be the path of a znode, such as /zookeeper-exporter: names without blanks after "
           "single slashes, without . and .. as names, at most 200 bytes";
  }
  if (parts.front() == "zookeeper") {
    return "is below /zookeeper, which the servers keep for themselves; choose another one, such "
           "as /zookeeper-exporter";
  }
  ensemble.canary.path = path;
  return {};
}

Texts show_canary_path(const EnsembleSettings& ensemble) {
  return ensemble.canary.path == CanarySettings().path ? Texts() : Texts{ensemble.canary.path};
}

/// Where none is given.
milliseconds timeout_for(milliseconds interval) {
  return std::min(CanarySettings().timeout, interval / 2);
}

/// Brings the timeout that belongs to it; one that is given comes after.
std::string read_canary_interval(const Texts& texts, EnsembleSettings& ensemble) {
  const auto interval = read_duration(texts.front(), kIntervalBounds, "10s");
  if (!interval) {
    return interval.error().detail();
  }
  if (*interval < kShortestInterval || *interval > kLongestInterval) {
    return "is " + to_string(*interval) + "; choose " + std::string(kIntervalBounds);
  }
  ensemble.canary.interval = *interval;
  ensemble.canary.timeout = timeout_for(*interval);
  return {};
}

Texts show_canary_interval(const EnsembleSettings& ensemble) {
  const auto interval = ensemble.canary.interval;
  return interval == CanarySettings().interval ? Texts() : Texts{to_string(interval)};
}

std::string read_canary_timeout(const Texts& texts, EnsembleSettings& ensemble) {
  const auto timeout = read_duration(texts.front(), kTimeoutBounds, "5s or 500ms");
  if (!timeout) {
    return timeout.error().detail();
  }
  if (*timeout < kShortestTimeout || *timeout > kLongestTimeout ||
      *timeout >= ensemble.canary.interval) {
    return "is " + to_string(*timeout) + "; choose " + std::string(kTimeoutBounds) + " of " +
           to_string(ensemble.canary.interval);
  }
  ensemble.canary.timeout = *timeout;
  return {};
}

Texts show_canary_timeout(const EnsembleSettings& ensemble) {
  const auto& canary = ensemble.canary;
  return canary.timeout == timeout_for(canary.interval) ? Texts()
                                                        : Texts{to_string(canary.timeout)};
}

std::string read_auth_file(const Texts& texts, EnsembleSettings& ensemble) {
  ensemble.canary.auth_file = texts.front();
  return find_file_name_mistake(texts.front());
}

Texts show_auth_file(const EnsembleSettings& ensemble) {
  return ensemble.canary.auth_file.empty() ? Texts() : Texts{ensemble.canary.auth_file};
}

constexpr auto kTable = std::to_array<Setting>({
    {
        .flag = "zookeeper.canary.level",
        .key = "ensembles[].canary.level",
        .group = kGroup,
        .placeholder = "LEVEL",
        .help = "what is tried as a client of each member; read writes nothing",
        .otherwise = {"", "off"},
        .bounds = "off, read or write",
        .read_for = read_canary_level,
        .show_of = show_canary_level,
    },
    {
        .flag = "zookeeper.canary.path",
        .key = "ensembles[].canary.path",
        .group = kGroup,
        .placeholder = "PATH",
        .help = "znode below which level write keeps its own",
        .otherwise = {"", "/zookeeper-exporter"},
        .bounds = "names without blanks after single slashes, no `.` or `..` as a name; at most "
                  "200 bytes, not `/zookeeper` or below it",
        .read_for = read_canary_path,
        .show_of = show_canary_path,
    },
    {
        .flag = "zookeeper.canary.interval",
        .key = "ensembles[].canary.interval",
        .group = kGroup,
        .placeholder = "DURATION",
        .help = "time between two rounds at a member",
        .otherwise = {"", "10s"},
        .bounds = kIntervalBounds,
        .read_for = read_canary_interval,
        .show_of = show_canary_interval,
    },
    {
        .flag = "zookeeper.canary.timeout",
        .key = "ensembles[].canary.timeout",
        .group = kGroup,
        .placeholder = "DURATION",
        .help = "deadline of each operation",
        .otherwise = {"", "half the interval, at most 5s"},
        .bounds = kTimeoutBounds,
        .read_for = read_canary_timeout,
        .show_of = show_canary_timeout,
    },
    {
        .flag = "zookeeper.canary.auth-file",
        .key = "ensembles[].canary.auth_file",
        .group = kGroup,
        .placeholder = "FILE",
        .help = "file with user:password of a digest, read again with the configuration file",
        .otherwise = {"", "none"},
        .bounds = "one line",
        .read_for = read_auth_file,
        .show_of = show_auth_file,
    },
});

}  // namespace

std::span<const Setting> canary_table() { return kTable; }

}  // namespace zke
