#include "config/against.hpp"

#include "config/difference.hpp"
#include "config/yaml.hpp"
#include "http/fetch.hpp"

namespace zke {

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
    changes = find_changes(read_config_text(place + kPage, *running).settings, settings);
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
