#include "http/head.hpp"

#include <string>

#include <catch2/catch.hpp>

#include "support/site.hpp"

using namespace zke;
using namespace zke::test;

namespace {

constexpr auto* kGood = "GET /hello HTTP/1.1\r\nHost: test\r\n";

/// What the server says to a request, if nothing else is said after it and the connection ends.
int refused(Site& site, const std::string& text) {
  auto client = site.connect();
  client.send(text + request("/hello"));
  const auto reply = client.read();
  CHECK(reply.header("Connection") == "close");
  CHECK(client.is_closed());
  CHECK(site.answered == std::vector<std::string>{"other " + std::to_string(reply.status)});
  site.answered.clear();
  return static_cast<int>(reply.status);
}

int refused_header(Site& site, const std::string& header) {
  return refused(site, kGood + header + "\r\n\r\n");
}

}  // namespace

TEST_CASE("a coding of the body that others may read otherwise ends the connection", "[http]") {
  Site site;
  const std::string coding = "Transfer-Encoding: ";
  for (const auto* unknown :
       {"identity", "xchunked", "chunked, gzip", "gzip, chunked", "", "\"x\"", "chunked;a=b",
        "chunked, chunked", "chunked\r\nTransfer-Encoding: x"}) {
    CAPTURE(unknown);
    CHECK(refused_header(site, coding + unknown) == 501);
  }
  CHECK(refused_header(site, coding + "Chunked") == 413);
  CHECK(refused_header(site, coding + "chunked\r\nContent-Length: 5") == 400);
  CHECK(refused_header(site, "Content-Length: 0\r\n" + coding + "chunked") == 400);
  CHECK(refused(site, "GET /hello HTTP/1.0\r\n" + coding + "chunked\r\n\r\n") == 400);
  CHECK(refused(site, "POST /hello HTTP/1.1\r\nHost: a\r\n" + coding + "chunked\r\n\r\n") == 413);
  CHECK(refused(site, "POST /hello HTTP/1.0\r\n" + coding + "chunked\r\n\r\n") == 400);
}

TEST_CASE("a length that is not one number ends the connection", "[http]") {
  Site site;
  for (const auto* bad : {"-1", "+5", "5, 5", "0x5", "5 5", "", "1e3", "5\r\nContent-Length: 6",
                          "0\r\nContent-Length: 6"}) {
    CAPTURE(bad);
    CHECK(refused_header(site, "Content-Length: " + std::string(bad)) == 400);
  }
  for (const auto* body :
       {"1", "2000000", "18446744073709551616", "99999999999999999999999999999"}) {
    CAPTURE(body);
    CHECK(refused_header(site, "Content-Length: " + std::string(body)) == 413);
  }
}

TEST_CASE("a header that others may read otherwise ends the connection", "[http]") {
  Site site;
  for (const std::string bad : {"X: a\r\n b", "X: a\r\n\tb", "X : a", ": a", "X a", "X(: a",
                                "X: a\rb", "X: a\nY: b", "X: \x1b[31m", "X: \x7f", "X: \x0b"}) {
    CAPTURE(bad);
    CHECK(refused_header(site, bad) == 400);
  }
  CHECK(refused_header(site, std::string("X: \0", 4)) == 400);
  CHECK(refused(site, " X: a\r\n\r\n") == 400);
  CHECK(refused(site, "GET /hello HTTP/1.1\r\n X: a\r\nHost: test\r\n\r\n") == 400);
}

TEST_CASE("a request has one host, and a good one", "[http]") {
  Site site;
  CHECK(refused(site, "GET /hello HTTP/1.1\r\n\r\n") == 400);
  CHECK(refused_header(site, "Host: test") == 400);
  CHECK(refused(site, "GET /hello HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n") == 400);
  for (const auto* bad :
       {"a b", "a/b", "a@b", "a:b", "[::1", "[]", "[::1]x", "a?", "<a>", "a:1:2"}) {
    CAPTURE(bad);
    CHECK(refused(site, "GET /hello HTTP/1.1\r\nHost: " + std::string(bad) + "\r\n\r\n") == 400);
  }
  for (const auto* good : {"a", "a.b:9141", "127.0.0.1", "[::1]:9141", "[::1]", "", "a:"}) {
    CAPTURE(good);
    CHECK(site.ask("GET /hello HTTP/1.1\r\nHost: " + std::string(good) + "\r\n\r\n").status == 200);
  }
  CHECK(site.ask("GET /hello HTTP/1.0\r\n\r\n").status == 200);
}

