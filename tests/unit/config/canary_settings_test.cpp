#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "config/difference.hpp"
#include "config/flags.hpp"
#include "config/source.hpp"
#include "config/yaml.hpp"
#include "support/folder.hpp"

using namespace zke;
using namespace zke::test;
using namespace std::chrono_literals;

namespace {

using Texts = std::vector<std::string>;

/// An ensemble with this in its map.
Settings with(const std::string& canary) {
  return read_config_text("x", "ensembles: [{name: orders, members: [zk-0:1]" + canary + "}]\n")
      .settings;
}

CanarySettings canary_of(const std::string& map) {
  return with(", canary: " + map).ensembles[0].canary;
}

CanarySettings canary_by(const Texts& flags) {
  return read_flags(flags).config.settings.ensembles.at(0).canary;
}

}  // namespace

TEST_CASE("a canary is off until its level is set", "[config]") {
  CHECK(with("").ensembles[0].canary.level == CanaryLevel::kOff);
  CHECK(canary_of("{interval: 5s}").level == CanaryLevel::kOff);
  CHECK(canary_of("{level: read}").level == CanaryLevel::kRead);
  CHECK(canary_by({}).level == CanaryLevel::kOff);
  const auto canary =
      canary_by({"--zookeeper.canary.level=write", "--zookeeper.canary.path=/c/d",
                 "--zookeeper.canary.timeout=4s", "--zookeeper.canary.interval=1m"});
  CHECK(canary.level == CanaryLevel::kWrite);
  CHECK(canary.path == "/c/d");
  CHECK(canary.interval == 1min);
  CHECK(canary.timeout == 4s);
}

TEST_CASE("a canary's timeout is half the interval, at most 5 s, where none is given", "[config]") {
  CHECK(canary_of("{}").timeout == 5s);
  CHECK(canary_of("{interval: 1m}").timeout == 5s);
  CHECK(canary_of("{interval: 3s}").timeout == 1500ms);
  CHECK(canary_of("{timeout: 900ms, interval: 1s}").timeout == 900ms);
}

TEST_CASE("what changes of a canary is told, but not what is in its file", "[config]") {
  CHECK(find_changes(with(""), with(", canary: {level: off}")).empty());
  CHECK(find_changes(with(""), with(", canary: {level: read, auth_file: /x}")) ==
        Texts{"ensemble orders: canary.level off -> read",
              "ensemble orders: canary.auth_file none -> /x"});
  auto before = with(", canary: {level: read, auth_file: /x}");
  auto now = before;
  now.ensembles[0].canary.auth = "zk:new";
  CHECK(find_changes(before, now).empty());
  before.ensembles[0].canary.auth = "zk:old";
  CHECK(find_changes(before, now) ==
        Texts{"ensemble orders: canary.auth_file holds another user or password"});
}

TEST_CASE("a canary's user and password are the one line of its file", "[config]") {
  const Folder folder;
  const std::string file = folder / "auth";
  const auto auth_in = [&](const std::string& text) {
    write(file, text);
    try {
      return canary_by({"--zookeeper.canary.auth-file=" + file}).auth;
    } catch (const ConfigError& e) {
      return std::string(e.what());
    }
  };
  CHECK(auth_in("zk:secret\n") == "zk:secret");
  CHECK(auth_in("zk:a:b c\r\n") == "zk:a:b c");
  for (const std::string wrong : {"secret", ":secret", "secret:", ":"}) {
    CAPTURE(wrong);
    CHECK(auth_in(wrong) == "--zookeeper.canary.auth-file " + file +
                                " holds no user and password; it must hold one line, "
                                "user:password");
  }
  CHECK(auth_in("zk:secret\nzk:other\n") ==
        "--zookeeper.canary.auth-file " + file +
            " holds no line, or several; it must hold one line, user:password");
}

TEST_CASE("the files of all secrets are known, to see when one of them changes", "[config]") {
  const Folder folder;
  const std::string auth = folder / "auth";
  const std::string password = folder / "password";
  write(auth, "zk:secret\n");
  write(password, "word\n");
  const ConfigSource source(GivenFlags{{"config.file", {"x"}}});
  const auto config = source.parse("ensembles: [{members: [zk-0:1], canary: {auth_file: " + auth +
                                   "}, admin: {username: zk, password_file: " + password + "}}]");
  CHECK(config.secrets ==
        std::map<std::string, std::string>{{auth, "zk:secret"}, {password, "word"}});
}
