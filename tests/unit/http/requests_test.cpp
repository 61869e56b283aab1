#include <string>

#include <catch2/catch.hpp>

#include "support/site.hpp"

using namespace zke;
using namespace zke::test;

TEST_CASE("GET gets a page", "[http]") {
  Site site;

  const auto reply = site.ask(request("/hello"));

  CHECK(reply.status == 200);
  CHECK(reply.body == "hello\n");
  CHECK(reply.header("Content-Type") == "text/plain; charset=utf-8");
  CHECK(reply.header("Content-Length") == "6");
  CHECK(reply.header("X-Content-Type-Options") == "nosniff");
  CHECK(reply.header("Server").starts_with("zookeeper-exporter/"));
  CHECK(site.answered == std::vector<std::string>{"/hello 200"});
}

TEST_CASE("HEAD gets the same head as GET, and no body", "[http]") {
  Site site;
  for (const auto* target : {"/hello", "/lines", "/nowhere", "/throws"}) {
    for (const auto* more : {"", "Accept-Encoding: gzip\r\n"}) {
      CAPTURE(target, more);
      const auto full = site.ask(request(target, more));
      auto client = site.connect();

      const auto reply = client.ask(request(target, more, "HEAD"));

      CHECK(reply.status == full.status);
      CHECK(reply.head == full.head);
      CHECK(reply.header("Content-Length") == std::to_string(full.body.size()));
      CHECK(reply.body.empty());
      CHECK(client.ask(request("/hello")).body == "hello\n");  // no byte of a body was sent
    }
  }
}

TEST_CASE("an unknown path gets a list of the pages", "[http]") {
  Site site;

  const auto reply = site.ask(request("/metrcis"));

  CHECK(reply.status == 404);
  CHECK(reply.body ==
        "404: there is no page /metrcis. There are:\n"
        "  /hello  says hello\n"
        "  /lines  says a lot\n"
        "  /big  says more than a socket takes\n"
        "  /echo  says what it was asked\n");
  CHECK(site.answered == std::vector<std::string>{"other 404"});
}

TEST_CASE("a request with a body is refused, and its body never read as a request", "[http]") {
  Site site;
  auto client = site.connect();
  const auto hidden = request("/echo");
  SECTION("of known length") {
    client.send(request("/hello", "Content-Length: " + std::to_string(hidden.size()) + "\r\n"));
  }
  SECTION("in chunks") { client.send(request("/hello", "Transfer-Encoding: chunked\r\n")); }
  client.send(hidden);

  const auto reply = client.read();

  CHECK(reply.status == 413);
  CHECK(reply.header("Connection") == "close");
  CHECK(client.is_closed());
  CHECK(site.answered == std::vector<std::string>{"other 413"});
}

TEST_CASE("a body of no bytes is none", "[http]") {
  Site site;
  CHECK(site.ask(request("/hello", "Content-Length: 0\r\n")).status == 200);
  CHECK(site.ask(request("/hello", "Content-Length: 00\r\n")).status == 200);
}

TEST_CASE("a head of more than 8 kB is refused", "[http]") {
  Site site;
  SECTION("a long target") { CHECK(site.ask(request("/" + std::string(9000, 'a'))).status == 431); }
  SECTION("a long header") {
    CHECK(site.ask(request("/hello", "X: " + std::string(9000, 'a') + "\r\n")).status == 431);
  }
  SECTION("many headers") {
    std::string headers;
    for (int i = 0; i < 1000; ++i) {
      headers += "X-" + std::to_string(i) + ": y\r\n";
    }
    CHECK(site.ask(request("/hello", headers)).status == 431);
  }
  SECTION("headers without an end") {
    auto client = site.connect();
    std::string headers;
    while (headers.size() < 1 << 20) {
      headers += "X: y\r\n";
    }
    client.send("GET /hello HTTP/1.1\r\n");
    int sent = 0;
    while (sent < 50 && client.send(headers)) {
      ++sent;
    }
    CHECK(sent < 50);
    CHECK(site.answered == std::vector<std::string>{"other 431"});
  }
  SECTION("but one of 7 kB is served") {
    CHECK(site.ask(request("/hello", "X: " + std::string(7000, 'a') + "\r\n")).status == 200);
  }
  CHECK(site.ask(request("/hello")).status == 200);
}

TEST_CASE("what is no HTTP gets a 400 or nothing, and the server lives on", "[http]") {
  Site site;
  SECTION("words") { CHECK(site.ask("hello, are you there?\r\n\r\n").status == 400); }
  SECTION("a four-letter word with a line end") { CHECK(site.ask("mntr\r\n\r\n").status == 400); }
  SECTION("a TLS hello") {
    CHECK(site.ask(std::string("\x16\x03\x01\x02\x00\x01\x00", 7) + "\r\n").status == 400);
  }
  SECTION("a bad version") { CHECK(site.ask("GET /hello HTTP/9.9\r\n\r\n").status == 400); }
  SECTION("a bad header") { CHECK(site.ask(request("/hello", "no colon\r\n")).status == 400); }
  SECTION("a bad length") {
    CHECK(site.ask(request("/hello", "Content-Length: -1\r\n")).status == 400);
  }
  SECTION("two lengths") {
    CHECK(site.ask(request("/hello", "Content-Length: 1\r\nContent-Length: 2\r\n")).status == 400);
  }
  SECTION("half a request") {
    auto client = site.connect();
    client.send("GET /hel");
    client.close();
  }
  CHECK(site.ask(request("/hello")).status == 200);
}

TEST_CASE("a page that throws is a 500, and the server lives on", "[http]") {
  Site site;
  auto client = site.connect();

  const auto reply = client.ask(request("/throws"));

  CHECK(reply.status == 500);
  CHECK(reply.body.find("broken") == std::string::npos);
  CHECK(client.ask(request("/hello")).status == 200);
  CHECK(site.answered == std::vector<std::string>{"/throws 500", "/hello 200"});
}

TEST_CASE("targets are decoded, in any of their forms", "[http]") {
  Site site;
  CHECK(site.ask(request("/e%63ho?name=a%20b+c&empty&x=%C3%A4%")).body ==
        "/echo\nname is a b c\nempty is \nx is \xC3\xA4%\n");
  CHECK(site.ask(request("http://exporter:9141/echo?a=1")).body == "/echo\na is 1\n");
  CHECK(site.ask(request("http://exporter:9141/")).status == 404);
  CHECK(site.ask(request("http://exporter:9141")).status == 404);
  CHECK(site.ask(request("*")).status == 404);
  CHECK(site.ask(request("/%00%0a%1b[31m")).body.find('\x1b') == std::string::npos);
}

TEST_CASE("a page reads any header of its request, in whatever case it is written", "[http]") {
  Site site;
  site.router.add("/header", "", [](const Request& asked) {
    Response response;
    response.body = "[" + asked.header(*asked.parameter("name")) + "]\n";
    return response;
  });
  const std::string headers =
      "X-Color:  red \r\naccept: a/b\r\nx-color:\r\nX-COLOR: blue, green\r\n";
  const auto value_of = [&](const std::string& name) {
    return site.ask(request("/header?name=" + name, headers)).body;
  };

  CHECK(value_of("x-color") == "[red, , blue, green]\n");
  CHECK(value_of("Accept") == "[a/b]\n");
  CHECK(value_of("host") == "[test]\n");
  CHECK(value_of("Cookie") == "[]\n");
}
