#include "fourletter/version.hpp"

#include <string>
#include <vector>

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

TEST_CASE("the forms of distributions and old releases leave no stray dashes", "[fourletter]") {
  const std::string hash = kRevision;
  struct Form {
    std::string text;
    std::string number;
    std::string revision;
  };
  for (const auto& form : std::vector<Form>({
           {"3.6.1--" + hash, "3.6.1", hash},
           {"3.6.1---" + hash, "3.6.1", hash},
           {"3.8.4-" + hash, "3.8.4", hash},
           {"3.4.6-1569965", "3.4.6", "1569965"},
           {"3.4.5-cdh4.4.0--1", "3.4.5-cdh4.4.0", ""},  // revision -1 is "not known"
           {"3.4.9-3--1", "3.4.9-3", ""},
           {"3.4.6-292--1", "3.4.6-292", ""},
           {"3.4.9--1", "3.4.9", ""},
           {"3.5.5.7.1.7.0-551-d3a1b2c4", "3.5.5.7.1.7.0-551", "d3a1b2c4"},
           {"3.4.14-amzn-0-" + hash, "3.4.14-amzn-0", hash},
           {"3.9.3-1-SNAPSHOT-0b1c2d3e", "3.9.3-1-SNAPSHOT", "0b1c2d3e"},
           {"3.9.3-1-${mvngit.commit.id}", "3.9.3-1", ""},
           {"3.8.0-${mvngit.commit.id}-SNAPSHOT", "3.8.0-SNAPSHOT", ""},
           {"3.9.3-SNAPSHOT", "3.9.3-SNAPSHOT", ""},
           {"3.5.0-alpha", "3.5.0-alpha", ""},
           {"3.6.1-", "3.6.1", ""},
           {"3.6.1--", "3.6.1", ""},
           {"3.6.1 - " + hash, "3.6.1", hash},
           {"-3.6.1-" + hash, "3.6.1", hash},
           {"nightly--abc-", "nightly-abc", ""},
           {"-", "", ""},
           {"----", "", ""},
           {"--1", "", ""},
           {"v", "v", ""},
           {"${version}", "", ""},
       })) {
    CAPTURE(form.text);
    for (const auto* built : {"", ", built on Wed, 23 May 2018 22:34:43 +0200"}) {
      const auto version = parse_version(form.text + built);
      CHECK(version.number == form.number);
      CHECK(version.revision == form.revision);
      CHECK(version.built == (*built == 0 ? "" : "Wed, 23 May 2018 22:34:43 +0200"));
    }
  }
}

TEST_CASE("a version that is cut ends in no dash", "[fourletter]") {
  for (std::size_t length = 90; length < 110; ++length) {
    const auto version = parse_version(std::string(length, '9') + "-b-" + std::string(200, 'c'));
    CHECK_FALSE(version.number.ends_with('-'));
    CHECK(version.number.size() <= 100);
    CHECK(version.revision.size() <= 100);
  }
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
  CHECK(version.revision == "\xEF\xBF\xBD");
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
