#include "config/flags.hpp"

#include <regex>
#include <utility>

#include <catch2/catch.hpp>

using namespace zke;
using namespace std::chrono_literals;

namespace {

using Arguments = std::vector<std::string>;

const std::string file_flag =
    std::string("--config.file=") + TESTS_DIR "/data/config/everything.good.yml";

Settings settings_of(const Arguments& arguments) { return read_flags(arguments).settings; }

std::string mistake_in(const Arguments& arguments) {
  try {
    read_flags(arguments);
  } catch (const ConfigError& e) {
    return e.what();
  }
  return {};
}

}  // namespace

TEST_CASE("without flags localhost is polled and served on port 9141", "[config]") {
  const auto invocation = read_flags({});

  CHECK(invocation.what == Invocation::What::kRun);
  CHECK(invocation.settings.ensembles.at(0).name == "default");
  CHECK(invocation.settings.ensembles.at(0).members == std::vector<Address>{{"localhost", 2181}});
  CHECK(invocation.settings.listen == std::vector<Address>{{"", 9141}});
  CHECK(invocation.settings.poll.interval == 10s);
  CHECK(invocation.settings.poll.timeout == 3s);
}

TEST_CASE("help and version win over everything else", "[config]") {
  CHECK(read_flags({"--help"}).what == Invocation::What::kShowHelp);
  CHECK(read_flags({"--version", "--config.file=/no/such/file"}).what ==
        Invocation::What::kShowVersion);
  CHECK(read_flags({"--help", "--poll.interval=soon"}).what == Invocation::What::kShowHelp);
}

TEST_CASE("a check reads the file", "[config]") {
  CHECK(read_flags({"--config.check", file_flag}).what == Invocation::What::kCheckConfig);
  CHECK_THROWS_AS(read_flags({"--config.check", "--config.file=/no/such/file"}), ConfigError);
}

TEST_CASE("a flag's value may be a word of its own", "[config]") {
  CHECK(settings_of({"--poll.interval", "20s"}).poll.interval == 20s);
}

TEST_CASE("every flag arrives", "[config]") {
  const auto settings =
      settings_of({"--zookeeper.servers=zk-0:2181, ZK-1:2181", "--zookeeper.servers=[::1]:2181",
                   "--zookeeper.ensemble=orders", "--poll.interval=1m", "--poll.timeout=5s",
                   "--web.listen-address=:1", "--web.listen-address=localhost:2,[::1]:3",
                   "--web.telemetry-path=/m", "--log.level=warn", "--log.format=json"});

  REQUIRE(settings.ensembles.size() == 1);
  CHECK(settings.ensembles[0].name == "orders");
  CHECK(settings.ensembles[0].members ==
        std::vector<Address>{{"zk-0", 2181}, {"zk-1", 2181}, {"::1", 2181}});
  CHECK(settings.poll.interval == 1min);
  CHECK(settings.poll.timeout == 5s);
  CHECK(settings.listen == std::vector<Address>{{"", 1}, {"localhost", 2}, {"::1", 3}});
  CHECK(settings.telemetry_path == "/m");
  CHECK(settings.log_level == log::Level::kWarn);
  CHECK(settings.log_format == log::Format::kJson);
}

TEST_CASE("flags win over the file, which wins over the defaults", "[config]") {
  const auto settings =
      settings_of({file_flag, "--zookeeper.servers=other:1", "--poll.interval=30s",
                   "--web.listen-address=:1", "--log.level=error"});

  REQUIRE(settings.ensembles.size() == 1);
  CHECK(settings.ensembles[0].name == "default");
  CHECK(settings.ensembles[0].members == std::vector<Address>{{"other", 1}});
  CHECK(settings.poll.interval == 30s);
  CHECK(settings.poll.timeout == 2500ms);
  CHECK(settings.listen == std::vector<Address>{{"", 1}});
  CHECK(settings.telemetry_path == "/zookeeper/metrics");
  CHECK(settings.log_level == log::Level::kError);
  CHECK(settings.log_format == log::Format::kJson);
}

TEST_CASE("the timeout follows an interval that is made shorter", "[config]") {
  CHECK(settings_of({"--poll.interval=1s"}).poll.timeout == 1s);
  CHECK(settings_of({"--poll.interval=1m"}).poll.timeout == 3s);
}

TEST_CASE("the default ensemble can be given a name", "[config]") {
  CHECK(settings_of({"--zookeeper.ensemble=orders"}).ensembles.at(0).name == "orders");
}

