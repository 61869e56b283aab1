#include "net/http_answer.hpp"

#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

using namespace zke;

namespace {

constexpr std::size_t kMaxBody = 8U << 20U;

/// The status and the body, or the reason why there is none.
std::string told(const std::string& bytes, std::size_t max_body = kMaxBody) {
  const auto answer = read_http_answer(bytes, max_body);
  return answer ? std::to_string(answer->status) + " " + answer->body
                : std::string(to_string(answer.error().reason()));
}

std::string chunks(const std::string& body) {
  std::string text;
  for (const char c : body) {
    text += "1\r\n" + std::string(1, c) + "\r\n";
  }
  return text + "0\r\n\r\n";
}

}  // namespace

TEST_CASE("an answer of HTTP is read in each of its forms", "[net]") {
  CHECK(told("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}") == "200 {}");
  CHECK(told("HTTP/1.1 200 OK\r\n\r\n{}") == "200 {}");  // until it closes
  CHECK(told("HTTP/1.0 200 OK\r\n\r\n{}") == "200 {}");
  CHECK(told("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks("{}")) == "200 {}");
  CHECK(told("HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n") == "503 ");
  CHECK(told("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}{}") == "200 {}");
}

TEST_CASE("an answer of HTTP that is cut, or lies about its length, is none", "[net]") {
  CHECK(told("") == "closed_without_answer");
  CHECK(told("HTTP/1.1 200 OK\r\nContent-Le") == "truncated");
  CHECK(told("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}") == "truncated");
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  CHECK(told(chunked + "2\r\n{}\r\n") == "truncated");
  CHECK(told(chunked + "9\r\n{}") == "truncated");
  CHECK(told(chunked + "-2\r\n{}\r\n0\r\n\r\n") == "malformed");
  CHECK(told(chunked + "fffffffffffffffff\r\n{}") == "malformed");
  CHECK(told(chunked + "ffffffffffffffff\r\n{}") == "too_large");
  CHECK(told("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}") == "malformed");
  CHECK(told("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}") == "malformed");
  CHECK(told("HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551616\r\n\r\n{}") == "malformed");
  CHECK(told("HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\n{}") == "too_large");
  CHECK(told("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}") ==
        "malformed");
}

TEST_CASE("heads that no server needs are no HTTP", "[net]") {
  CHECK(told("{\"command\":\"monitor\",\"error\":null}") == "malformed");
  CHECK(told("HTTP/2 200\r\n\r\n{}") == "malformed");
  CHECK(told("HTTP/1.1 200 OK\r\nX: " + std::string(1U << 20U, 'x') + "\r\n\r\n{}") == "malformed");
  std::string head = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 100'000; ++i) {
    head += "X: y\r\n";
  }
  CHECK(told(head + "\r\n{}") == "malformed");
  // It was not asked for, and no page is behind it.
  CHECK(told("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{}") == "100 ");
}

TEST_CASE("a body is bounded, be it told in advance or not", "[net]") {
  const std::string body(101, 'x');
  CHECK(told("HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n" + body, 100) == "too_large");
  CHECK(told("HTTP/1.1 200 OK\r\n\r\n" + body, 100) == "too_large");
  CHECK(told("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks(body), 100) ==
        "too_large");
}

TEST_CASE("millions of chunks are read in a time that their bytes take", "[net]") {
  const std::string body(1U << 20U, 'x');
  const auto text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks(body);
  const auto answer = read_http_answer(text, kMaxBody);
  REQUIRE(answer);
  CHECK(answer->body == body);
}
