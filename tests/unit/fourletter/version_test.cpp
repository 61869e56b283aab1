#include "fourletter/version.hpp"

#include <catch2/catch.hpp>

using namespace zke;

namespace {

constexpr auto* kRevision = "06ae3b1b1c2a6a7e1a3b2ee8a1f1a7e4c6a1b2c3";

}  // namespace

TEST_CASE("a release is number, revision and date", "[fourletter]") {
  const auto version =
      parse_version(std::string("3.9.5-") + kRevision + ", built on 2026-02-11 20:15 UTC");

  CHECK(version == ServerVersion{"3.9.5", kRevision, "2026-02-11 20:15 UTC"});
}

TEST_CASE("the revision that Debian's build left unfilled is unknown", "[fourletter]") {
  const auto version = parse_version("3.8.0-${mvngit.commit.id}, built on 2024-12-29 17:54 UTC");

  CHECK(version == ServerVersion{"3.8.0", "", "2024-12-29 17:54 UTC"});
}

TEST_CASE("a word after the number belongs to it", "[fourletter]") {
  CHECK(parse_version(std::string("3.10.0-SNAPSHOT-") + kRevision) ==
        ServerVersion{"3.10.0-SNAPSHOT", kRevision, ""});
  CHECK(parse_version("3.10.0-SNAPSHOT-${mvngit.commit.id}").number == "3.10.0-SNAPSHOT");
  CHECK(parse_version(std::string("v24.3.1.1-stable-") + kRevision) ==
        ServerVersion{"v24.3.1.1-stable", kRevision, ""});
}

TEST_CASE("a version in another form stays whole", "[fourletter]") {
  CHECK(parse_version("nightly").number == "nightly");
  CHECK(parse_version("nightly-abc, built on Monday") ==
        ServerVersion{"nightly-abc", "", "Monday"});
  CHECK(parse_version("").number.empty());
  CHECK(parse_version("3.9.5").number == "3.9.5");
}

TEST_CASE("a version cannot make long or broken label values", "[fourletter]") {
  const auto version =
      parse_version(std::string(5000, '9') + "-\xFF\x01, built on \n" + std::string(5000, 'y'));

  CHECK(version.number.size() <= 100);
  CHECK(version.revision == "\xEF\xBF\xBD ");
  CHECK(version.built.size() <= 100);
}

TEST_CASE("versions are compared as numbers, and only ZooKeeper's", "[fourletter]") {
  const auto at_least_3_6 = [](const char* text) { return is_at_least(parse_version(text), 3, 6); };
  CHECK(at_least_3_6("3.6.0-abc"));
  CHECK(at_least_3_6("3.10.0-SNAPSHOT-abc"));
  CHECK(at_least_3_6("4.0.0"));
  CHECK(at_least_3_6("3.8.0-${mvngit.commit.id}, built on 2024-12-29 17:54 UTC"));
  CHECK_FALSE(at_least_3_6("3.5.10-abc"));
  CHECK_FALSE(at_least_3_6("3.4.14"));
  CHECK_FALSE(at_least_3_6("v24.3.1.1-stable-abc"));
  CHECK_FALSE(at_least_3_6("nightly"));
  CHECK_FALSE(at_least_3_6(""));
}
