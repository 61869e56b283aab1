#include "config/flags.hpp"

#include <filesystem>
#include <fstream>
#include <regex>
#include <unistd.h>
#include <utility>

#include <catch2/catch.hpp>

#include "base/duration.hpp"

using namespace zke;
using namespace std::chrono_literals;

namespace {

using Arguments = std::vector<std::string>;

const std::string file_flag =
    std::string("--config.file=") + TESTS_DIR "/data/config/everything.good.yml";

Settings settings_of(const Arguments& arguments) { return read_flags(arguments).config.settings; }

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
  CHECK(invocation.config.settings.ensembles.at(0).name == "default");
  CHECK(invocation.config.settings.ensembles.at(0).members ==
        std::vector<Address>{{"localhost", 2181}});
  CHECK(invocation.config.settings.listen == std::vector<Address>{{"", 9141}});
  CHECK(invocation.config.settings.poll.interval == 10s);
  CHECK(invocation.config.settings.poll.timeout == 3s);
  CHECK(invocation.config.settings.telemetry_path == "/metrics");
  CHECK(invocation.config.settings.log_level == log::Level::kInfo);
  CHECK(invocation.config.settings.log_format == log::Format::kLogfmt);
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

TEST_CASE("interval and timeout are judged together, wherever each comes from", "[config]") {
  const auto judged = [](const std::string& file, const Arguments& flags) {
    const std::string path = "/tmp/zke-poll-" + std::to_string(getpid()) + ".yml";
    std::ofstream(path) << "poll: {" << file << "}\n";
    auto arguments = flags;
    arguments.push_back("--config.file=" + path);
    auto mistake = mistake_in(arguments);
    if (mistake.empty()) {
      mistake = to_string(settings_of(arguments).poll.timeout);
    }
    std::filesystem::remove(path);
    return std::regex_replace(mistake, std::regex(path), "FILE");
  };
  CHECK(judged("interval: 2s", {}) == "2s");
  CHECK(judged("interval: 2s", {"--poll.interval=1s"}) == "1s");
  CHECK(judged("interval: 2s", {"--poll.interval=1m"}) == "3s");
  CHECK(judged("interval: 1m", {"--poll.interval=2s"}) == "2s");
  CHECK(judged("interval: 2s", {"--poll.timeout=1s"}) == "1s");
  CHECK(judged("interval: 1m, timeout: 3s", {"--poll.interval=5s"}) == "3s");
  CHECK(judged("timeout: 20s", {"--poll.interval=1m"}) == "20s");
  CHECK(judged("timeout: 20s", {"--poll.timeout=2s"}) == "2s");
  CHECK(judged("interval: 5s, timeout: 3s", {"--poll.interval=2s"}) ==
        "FILE:1: poll.timeout is 3s; choose 10ms to the poll.interval of 2s");
  CHECK(judged("timeout: 3s", {"--poll.interval=2s"}) ==
        "FILE:1: poll.timeout is 3s; choose 10ms to the poll.interval of 2s");
  CHECK(judged("timeout: 20s", {}) ==
        "FILE:1: poll.timeout is 20s; choose 10ms to the poll.interval of 10s");
  CHECK(judged("interval: 2s", {"--poll.timeout=3s"}) ==
        "--poll.timeout is 3s; choose 10ms to the poll.interval of 2s");
}

TEST_CASE("observers of the flags are polled after the servers", "[config]") {
  const auto settings = settings_of({"--zookeeper.observers=c:1", "--zookeeper.servers=a:1,b:1"});

  CHECK(settings.ensembles.at(0).members == std::vector<Address>{{"a", 1}, {"b", 1}, {"c", 1}});
  CHECK(settings.ensembles.at(0).observers == std::vector<Address>{{"c", 1}});
}

TEST_CASE("the default ensemble can be given a name", "[config]") {
  CHECK(settings_of({"--zookeeper.ensemble=orders"}).ensembles.at(0).name == "orders");
}

TEST_CASE("a check may compare with an exporter that runs", "[config]") {
  const auto against = read_flags({"--config.check", "--against=http://zk-x:9141/"}).against;

  REQUIRE(against);
  CHECK(to_string(*against) == "http://zk-x:9141");
  CHECK_FALSE(read_flags({"--config.check"}).against);
}

TEST_CASE("a bad flag is refused with the reason and the remedy", "[config]") {
  const auto cases = std::to_array<std::pair<Arguments, std::string>>({
      {{"--pol.interval=10s"}, "--pol.interval=10s is not a known flag; see --help"},
      {{"--poll.inter=10s"}, "--poll.inter=10s is not a known flag; see --help"},
      {{"zk-0:2181"},
       "\"zk-0:2181\" stands alone: only flags are expected (--name=value); write "
       "--zookeeper.servers=zk-0:2181"},
      {{"stray"}, "\"stray\" stands alone: only flags are expected (--name=value); see --help"},
      {{""}, "\"\" stands alone: only flags are expected (--name=value); see --help"},
      {{"--"}, "\"--\" is no flag; see --help"},
      {{"--", "--help"}, "\"--\" is no flag; see --help"},
      {{"---help"}, "---help is not a known flag; see --help"},
      {{"-h"}, "\"-h\" is no flag; see --help"},
      {{"-config.file=x"}, "\"-config.file=x\" begins with one dash; write --config.file=x"},
      {{"--poll.interval=10s", "20s"},
       "\"20s\" stands alone: only flags are expected (--name=value); see --help"},
      {{"--config.check", "x.yml"},
       "\"x.yml\" stands alone: only flags are expected (--name=value); see --help"},
      {{"--poll.interval"},
       "the required argument for option '--poll.interval' is missing; see --help"},
      {{"--log.level="}, "--log.level is empty; give it a value or leave it out"},
      {{"--poll.interval=10s", "--poll.interval=20s"},
       "option '--poll.interval' cannot be specified more than once; see --help"},
      {{"--help=yes"}, "option '--help' does not take any arguments; see --help"},
      {{"--poll.interval=10"},
       "--poll.interval is \"10\", no duration; write one of 1s to 1h, such as 10s"},
      {{"--poll.interval=107000d"},
       "--poll.interval is \"107000d\", no duration; write one of 1s to 1h, such as 10s"},
      {{"--poll.timeout=3"},
       "--poll.timeout is \"3\", no duration; write one of 10ms to the interval, such as 3s or "
       "500ms"},
      {{"--poll.timeout=0s"}, "--poll.timeout is 0s; choose 10ms to the poll.interval of 10s"},
      {{"--poll.interval=10ms"}, "--poll.interval is 10ms; choose 1s to 1h"},
      {{"--poll.timeout=11s"}, "--poll.timeout is 11s; choose 10ms to the poll.interval of 10s"},
      {{"--against=http://a:1"}, "--against is for --config.check only; give both"},
      {{"--config.check", "--against=https://a:1"},
       "--against is https, which is not spoken here; write http://HOST:PORT"},
      {{"--zookeeper.servers=zk-0"}, "--zookeeper.servers \"zk-0\" has no port; write zk-0:2181"},
      {{"--zookeeper.servers=a:1,b:1,"},
       "--zookeeper.servers \"a:1,b:1,\" has an empty entry, a comma too many; write a:1,b:1"},
      {{"--zookeeper.servers=a:1;b:1"},
       "--zookeeper.servers \"a:1;b:1\" has separators that are no commas; write a:1,b:1"},
      {{"--zookeeper.servers=zk-0:1,ZK-0:1"},
       "--zookeeper.servers zk-0:1 is listed twice; a member belongs to one ensemble, once"},
      {{"--zookeeper.servers=zk:1,zk.:1"},
       "--zookeeper.servers zk.:1 is listed twice, the other time as zk:1; a member belongs to one "
       "ensemble, once"},
      {{"--zookeeper.servers=a:1", "--zookeeper.observers=a:1"},
       "--zookeeper.observers a:1 is among the members and the observers; list it in one of them"},
      {{"--zookeeper.observers=a:1"},
       "--zookeeper.observers adds to --zookeeper.servers; give both"},
      {{"--zookeeper.ensemble=a\x01"},
       "--zookeeper.ensemble must be 1 to 100 bytes of printable text"},
      {{file_flag, "--zookeeper.ensemble=a"},
       "--zookeeper.ensemble names the servers of --zookeeper.servers; give both or neither"},
      {{"--web.listen-address=9141"}, "--web.listen-address \"9141\" is a port alone; write :9141"},
      {{"--web.listen-address=:1,:1"}, "--web.listen-address lists :1 twice; list it once"},
      {{"--web.listen-address=:1", "--web.listen-address=127.0.0.1:1"},
       "--web.listen-address lists :1 and 127.0.0.1:1, which take the same port; list one of them"},
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

TEST_CASE("no more than 100 addresses are listened on", "[config]") {
  Arguments flags(100, "--web.listen-address=:0");
  CHECK(settings_of(flags).listen.size() == 100);
  flags.emplace_back("--web.listen-address=:1");
  CHECK(mistake_in(flags) ==
        "--web.listen-address lists more than 100 addresses; :9141 alone takes a port on all of "
        "them");
}

TEST_CASE("a path that only begins like another page's is free", "[config]") {
  for (const auto* path : {"/healthy/metrics", "/probes", "/livezoo", "/configs", "/-m"}) {
    CAPTURE(path);
    CHECK(mistake_in({std::string("--web.telemetry-path=") + path}).empty());
  }
}

TEST_CASE("the paths of other pages are taken", "[config]") {
  for (const auto* path : {"/",
                           "//",
                           "/livez",
                           "/livez/loop",
                           "/readyz",
                           "/probe/liveness",
                           "/health/ensemble",
                           "/config",
                           "/-/reload",
                           "metrics",
                           "/a b",
                           "/a?b",
                           "/a#b",
                           "/a%20",
                           "/a*",
                           "/a\nb",
                           "/..",
                           "/a/../b",
                           "/./a",
                           "/a/.",
                           "/a//b",
                           "/a;b",
                           "/a\\b",
                           "/\xC3\xA9",
                           "/a\"b",
                           ""}) {
    CAPTURE(path);
    CHECK_FALSE(mistake_in({std::string("--web.telemetry-path=") + path}).empty());
  }
}

TEST_CASE("the help names every flag and every default", "[config]") {
  std::string help = help_text();
  help = std::regex_replace(help, std::regex("[ \\n]+"), " ");  // it is broken into lines
  for (const auto* flag :
       {"config.file", "config.check", "against", "zookeeper.servers", "zookeeper.observers",
        "zookeeper.ensemble", "poll.interval", "poll.timeout", "web.listen-address",
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

TEST_CASE("a file is watched unless it was said otherwise", "[config]") {
  CHECK_FALSE(read_flags({}).is_watched);
  CHECK_FALSE(read_flags({"--no-config.watch"}).is_watched);
  CHECK(read_flags({file_flag}).is_watched);
  CHECK(read_flags({file_flag, "--config.watch"}).is_watched);
  CHECK_FALSE(read_flags({file_flag, "--no-config.watch"}).is_watched);
  CHECK(mistake_in({"--config.watch"}) ==
        "--config.watch watches the file of --config.file; give both or neither");
  CHECK(mistake_in({file_flag, "--config.watch", "--no-config.watch"}) ==
        "--config.watch and --no-config.watch contradict each other; give one");
}

TEST_CASE("reloads by HTTP must be allowed", "[config]") {
  CHECK_FALSE(read_flags({file_flag}).has_lifecycle);
  CHECK(read_flags({file_flag, "--web.enable-lifecycle"}).has_lifecycle);
}
