#include "config/against.hpp"

#include <string_view>
#include <utility>

#include "config/difference.hpp"
#include "config/table.hpp"
#include "config/yaml.hpp"
#include "http/fetch.hpp"

namespace zke {

namespace {

/// Reads what /config said: every key stands there, as to_yaml writes it. Else, defaults would be
/// taken for what runs; a page with nothing in it is a configuration as well.
Settings read_running(const std::string& page, const std::string& text) {
  auto draft = read_config_text(page, text);
  const auto require = [&](std::string_view key) {
    if (!draft.has(key)) {
      throw ConfigError(page + " does not name " + std::string(key));
    }
  };
  for (const auto& setting : settings_table()) {
    if (setting.show != nullptr) {
      require(setting.key);
    }
  }
  require("ensembles");
  return std::move(draft.settings);
}

}  // namespace

Result<std::string> compare_with_running(const HttpUrl& url, const Settings& settings) {
  constexpr auto kPatience = std::chrono::seconds(5);
  constexpr auto* kPage = "/config";
  const auto place = to_string(url);
  const auto running = fetch_now(url, kPage, kPatience);
  if (!running) {
    return Error(running.error().reason(), place + kPage +
                                               " can't be asked: " + running.error().detail() +
                                               "; check that an exporter runs there");
  }
  std::vector<std::string> changes;
  try {
    changes = find_changes(read_running(place + kPage, *running), settings);
  } catch (const ConfigError& e) {
    return Error(Reason::kMalformed,
                 std::string(e.what()) + "; check that an exporter of this version runs there");
  }
  if (changes.empty()) {
    return "Against " + place + ": nothing would change.\n";
  }
  std::string text = "Against " + place + " these would change:\n";
  for (const auto& change : changes) {
    text += "  " + change + "\n";
  }
  return text;
}

}  // namespace zke
