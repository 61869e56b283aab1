#include "config/table.hpp"

#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

#include "base/text.hpp"
#include "config/document.hpp"
#include "config/flags.hpp"
#include "config/values.hpp"
#include "config/yaml.hpp"
#include "support/files.hpp"

using namespace zke;
using namespace std::chrono_literals;

namespace {

/// The file that gives one setting.
std::string file_with(const Setting& setting, const std::string& value) {
  auto key = setting.key;
  const auto section = std::string(take_until(key, '.'));
  const auto shown = "\"" + value + "\"";
  return section + ": {" + std::string(key) + ": " + (setting.is_list ? "[" + shown + "]" : shown) +
         "}";
}

/// What stands in the page after `from` and before `to`.
std::string part_of(const std::string& page, const std::string& from, const std::string& to) {
  const auto begin = page.find(from) + from.size();
  return page.substr(begin, page.find(to, begin) - begin);
}

}  // namespace

TEST_CASE("every default, given as a flag, changes nothing", "[config]") {
  for (const auto& setting : settings_table()) {
    CAPTURE(setting.flag);
    if (!setting.otherwise.value.empty()) {
      const auto flag =
          "--" + std::string(setting.flag) + "=" + std::string(setting.otherwise.value);
      CHECK(read_flags({flag}).config.settings == Settings());
    }
  }
}

TEST_CASE("every default, given in the file, changes nothing and is read from its key",
          "[config]") {
  for (const auto& setting : settings_table()) {
    CAPTURE(setting.key);
    if (setting.read != nullptr) {
      const auto draft =
          read_config_text("x", file_with(setting, std::string(setting.otherwise.value)));

      CHECK(draft.settings == Settings());
      REQUIRE(draft.has(setting.key));
      CHECK(draft.places.find(setting.key)->second == "x:1: " + std::string(setting.key));
    }
  }
}

TEST_CASE("a bad value is told alike of the flag and of the key", "[config]") {
  const std::string bad = "?";
  for (const auto& setting : settings_table()) {
    CAPTURE(setting.key);
    if (setting.read != nullptr) {
      Settings settings;
      const auto mistake = setting.read({bad}, settings);

      CHECK_FALSE(mistake.empty());
      CHECK(settings == Settings());
      CHECK_THROWS_WITH(read_flags({"--" + std::string(setting.flag) + "=" + bad}),
                        "--" + std::string(setting.flag) + " " + mistake);
      CHECK_THROWS_WITH(read_config_text("x", file_with(setting, bad)),
                        "x:1: " + std::string(setting.key) + " " + mistake);
    }
  }
}

TEST_CASE("no flag and no key stands twice in the table, and each flag has a help", "[config]") {
  std::set<std::string_view> names;
  for (const auto& setting : settings_table()) {
    CAPTURE(setting.flag);
    CHECK(names.insert(setting.flag).second);
    CHECK((setting.key.empty() || setting.key == setting.flag || names.insert(setting.key).second));
    CHECK_FALSE(setting.help.empty());
  }
}

TEST_CASE("the bounds of the path of /metrics name all paths that are taken", "[config]") {
  const auto table = settings_table();
  const auto row = std::ranges::find(table, "http.telemetry_path", &Setting::key);
  REQUIRE(row != table.end());
  for (const auto path : kTakenPaths) {
    CAPTURE(path);
    CHECK(row->bounds.find("`" + std::string(path) + "`") != std::string_view::npos);
  }
}

TEST_CASE("settings can be compared", "[config]") {
  CHECK(read_flags({}).config.settings == Settings());
  CHECK(read_flags({"--log.level=debug"}).config.settings != Settings());
  CHECK(read_flags({"--poll.timeout=2s"}).config.settings != Settings());
  CHECK(read_flags({"--zookeeper.servers=localhost:2182"}).config.settings != Settings());
}

TEST_CASE("the longest and the shortest interval and timeout are taken", "[config]") {
  CHECK(read_flags({"--poll.interval=1s"}).config.settings.poll.interval == 1s);
  CHECK(read_flags({"--poll.interval=1h"}).config.settings.poll.interval == 1h);
  CHECK_THROWS_WITH(read_flags({"--poll.interval=999ms"}),
                    "--poll.interval is 999ms; choose 1s to 1h");
  CHECK_THROWS_WITH(read_flags({"--poll.interval=1h1ms"}),
                    "--poll.interval is 1h1ms; choose 1s to 1h");
  CHECK(read_flags({"--poll.timeout=10ms"}).config.settings.poll.timeout == 10ms);
  CHECK(read_flags({"--poll.timeout=10s"}).config.settings.poll.timeout == 10s);
  CHECK_THROWS_WITH(read_flags({"--poll.timeout=9ms"}),
                    "--poll.timeout is 9ms; choose 10ms to the poll.interval of 10s");
}

TEST_CASE("docs/configuration.md lists what the table says (make golden)", "[config]") {
  const std::string name = "../docs/configuration.md";
  const auto document = with_settings_table(test::read_file(name));

  const auto expected = test::golden(name, document);

  CHECK_THAT(test::first_difference(expected, document), Catch::Equals(""));
  for (const auto& setting : settings_table()) {
    CAPTURE(setting.flag);
    CHECK(document.find("| `--" + std::string(setting.flag) + "` | ") != std::string::npos);
  }
}

TEST_CASE("the whole file in docs/configuration.md is good and has every key", "[config]") {
  const auto page = test::read_file("../docs/configuration.md");
  const auto file = part_of(page, "```yaml\n", "```");

  CHECK(read_config_text("x", file).settings.ensembles.size() == 2);
  for (const auto& setting : settings_table()) {
    CAPTURE(setting.key);
    const auto key = std::string(setting.key.substr(setting.key.rfind('.') + 1));
    CHECK((key.empty() || file.find(" " + key + ":") != std::string::npos));
  }
}
