#include "config/source.hpp"

#include <catch2/catch.hpp>

using namespace zke;

namespace {

using Texts = std::vector<std::string>;

/// Flags that name a file, which is not read here.
ConfigSource with_file(GivenFlags flags = {}) {
  flags["config.file"] = {"exporter.yml"};
  return ConfigSource(std::move(flags));
}

}  // namespace

TEST_CASE("flags win over the file, each time that it is read", "[config]") {
  const auto source = with_file({{"poll.interval", {"5s"}}, {"log.level", {"warn"}}});

  for (const std::string text : {"poll: {interval: 20s, timeout: 1s}", "{poll: {interval: 1m}}"}) {
    const auto config = source.parse(text);
    CHECK(config.settings.poll.interval == std::chrono::seconds(5));
    CHECK(config.settings.log_level == log::Level::kWarn);
    CHECK(config.overridden == Texts{"poll.interval"});
  }
  CHECK(source.parse("log: {level: info, format: json}").overridden == Texts{"log.level"});
  CHECK(source.parse("").overridden.empty());
}

TEST_CASE("the ensemble of the flags takes the place of those of the file", "[config]") {
  const auto source = with_file({{"zookeeper.servers", {"zk-9:2181"}}});
  const auto config = source.parse("ensembles: [{name: a, members: [zk-0:2181]}]");

  REQUIRE(config.settings.ensembles.size() == 1);
  CHECK(config.settings.ensembles[0].name == "default");
  CHECK(config.overridden == Texts{"ensembles"});
}

TEST_CASE("a mistake of another text leaves nothing behind", "[config]") {
  const auto source = with_file();
  CHECK_THROWS_WITH(source.parse("poll: {interval: 0s}"),
                    "exporter.yml:1: poll.interval is 0s; choose 1s to 1h");
  CHECK(source.parse("{}").settings == Settings());
}

TEST_CASE("a file in which no setting stands is told from one without changes", "[config]") {
  for (const std::string text : {"", "\n", "# only a comment\n", "---\n", "{}", "poll: {}"}) {
    CAPTURE(text);
    CHECK(with_file().parse(text).is_file_empty);
  }
  CHECK_FALSE(with_file().parse("log: {level: info}").is_file_empty);
  CHECK_FALSE(with_file().parse("ensembles: [{members: [zk-0:2181]}]").is_file_empty);
  CHECK_FALSE(with_file({{"log.level", {"info"}}}).parse("poll: {interval: 10s}").is_file_empty);
  CHECK_FALSE(ConfigSource().read().is_file_empty);
}

TEST_CASE("the hash is that of sha256sum, and flags have none", "[config]") {
  CHECK(sha256_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_of("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(with_file().parse("log: {level: info}").sha256 == sha256_of("log: {level: info}"));
  CHECK(ConfigSource().read().sha256.empty());
}
