#include "config/flags.hpp"

#include <utility>

#include "config/command_line.hpp"

namespace zke {

namespace {

/// A file is watched unless it was said otherwise.
bool is_watched(const GivenFlags& flags) {
  const bool has_file = flags.contains("config.file");
  if (flags.contains("config.watch") && !has_file) {
    throw ConfigError("--config.watch watches the file of --config.file; give both or neither");
  }
  if (flags.contains("config.watch") && flags.contains("no-config.watch")) {
    throw ConfigError("--config.watch and --no-config.watch contradict each other; give one");
  }
  return has_file && !flags.contains("no-config.watch");
}

std::optional<HttpUrl> read_against(const GivenFlags& flags) {
  const auto found = flags.find("against");
  if (found == flags.end()) {
    return std::nullopt;
  }
  const auto url = parse_http_url(found->second.front());
  if (!url) {
    throw ConfigError("--against " + url.error().detail());
  }
  if (!flags.contains("config.check")) {
    throw ConfigError("--against is for --config.check only; give both");
  }
  return *url;
}

}  // namespace

Invocation read_flags(const std::vector<std::string>& arguments) {
  using What = Invocation::What;
  auto flags = parse_command_line(arguments);
  Invocation invocation;
  if (flags.contains("config.check") && flags.contains("canary.cleanup")) {
    throw ConfigError("--config.check changes nothing, --canary.cleanup does; give one");
  }
  invocation.what = flags.contains("help")             ? What::kShowHelp
                    : flags.contains("version")        ? What::kShowVersion
                    : flags.contains("config.check")   ? What::kCheckConfig
                    : flags.contains("canary.cleanup") ? What::kCleanUpCanary
                                                       : What::kRun;
  if (invocation.what == What::kShowHelp || invocation.what == What::kShowVersion) {
    return invocation;
  }
  invocation.against = read_against(flags);
  invocation.is_watched = is_watched(flags);
  invocation.has_lifecycle = flags.contains("web.enable-lifecycle");
  invocation.source = ConfigSource(std::move(flags));
  invocation.config = invocation.source.read();
  return invocation;
}

std::string help_text() {
  return "zookeeper-exporter polls every member of ZooKeeper ensembles and serves what it finds "
         "to\n"
         "Prometheus on /metrics. Without flags it polls localhost:2181.\n\n"
         "Usage: zookeeper-exporter [--name=value]...\n" +
         list_flags();
}

}  // namespace zke
