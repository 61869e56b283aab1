#include "config/flags.hpp"

#include <optional>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "config/command_line.hpp"
#include "config/ensembles.hpp"
#include "config/file.hpp"
#include "config/table.hpp"

namespace zke {

namespace {

using Texts = std::vector<std::string>;

[[noreturn]] void fail(std::string_view flag, const std::string& message) {
  throw ConfigError("--" + std::string(flag) + " " + message);
}

std::optional<std::string> find(const GivenFlags& flags, std::string_view name) {
  const auto found = flags.find(name);
  return found == flags.end() ? std::nullopt : std::optional(found->second.front());
}

/// Adds the servers of a flag that may be given several times, with commas.
void add_members(const GivenFlags& flags, std::string_view name, bool is_observer,
                 EnsembleList& ensembles) {
  const auto found = flags.find(name);
  std::vector<Address> servers;
  for (const auto& value : found == flags.end() ? Texts() : found->second) {
    const auto addresses = parse_addresses(value);
    if (!addresses) {
      fail(name, addresses.error().detail());
    }
    servers.insert(servers.end(), addresses->begin(), addresses->end());
  }
  for (const auto& server : servers) {
    if (const auto mistake = ensembles.add_member(server, is_observer); !mistake.empty()) {
      fail(name, mistake);
    }
  }
}

/// The flags' ensemble takes the place of all those of the file.
void read_ensemble(const GivenFlags& flags, Settings& settings) {
  const auto name = find(flags, "zookeeper.ensemble");
  if (name && !find_name_mistake(*name).empty()) {
    fail("zookeeper.ensemble", find_name_mistake(*name));
  }
  if (!flags.contains("zookeeper.servers")) {
    if (name && flags.contains("config.file")) {
      fail("zookeeper.ensemble", "names the servers of --zookeeper.servers; give both or neither");
    }
    if (flags.contains("zookeeper.observers")) {
      fail("zookeeper.observers", "adds to --zookeeper.servers; give both");
    }
    settings.ensembles[0].name = name.value_or(settings.ensembles[0].name);
    return;
  }
  EnsembleList ensembles;
  ensembles.add(name.value_or(std::string(kDefaultEnsemble)));
  add_members(flags, "zookeeper.servers", false, ensembles);
  add_members(flags, "zookeeper.observers", true, ensembles);
  settings.ensembles = ensembles.ensembles();
}

/// The values of a flag; those of a list are taken apart.
Texts split_values(const Setting& setting, const Texts& values) {
  if (!setting.is_list) {
    return values;
  }
  Texts parts;
  for (const auto& value : values) {
    for (const auto part : split(value, ',')) {
      parts.emplace_back(trim(part));
    }
  }
  return parts;
}

void read_table(const GivenFlags& flags, Draft& draft) {
  for (const auto& setting : settings_table()) {
    const auto found = flags.find(setting.flag);
    if (setting.read == nullptr || found == flags.end()) {
      continue;
    }
    const auto texts = split_values(setting, found->second);
    if (const auto mistake = setting.read(texts, draft.settings); !mistake.empty()) {
      fail(setting.flag, mistake);
    }
    draft.places.insert_or_assign(std::string(setting.key), "--" + std::string(setting.flag));
  }
}

}  // namespace

Invocation read_flags(const Texts& arguments) {
  const auto flags = parse_command_line(arguments);
  Invocation invocation;
  if (flags.contains("help")) {
    invocation.what = Invocation::What::kShowHelp;
    return invocation;
  }
  if (flags.contains("version")) {
    invocation.what = Invocation::What::kShowVersion;
    return invocation;
  }
  if (flags.contains("config.check")) {
    invocation.what = Invocation::What::kCheckConfig;
  }
  const auto file = find(flags, "config.file");
  auto draft = file ? read_config_file(*file) : Draft();
  read_ensemble(flags, draft.settings);
  read_table(flags, draft);
  settle_timeout(draft);
  check_together(draft);
  invocation.settings = std::move(draft.settings);
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
