#include "http/url.hpp"

#include <catch2/catch.hpp>

using namespace zke;

namespace {

/// The URL as it was understood, or what is wrong with it.
std::string read(const std::string& text) {
  const auto url = parse_http_url(text);
  return url ? to_string(*url) : url.error().detail();
}

}  // namespace

TEST_CASE("a URL is a server and a prefix", "[http]") {
  CHECK(read("http://zk-exporter:9141") == "http://zk-exporter:9141");
  CHECK(read("http://127.0.0.1:9141/") == "http://127.0.0.1:9141");
  CHECK(read("http://[::1]:9141/a/b%20c/") == "http://[::1]:9141/a/b%20c");
  CHECK(read("http://Proxy.Example/zk") == "http://proxy.example:80/zk");
  CHECK(read("http://[2001:db8::5]") == "http://[2001:db8::5]:80");
}

TEST_CASE("what is no URL of http is refused with what to write", "[http]") {
  for (const std::string bad :
       {"", "zk-exporter:9141", "http://", "http:///config", "http://:9141", "http://a:0",
        "http://a:", "http://a:b", "http://a:1:2", "http://a:1/b c", "http://a:1/b\r\nc",
        "http://a:1?x", "http://a:1/?x", "http://a:1/#x", "http://::1:9141", "http://[::1",
        "ftp://a:1", "HTTP//a:1", "http://a b:1"}) {
    CAPTURE(bad);
    CHECK_THAT(read(bad),
               Catch::EndsWith("\"; write http://HOST:PORT, such as http://localhost:9141"));
    CHECK(read(bad).find('\n') == std::string::npos);
  }
  CHECK(read("https://a:1") == "is https, which is not spoken here; write http://HOST:PORT");
  CHECK(read("http://a:1/" + std::string(2000, 'x')).size() < 300);
}

TEST_CASE("a password in a URL is not shown", "[http]") {
  CHECK(read("http://user:secret@a:1/b") ==
        "names a user, which is not sent; write http://HOST:PORT");
  CHECK(read("ftp://user:secret@a:1/b").find("secret") == std::string::npos);
}
