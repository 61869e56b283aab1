#include "net/tls_hello.hpp"

#include <string>

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "support/tls_talk.hpp"

using namespace zke;
using namespace zke::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

bool speaks(boost::asio::io_context& io, const boost::asio::ip::tcp::endpoint& server,
            std::chrono::milliseconds timeout = 60s) {
  return run(io, speaks_tls(server, std::chrono::steady_clock::now() + timeout));
}

}  // namespace

TEST_CASE("a server's greeting and its alerts are TLS", "[net]") {
  CHECK(is_tls_answer("\x16\x03\x03\x00\x7a\x02\x00\x00"s));
  CHECK(is_tls_answer("\x16\x03\x01\x40\x00\x02"s));
  for (const auto version : {'\0', '\1', '\2', '\3', '\4'}) {
    CHECK(is_tls_answer("\x15\x03"s + version + "\x00\x02\x02\x46"s));
  }
}

TEST_CASE("nothing else is TLS", "[net]") {
  for (const auto& text : {
           ""s,
           "\x16"s,
           "\x15\x03\x03\x00\x02"s,          // one byte is missing
           "\x15\x02\x03\x00\x02\x02\x46"s,  // no such version
           "\x15\x03\x05\x00\x02\x02\x46"s,
           "\x15\x03\xff\x00\x02\x02\x46"s,
           "\x15\x03\x03\x00\x03\x02\x46"s,  // an alert has two bytes
           "\x16\x03\x03\x00\x7a\x01\x00"s,  // a client's greeting
           "\x17\x03\x03\x00\x7a\x02\x00"s,  // data, before a handshake
           "\x00\x00\x00\x00\x00\x00\x00"s,
           "Zookeeper version: 3.8.0"s,
           "HTTP/1.1 400 Bad Request\r\n"s,
       }) {
    CAPTURE(text);
    CHECK_FALSE(is_tls_answer(text));
  }
}

TEST_CASE("a server of any TLS is known by its answer to a greeting", "[net]") {
  boost::asio::io_context io;
  const TlsSite site;
  const auto identity = site.server();
  const TlsServer any(io, identity);
  TlsManners manners;
  manners.max_version = TLS1_1_VERSION;
  const TlsServer old(io, identity, manners);
  manners.max_version = 0;
  manners.min_version = TLS1_3_VERSION;
  manners.client_authority = site.authority.pem();
  const TlsServer strict(io, identity, manners);

  CHECK(speaks(io, endpoint_of(any)));
  CHECK(speaks(io, endpoint_of(old)));
  CHECK(speaks(io, endpoint_of(strict)));
}

TEST_CASE("a server that speaks no TLS is not taken for one", "[net]") {
  boost::asio::io_context io;
  FakeServer server(io);
  CHECK_FALSE(speaks(io, endpoint_of(server)));
  server.play_always(Script{"HTTP/1.1 400 Bad Request\r\n\r\n"});
  CHECK_FALSE(speaks(io, endpoint_of(server)));
  server.play_always(Script{"", Script::End::kReset});
  CHECK_FALSE(speaks(io, endpoint_of(server)));
  server.play_always(Script{"", Script::End::kHang});
  CHECK_FALSE(speaks(io, endpoint_of(server), 50ms));
  const auto endpoint = endpoint_of(server);
  server.shut();
  CHECK_FALSE(speaks(io, endpoint));
}
