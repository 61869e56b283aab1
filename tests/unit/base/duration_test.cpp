#include "base/duration.hpp"

#include <catch2/catch.hpp>

using namespace zke;
using namespace std::chrono_literals;

TEST_CASE("durations are read in Prometheus' form", "[base]") {
  CHECK(parse_duration("500ms") == 500ms);
  CHECK(parse_duration("10s") == 10s);
  CHECK(parse_duration("1m30s") == 90s);
  CHECK(parse_duration("2h") == 2h);
  CHECK(parse_duration("1d12h") == 36h);
  CHECK(parse_duration("1h1ms") == 1h + 1ms);
  CHECK(parse_duration("90s") == 90s);
  CHECK(parse_duration("0s") == 0ms);
  CHECK(parse_duration("3650d") == 3650 * std::chrono::milliseconds(24h));
}

TEST_CASE("anything else is no duration", "[base]") {
  for (const auto* bad :
       {"",     "10",          "s",     "10 s",  " 10s", "10s ",     "-1s",  "+1s",
        "1.5s", "1s1m",        "1s1s",  "1ms1s", "10S",  "10sec",    "10us", "1w",
        "1y",   "9999999999s", "1h-5m", "ten",   "10s,", "\u00A010s"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_duration(bad));
  }
}

TEST_CASE("a duration that a clock could not bear is none", "[base]") {
  for (const auto* bad : {"106752d", "107000d", "999999999d", "3650d1ms", "87601h",
                          "999999999d999999999h999999999m999999999s999999999ms"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_duration(bad));
  }
  const auto longest = *parse_duration("3650d");
  const auto now = std::chrono::steady_clock::now();
  CHECK(now + 2 * longest > now);
}

TEST_CASE("a printed duration is read back as the same", "[base]") {
  CHECK(to_string(0ms) == "0s");
  CHECK(to_string(90s) == "1m30s");
  CHECK(to_string(1500ms) == "1s500ms");
  for (const std::chrono::milliseconds duration : {1ms, 999ms, 60000ms, 86400000ms, 90061001ms}) {
    CAPTURE(duration.count());
    CHECK(parse_duration(to_string(duration)) == duration);
  }
}
