#include "config/table.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "base/duration.hpp"
#include "config/values.hpp"

namespace zke {

namespace {

using Texts = std::vector<std::string>;
using std::chrono::milliseconds;

constexpr milliseconds kShortestInterval = std::chrono::seconds(1);
constexpr milliseconds kLongestInterval = std::chrono::hours(1);
constexpr milliseconds kShortestTimeout(10);
constexpr std::string_view kIntervalBounds = "1s to 1h";
constexpr std::string_view kTimeoutBounds = "10ms to the interval";

template <class T>
std::string put(Result<T> value, T& into) {
  if (!value) {
    return value.error().detail();
  }
  into = *std::move(value);
  return {};
}

std::string check_interval(const Settings& settings) {
  const auto interval = settings.poll.interval;
  return interval < kShortestInterval || interval > kLongestInterval
             ? "is " + to_string(interval) + "; choose " + std::string(kIntervalBounds)
             : "";
}

std::string check_timeout(const Settings& settings) {
  const auto& poll = settings.poll;
  return poll.timeout < kShortestTimeout || poll.timeout > poll.interval
             ? "is " + to_string(poll.timeout) + "; choose " + to_string(kShortestTimeout) +
                   " to the poll.interval of " + to_string(poll.interval)
             : "";
}

Texts show_listeners(const Settings& settings) {
  Texts texts;
  for (const auto& address : settings.listen) {
    texts.push_back(to_string(address));
  }
  return texts;
}

constexpr auto kFirst = std::to_array<Setting>({
    {
        .flag = "config.file",
        .group = "Configuration",
        .placeholder = "FILE",
        .help = "YAML file with ensembles and settings; flags override it",
    },
    {
        .flag = "config.check",
        .group = "Configuration",
        .help = "check the file and the flags, say what is wrong, and exit",
    },
    {
        .flag = "against",
        .group = "Configuration",
        .placeholder = "URL",
        .help = "with --config.check: say also what would change at the exporter that runs there",
        .bounds = "`http://HOST:PORT`, also with a path before that of its pages",
    },
    {
        .flag = "canary.cleanup",
        .group = "Configuration",
        .help = "remove the znodes that canaries have made in all ensembles, and exit",
    },
    {
        .flag = "config.watch",
        .group = "Configuration",
        .help = "read the file again when it changes; this is the default",
    },
    {
        .flag = "no-config.watch",
        .group = "Configuration",
        .help = "read it again on SIGHUP and POST /-/reload only",
    },
    {
        .flag = "zookeeper.servers",
        .key = "ensembles[].members",
        .group = "ZooKeeper",
        .placeholder = "HOST:PORT,...",
        .is_list = true,
        .help = "members of one ensemble, instead of the file's ensembles",
        .otherwise = {"localhost:2181"},
        .bounds = "at least one, at most 10,000 in all; no server twice",
    },
    {
        .flag = "zookeeper.observers",
        .key = "ensembles[].observers",
        .group = "ZooKeeper",
        .placeholder = "HOST:PORT,...",
        .is_list = true,
        .help = "further members, which never count as voters where no server tells",
        .bounds = "as above, and not among the members",
    },
    {
        .flag = "zookeeper.ensemble",
        .key = "ensembles[].name",
        .group = "ZooKeeper",
        .placeholder = "NAME",
        .help = "name of that ensemble",
        .otherwise = {"default"},
        .bounds = "1 to 100 bytes, printable, no blank at an end; no name twice",
    },
    {
        .flag = "poll.interval",
        .key = "poll.interval",
        .group = "ZooKeeper",
        .placeholder = "DURATION",
        .help = "time between two polls of a member",
        .otherwise = {"10s"},
        .bounds = kIntervalBounds,
        .read =
            [](const Texts& texts, Settings& settings) {
              return put(read_duration(texts.front(), kIntervalBounds, "10s"),
                         settings.poll.interval);
            },
        .show = [](const Settings& settings) { return Texts{to_string(settings.poll.interval)}; },
        .check = check_interval,
    },
    {
        .flag = "poll.timeout",
        .key = "poll.timeout",
        .group = "ZooKeeper",
        .placeholder = "DURATION",
        .help = "deadline of one poll",
        .otherwise = {"3s", ", or the interval if that is shorter"},
        .bounds = kTimeoutBounds,
        .read =
            [](const Texts& texts, Settings& settings) {
              return put(read_duration(texts.front(), kTimeoutBounds, "3s or 500ms"),
                         settings.poll.timeout);
            },
        .show = [](const Settings& settings) { return Texts{to_string(settings.poll.timeout)}; },
        .check = check_timeout,
    },
});

constexpr auto kLast = std::to_array<Setting>({
    {
        .flag = "web.listen-address",
        .key = "http.listen",
        .group = "Web",
        .placeholder = "[HOST]:PORT",
        .is_list = true,
        .help = "where to serve HTTP; may be given several times",
        .otherwise = {":9141"},
        .bounds = "1 to 100; no port twice, `:9141` takes it on all addresses; port 0 picks a "
                  "free one, which is logged",
        .read = [](const Texts& texts,
                   Settings& settings) { return put(read_listeners(texts), settings.listen); },
        .show = show_listeners,
    },
    {
        .flag = "web.telemetry-path",
        .key = "http.telemetry_path",
        .group = "Web",
        .placeholder = "PATH",
        .help = "path of the metrics",
        .otherwise = {"/metrics"},
        .bounds = "letters, digits and `-._~` between single slashes, no `.` or `..` as a part; "
                  "not `/livez`, `/readyz`, `/probe`, `/health`, `/config`, `/-` or below them",
        .read =
            [](const Texts& texts, Settings& settings) {
              return put(read_telemetry_path(texts.front()), settings.telemetry_path);
            },
        .show = [](const Settings& settings) { return Texts{settings.telemetry_path}; },
    },
    {
        .flag = "web.enable-lifecycle",
        .group = "Web",
        .help = "allow POST /-/reload, which reads the file again",
    },
    {
        .flag = "log.level",
        .key = "log.level",
        .group = "Log (to stderr)",
        .placeholder = "LEVEL",
        .help = kLevels,
        .otherwise = {"info"},
        .read =
            [](const Texts& texts, Settings& settings) {
              return put(read_level(texts.front()), settings.log_level);
            },
        .show =
            [](const Settings& settings) {
              return Texts{std::string(to_string(settings.log_level))};
            },
    },
    {
        .flag = "log.format",
        .key = "log.format",
        .group = "Log (to stderr)",
        .placeholder = "FORMAT",
        .help = kFormats,
        .otherwise = {"logfmt"},
        .read =
            [](const Texts& texts, Settings& settings) {
              return put(read_format(texts.front()), settings.log_format);
            },
        .show =
            [](const Settings& settings) {
              return Texts{std::string(to_string(settings.log_format))};
            },
    },
    {.flag = "help", .group = "General", .help = "show this text and exit"},
    {.flag = "version", .group = "General", .help = "show the version and exit"},
});

}  // namespace

std::span<const Setting> settings_table() {
  static const auto all = [] {
    std::vector<Setting> rows(kFirst.begin(), kFirst.end());
    const auto of_ensembles = ensemble_table();
    rows.insert(rows.end(), of_ensembles.begin(), of_ensembles.end());
    rows.insert(rows.end(), kLast.begin(), kLast.end());
    return rows;
  }();
  return all;
}

}  // namespace zke