TEST_CASE("other protocols and versions get a 400 as soon as that is certain", "[http]") {
  Site site;
  for (const auto* other :
       {"GET /hello\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET /hello HTTP/2\r\n",
        "GET /hello HTTP/0.9\r\n", "GET /hello http/1.1\r\n", "GET  /hello HTTP/1.1\r\n",
        "GET /hello HTTP/1.1 \r\n", "GET /hello HTTP/1.10\r\n", "GET /he\tllo HTTP/1.1\r\n", "\r\n",
        "\x16\x03\x01", "GET /hello HTTP/1.1\n"}) {
    CAPTURE(other);
    CHECK(site.ask(other).status == 400);
  }
  CHECK(site.ask("GET /hello HTTP/1.2\r\nHost: a\r\n\r\n").status == 200);
}

TEST_CASE("expectations and upgrades are passed over", "[http]") {
  Site site;
  CHECK(site.ask(request("/hello", "Expect: 100-continue\r\n")).body == "hello\n");
  CHECK(site.ask(request("/hello", "Upgrade: h2c\r\nConnection: Upgrade\r\n")).body == "hello\n");
  site.answered.clear();
  CHECK(refused_header(site, "Expect: 100-continue\r\nContent-Length: 9") == 413);
}

TEST_CASE("a target that means something else never gets a page", "[http]") {
  Site site;
  for (const auto* other : {"https://a/hello", "a:80", "hello", "http:///hello", "http://a b/hello",
                            "ftp://a/hello", "http://u@a/hello"}) {
    CAPTURE(other);
    CHECK(site.ask(request(other)).status == 400);
  }
  for (const auto* other : {"/hello%00", "%2fhello", "/%2fhello", "/x/../hello", "//hello",
                            "/hello/", "/./hello", "/hello%20", "/hello;x", "/x%2f..%2fhello",
                            "/HELLO", "http://a?x=/hello", "http://a#/hello", "*"}) {
    CAPTURE(other);
    CHECK(site.ask(request(other)).status >= 400);
  }
  CHECK(site.ask(request("HTTP://a/hello")).status == 200);
  CHECK(site.ask(request("*", "", "OPTIONS")).status == 405);
  CHECK(site.ask(request("a:80", "", "CONNECT")).status == 405);
}

TEST_CASE("who sends a large body gets to read why it is refused", "[http]") {
  Site site;
  constexpr std::size_t kBody = 2'000'000;
  const auto length = "Content-Length: " + std::to_string(kBody) + "\r\n";
  for (const auto* method : {"GET", "POST", "DELETE"}) {
    CAPTURE(method);
    auto client = site.connect();

    CHECK(client.send(request("/hello", length, method) + std::string(kBody, 'x')));

    CHECK(client.read().status == (method == std::string("DELETE") ? 405 : 413));
    CHECK(client.is_closed());
  }
}

TEST_CASE("errors are JSON for who asks for JSON", "[http]") {
  Site site;
  const std::string json = "Accept: application/json\r\n";
  const auto check = [&](const std::string& text, const std::string& body) {
    const auto reply = site.ask(text);
    CHECK(reply.header("Content-Type") == "application/json");
    CHECK(reply.body.starts_with(body));
  };
  check(request("/no\"pe", json),
        R"({"error":"there is no page /no\"pe","status":404,"known":["/hello","/lines",)");
  check(request("/hello", json, "POST"),
        R"({"error":"only GET and HEAD are served here.","status":405})");
  check(request("/hello", json + "Content-Length: 1\r\n"), R"({"error":"send no body)");
  check(request("/hello", json + "bad\r\n"), R"({"error":"that is no HTTP request: )");
  check(request("/hello", json + "X: " + std::string(9000, 'a') + "\r\n"),
        R"({"error":"the request)");
  check(request("/throws?format=json"), R"({"error":"this page failed)");
  check(request("/%C2%9B%E2%80%AE", json), R"({"error":"there is no page /  ")");
  CHECK(site.ask(request("/%C2%9B%E2%80%AE")).body.starts_with("404: there is no page /  ."));
}
