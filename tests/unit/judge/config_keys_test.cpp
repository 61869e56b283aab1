#include "judge/config_keys.hpp"

#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "judge/read_reply.hpp"
#include "support/admin_captures.hpp"
#include "support/captures.hpp"

using namespace zke;
using namespace zke::test;

namespace {

Conf conf_of(const std::string& capture) { return parse_conf(captured(capture, Command::kConf)); }

/// The hash of the server's settings with one line changed.
std::string changed_hash(const std::string& from, const std::string& to) {
  auto text = captured("3.9.3/leader", Command::kConf);
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return config_hash(parse_conf(text.replace(at, from.size(), to)));
}

}  // namespace

TEST_CASE("all members of a captured ensemble have one hash, whatever their role", "[judge]") {
  std::set<std::string> hashes;
  for (const std::string version : {"3.4.14", "3.5.10", "3.6.4", "3.8.0", "3.9.3", "3.9.5"}) {
    CAPTURE(version);
    const auto hash = config_hash(conf_of(version + "/leader"));
    hashes.insert(hash);
    CHECK(hash.size() > 8);
    CHECK(config_hash(conf_of(version + "/follower")) == hash);
    CHECK(config_hash(conf_of(version + "/observer")) == hash);
  }
  CHECK(hashes.size() > 1);
}

TEST_CASE("the hash changes with what should be equal, and with nothing else", "[judge]") {
  const auto hash = config_hash(conf_of("3.9.3/leader"));
  CHECK(changed_hash("tickTime=2000", "tickTime=3000") != hash);
  CHECK(changed_hash("maxClientCnxns=100", "maxClientCnxns=60") != hash);
  CHECK(changed_hash("\nversion=100000000", "\nversion=200000000") != hash);
  CHECK(changed_hash("clientPortListenBacklog=-1", "clientPortListenBacklog=50") != hash);

  CHECK(changed_hash("clientPort=24002", "clientPort=2181") == hash);
  CHECK(changed_hash("serverId=2", "serverId=9") == hash);
  CHECK(changed_hash("dataDirSize=67109602", "dataDirSize=1") == hash);
}

TEST_CASE("a setting is the same by four-letter words and by the AdminServer, or not told",
          "[judge]") {
  int compared = 0;
  for (const std::string version : {"3.5.10", "3.6.4", "3.7.2", "3.8.0", "3.9.3", "3.9.5"}) {
    const auto words = conf_of(version + "/leader");
    const auto pages = read_conf(admin_reply(version + "/follower", Command::kConf));
    for (const auto& key : config_keys()) {
      CAPTURE(version, key.name);
      const auto by_words = find_setting(words, key);
      const auto by_pages = find_setting(pages, key);
      const bool is_told = by_words && by_pages;
      CHECK((!is_told || by_words == by_pages));
      compared += is_told ? 1 : 0;
    }
  }
  CHECK(compared > 25);
}

TEST_CASE("the hash of a setting is the same on every machine", "[judge]") {
  CHECK(config_hash(parse_conf("clientPort=1\ntickTime=2000\n")) == "527ebf47e224cbe0");
}

TEST_CASE("a server that says none of the settings has no hash", "[judge]") {
  CHECK(config_hash(Conf()).empty());
  CHECK(config_hash(parse_conf("clientPort=2181\nserverId=1\n")).empty());
}