TEST_CASE("a bad flag is refused with the reason and the remedy", "[config]") {
  const std::string hint = "; write HOST:PORT, such as zk-0.zk:2181 or [::1]:2181";
  const auto cases = std::to_array<std::pair<Arguments, std::string>>({
      {{"--pol.interval=10s"}, "--pol.interval=10s is not a known flag; see --help"},
      {{"--poll.inter=10s"}, "--poll.inter=10s is not a known flag; see --help"},
      {{"zk-0:2181"}, "only flags are expected (--name=value); see --help"},
      {{"-h"}, "only flags are expected (--name=value); see --help"},
      {{"--poll.interval=10s", "20s"}, "only flags are expected (--name=value); see --help"},
      {{"--poll.interval"},
       "the required argument for option '--poll.interval' is missing; see --help"},
      {{"--log.level="}, "--log.level is empty; give it a value or leave it out"},
      {{"--poll.interval=10s", "--poll.interval=20s"},
       "option '--poll.interval' cannot be specified more than once; see --help"},
      {{"--help=yes"}, "option '--help' does not take any arguments; see --help"},
      {{"--poll.interval=10"},
       "--poll.interval is \"10\", no duration above 0; write one such as 10s, 500ms or 1m30s"},
      {{"--poll.timeout=0s"},
       "--poll.timeout is \"0s\", no duration above 0; write one such as 10s, 500ms or 1m30s"},
      {{"--poll.interval=10ms"}, "--poll.interval is 10ms; choose 1s to 1h"},
      {{"--poll.timeout=11s"}, "--poll.timeout is 11s; choose 10ms to the poll.interval of 10s"},
      {{"--zookeeper.servers=zk-0"}, "--zookeeper.servers \"zk-0\" has no port" + hint},
      {{"--zookeeper.servers=zk-0:2181,"}, "--zookeeper.servers \"\" has no port" + hint},
      {{"--zookeeper.servers=zk-0:1,ZK-0:1"},
       "--zookeeper.servers lists zk-0:1 twice; list it once"},
      {{"--zookeeper.ensemble=a\x01"},
       "--zookeeper.ensemble must be 1 to 100 bytes of printable text"},
      {{file_flag, "--zookeeper.ensemble=a"},
       "--zookeeper.ensemble names the servers of --zookeeper.servers; give both or neither"},
      {{"--web.listen-address=9141"}, "--web.listen-address \"9141\" has no port" + hint},
      {{"--web.telemetry-path=/"},
       "--web.telemetry-path must be a path such as /metrics, and not that of another page"},
      {{"--log.level=loud"}, "--log.level must be debug, info, warn or error"},
      {{"--log.format=xml"}, "--log.format must be logfmt or json"},
      {{"--config.file=/no/such/file"},
       "/no/such/file: cannot be read: No such file or directory; check --config.file and the "
       "file's permissions"},
  });
  for (const auto& [arguments, message] : cases) {
    CHECK(mistake_in(arguments) == message);
  }
}

TEST_CASE("a path that only begins like another page's is free", "[config]") {
  for (const auto* path : {"/healthy/metrics", "/probes", "/livezoo"}) {
    CAPTURE(path);
    CHECK(mistake_in({std::string("--web.telemetry-path=") + path}).empty());
  }
}

TEST_CASE("the paths of other pages are taken", "[config]") {
  for (const auto* path :
       {"/", "//", "/livez", "/livez/loop", "/readyz", "/probe/liveness", "/health/ensemble",
        "metrics", "/a b", "/a?b", "/a#b", "/a%20", "/a*", "/a\nb"}) {
    CAPTURE(path);
    CHECK_FALSE(mistake_in({std::string("--web.telemetry-path=") + path}).empty());
  }
}

TEST_CASE("the help names every flag and every default", "[config]") {
  std::string help = help_text();
  help = std::regex_replace(help, std::regex("[ \\n]+"), " ");  // it is broken into lines
  for (const auto* flag : {"config.file", "config.check", "zookeeper.servers", "zookeeper.ensemble",
                           "poll.interval", "poll.timeout", "web.listen-address",
                           "web.telemetry-path", "log.level", "log.format", "help", "version"}) {
    CAPTURE(flag);
    CHECK(help.find(" --" + std::string(flag) + " ") != std::string::npos);
  }
  for (const auto* value :
       {"localhost:2181", "default: default", "default: 10s", "default: 3s", "default: :9141",
        "default: /metrics", "default: info", "default: logfmt"}) {
    CAPTURE(value);
    CHECK(help.find(value) != std::string::npos);
  }
}
