#include "fourletter/hash.hpp"

#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "support/captures.hpp"

using namespace zke;
using namespace zke::test;

namespace {

std::vector<Digest> log_of(std::string_view text) { return parse_hash(text).log; }

}  // namespace

TEST_CASE("the digests of a captured ensemble are equal at each zxid", "[fourletter]") {
  for (const std::string version :
       {"3.6.4", "3.7.2", "3.8.0", "3.9.3", "3.9.5", "3.10.0-SNAPSHOT"}) {
    CAPTURE(version);
    std::map<std::uint64_t, std::set<std::int64_t>> values;
    for (const auto* role : {"/leader", "/follower", "/observer"}) {
      const auto digests = parse_hash(captured(version + role, Command::kHash));
      CHECK(digests.unparsed_lines == 0);
      CHECK(digests.log.size() == 7);
      for (const auto& digest : digests.log) {
        values[digest.zxid].insert(digest.value);
      }
    }
    for (const auto& [zxid, each] : values) {
      CHECK(zxid % 128 == 0);
      CHECK(each.size() == 1);
    }
  }
}

TEST_CASE("a hash is hexadecimal, its digest a signed number", "[fourletter]") {
  CHECK(log_of("100000080: -55930285738\n") == std::vector<Digest>{{0x100000080, -55930285738}});
  CHECK(log_of("ffffffffffffff80: 9223372036854775807\n80: -9223372036854775808\n") ==
        std::vector<Digest>{{0x80, INT64_MIN}, {0xffffffffffffff80, INT64_MAX}});
  CHECK(log_of("80: 1\r\n100: 2\r\n").size() == 2);
}

TEST_CASE("a server that makes no digests says 0, which is none", "[fourletter]") {
  CHECK(log_of("80: 0\n100: 0\n").empty());
}

TEST_CASE("digests are sorted, each zxid once, and the newest are kept", "[fourletter]") {
  CHECK(log_of("100: 2\n80: 1\n100: 3\n") == std::vector<Digest>{{0x80, 1}, {0x100, 3}});

  std::string text;
  for (int i = 1; i <= 3000; ++i) {
    text += std::to_string(i) + ": 7\n";  // hexadecimal, and rising all the same
  }
  const auto log = log_of(text);
  CHECK(log.size() == kMaxDigests);
  CHECK(log.back().zxid == 0x3000);
}

TEST_CASE("lines that are no digest are counted and left out", "[fourletter]") {
  const auto digests = parse_hash(
      "80: 1\nxyz: 2\n100:\n: 3\n180: 9223372036854775808\n12345678901234567: 1\n200: 2\n");
  CHECK(digests.unparsed_lines == 5);
  CHECK(digests.log == std::vector<Digest>{{0x80, 1}, {0x200, 2}});
}

TEST_CASE("a hash that is cut within a line is called so", "[fourletter]") {
  const auto reply = read_reply(Command::kHash, "100000080: 228575676260\n1000001");
  REQUIRE_FALSE(reply);
  CHECK(reply.error().reason() == Reason::kTruncated);
}
