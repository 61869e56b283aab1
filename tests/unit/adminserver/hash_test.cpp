#include "adminserver/hash.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace zke;

namespace {

using Log = std::vector<Digest>;

Digests parse(const std::string& list) { return parse_digests(R"({"digests" : [)" + list + "]}"); }

}  // namespace

TEST_CASE("zxids and digests are read to the last of their 64 bits", "[adminserver]") {
  const auto digests = parse(
      R"({"zxid" : 9223372036854775807, "digest" : -9223372036854775808, "digest_version" : 2},
         {"zxid" : -128, "digest" : 9007199254740993})");
  CHECK(digests.log == Log{{INT64_MAX, INT64_MIN}, {0xffffffffffffff80, 9007199254740993}});
  CHECK(digests.unparsed_lines == 0);
}

TEST_CASE("a digest belongs to the zxid in its own object", "[adminserver]") {
  const auto digests = parse(
      R"({"zxid" : 128}, {"digest" : 1}, {"digest" : 2, "zxid" : 256}, {"zxid" : 384, "digest" : "x"},
         {"zxid" : 512, "digest" : 1e3}, {"zxid" : 640, "digest" : [6]}, {"digest_version" : 2},
         {"zxid" : 768, "digest" : 18446744073709551616}, {"zxid" : 896, "digest" : 7})");
  CHECK(digests.log == Log{{256, 2}, {896, 7}});
  CHECK(digests.unparsed_lines == 7);
}

TEST_CASE("what is not in the list of digests is none", "[adminserver]") {
  CHECK(parse_digests(R"({"zxid" : 128, "digest" : 1, "more" : {"zxid" : 256, "digest" : 2}})")
            .log.empty());
  CHECK(parse(R"({"deeper" : {"zxid" : 128, "digest" : 1}})").log.empty());
  CHECK(parse("").log.empty());
  CHECK(parse_digests(R"({"digests" : [{"zxid" : 128, "digest" : 1})").log.empty());
}

TEST_CASE("the AdminServer's digests are as tidy as those of the word", "[adminserver]") {
  CHECK(parse(R"({"zxid" : 256, "digest" : 2}, {"zxid" : 128, "digest" : 0},
                 {"zxid" : 64, "digest" : 3})")
            .log == Log{{64, 3}, {256, 2}});
  std::string list;
  for (int i = 1; i <= 3000; ++i) {
    list += (i > 1 ? "," : "") + (R"({"zxid":)" + std::to_string(i)) + R"(,"digest":7})";
  }
  CHECK(parse(list).log.size() == kMaxDigests);
  CHECK(parse(list).log.back().zxid == 3000);
}
