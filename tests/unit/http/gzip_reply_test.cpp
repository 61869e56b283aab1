#include <string>
#include <zlib.h>

#include <catch2/catch.hpp>

#include "support/site.hpp"

using namespace zke;
using namespace zke::test;

namespace {

/// The contents of a whole gzip file, or "broken".
std::string unpack(const std::string& packed) {
  constexpr int kGzipWindow = 15 + 16;
  constexpr std::size_t kMost = 1 << 20;
  z_stream stream{};
  if (inflateInit2(&stream, kGzipWindow) != Z_OK) {
    return "broken";
  }
  std::string in = packed;
  std::string out(kMost, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const bool is_whole = inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_in == 0;
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return is_whole ? out : "broken";
}

HttpReply ask(Site& site, const std::string& page, const std::string& accepted) {
  return site.ask(request(page, "Accept-Encoding: " + accepted + "\r\n"));
}

}  // namespace

TEST_CASE("a long body is packed for those who want it", "[http]") {
  Site site;
  for (const auto* accepted : {"gzip", "deflate, gzip;q=0.5", "gzip ; q=1.0", "*", "br,gzip"}) {
    CAPTURE(accepted);
    const auto reply = ask(site, "/lines", accepted);

    CHECK(reply.header("Content-Encoding") == "gzip");
    CHECK(reply.header("Vary") == "Accept-Encoding");
    CHECK(reply.body.size() < Site::many_lines().size() / 2);
    CHECK(unpack(reply.body) == Site::many_lines());
  }
}

TEST_CASE("nobody else gets it packed", "[http]") {
  Site site;
  for (const auto* accepted : {"", "identity", "gzip;q=0", "gzip; q=0.0", "deflate, br"}) {
    CAPTURE(accepted);
    const auto reply = ask(site, "/lines", accepted);

    CHECK(reply.header("Content-Encoding").empty());
    CHECK(reply.header("Vary") == "Accept-Encoding");
    CHECK(reply.body == Site::many_lines());
  }
  CHECK(site.ask(request("/lines")).body == Site::many_lines());
}

TEST_CASE("a short body and a huge one are not packed", "[http]") {
  Site site;
  CHECK(ask(site, "/hello", "gzip").body == "hello\n");
  const auto reply = ask(site, "/big", "gzip");
  CHECK(reply.header("Content-Encoding").empty());
  CHECK(reply.body.size() == Site::kBig);
}
