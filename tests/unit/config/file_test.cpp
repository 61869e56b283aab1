#include "config/file.hpp"

#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "base/text.hpp"
#include "config/flags.hpp"
#include "config/yaml.hpp"
#include "support/files.hpp"

using namespace zke;
using namespace std::chrono_literals;

namespace {

/// The files of tests/data/config whose name ends so, without the folder, sorted.
std::vector<std::string> config_files(std::string_view ending) {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(TESTS_DIR "/data/config")) {
    const auto name = entry.path().filename().string();
    if (name.ends_with(ending)) {
      found.push_back(name);
    }
  }
  std::ranges::sort(found);
  return found;
}

std::string path_of(const std::string& name) { return TESTS_DIR "/data/config/" + name; }

Settings settings_in(const std::string& path) {
  return read_flags({"--config.file=" + path}).config.settings;
}

/// What is wrong with the file, without its name; empty when nothing is.
std::string mistake_in(const std::string& name) {
  try {
    settings_in(path_of(name));
  } catch (const ConfigError& e) {
    const std::string message = e.what();
    const auto start = path_of(name) + ":";
    CHECK(message.starts_with(start));
    return message.substr(start.size());
  }
  return {};
}

}  // namespace

TEST_CASE("every good file is taken", "[config]") {
  const auto files = config_files(".good.yml");
  CHECK(files.size() >= 9);
  for (const auto& name : files) {
    CAPTURE(name);
    CHECK(mistake_in(name).empty());
  }
}

TEST_CASE("every bad file is refused with the place, the reason and the remedy", "[config]") {
  const auto files = config_files(".bad.yml");
  CHECK(files.size() >= 60);
  for (const auto& name : files) {
    CAPTURE(name);
    const auto text = test::read_file("data/config/" + name);
    std::string_view rest = text;
    const auto first = take_line(rest);
    constexpr std::string_view kExpect = "# expect: ";
    REQUIRE(first.starts_with(kExpect));
    const auto mistake = mistake_in(name);
    const std::string expected(first.substr(kExpect.size()));
    // yaml-cpp 0.8 names the anchor that is not defined; 0.7 does not.
    CHECK((mistake == expected || mistake == expected + ": times"));
    CHECK(printable(mistake, mistake.size()) == mistake);
  }
}

TEST_CASE("every key of the file arrives", "[config]") {
  const auto settings = settings_in(path_of("everything.good.yml"));

  CHECK(settings.poll.interval == 15s);
  CHECK(settings.poll.timeout == 2500ms);
  REQUIRE(settings.ensembles.size() == 2);
  CHECK(settings.ensembles[0].name == "orders");
  CHECK(settings.ensembles[0].members ==
        std::vector<Address>{{"zk-0.zk", 2181}, {"10.0.0.1", 2181}, {"2001:db8::1", 2181}});
  CHECK(settings.ensembles[1].name == "caf\xC3\xA9 & co");
  CHECK(settings.member_count() == 4);
  CHECK(settings.listen == std::vector<Address>{{"", 9141}, {"::1", 9142}});
  CHECK(settings.telemetry_path == "/zookeeper/metrics");
  CHECK(settings.log_level == log::Level::kDebug);
  CHECK(settings.log_format == log::Format::kJson);
}

TEST_CASE("an empty file leaves all defaults", "[config]") {
  for (const auto* name : {"empty.good.yml", "comments-only.good.yml"}) {
    CHECK(settings_in(path_of(name)) == Settings());
  }
}

TEST_CASE("an ensemble without a name is the default one", "[config]") {
  CHECK(settings_in(path_of("one-ensemble.good.yml")).ensembles[0].name == "default");
}

TEST_CASE("the timeout follows an interval that is shorter", "[config]") {
  CHECK(settings_in(path_of("short-interval.good.yml")).poll.timeout == 1s);
}

TEST_CASE("a file that cannot be read is named", "[config]") {
  CHECK_THROWS_WITH(read_config_file("/no/such/file.yml"),
                    "/no/such/file.yml: cannot be read: No such file or directory; check "
                    "--config.file and the file's permissions");
  CHECK_THROWS_WITH(read_config_file("/proc"),
                    "/proc: is a directory, not a regular file; check --config.file");
}

TEST_CASE("only regular files of some size are read, and nothing waits for others", "[config]") {
  const std::string pipe = "/tmp/zke-config-pipe-" + std::to_string(getpid());
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  CHECK_THROWS_WITH(read_config_file(pipe),
                    pipe + ": is a pipe, not a regular file; check --config.file");
  unlink(pipe.c_str());
  for (const auto* device : {"/dev/zero", "/dev/null", "/dev/tty"}) {
    CHECK_THROWS_AS(read_config_file(device), ConfigError);
  }
}

TEST_CASE("a path is shown as one printable line", "[config]") {
  CHECK_THROWS_WITH(read_config_file("/no\n\x1B[31m/file"),
                    Catch::StartsWith("/no  [31m/file: cannot be read: "));
}

TEST_CASE("a link to a file is followed, as in a mounted ConfigMap", "[config]") {
  const std::string link = "/tmp/zke-config-link-" + std::to_string(getpid());
  REQUIRE(symlink(path_of("everything.good.yml").c_str(), link.c_str()) == 0);
  CHECK(settings_in(link).member_count() == 4);
  unlink(link.c_str());
}

TEST_CASE("observers are members that are also listed as such", "[config]") {
  const auto ensemble = settings_in(path_of("observers.good.yml")).ensembles.at(0);

  CHECK(ensemble.members == std::vector<Address>{{"a", 1}, {"b", 1}, {"c", 1}});
  CHECK(ensemble.observers == std::vector<Address>{{"c", 1}});
}

TEST_CASE("more members than anybody has are refused", "[config]") {
  std::string text = "ensembles:\n  - members:\n";
  for (int i = 0; i <= 10000; ++i) {
    text += "    - a" + std::to_string(i) + ":1\n";
  }
  CHECK_THROWS_WITH(read_config_text("x", text),
                    "x:10003: ensembles[0].members are more than 10000 in all; give the rest to "
                    "another exporter");
}
