#include "net/tls_peer.hpp"

#include <stdexcept>
#include <string>

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "support/tls_talk.hpp"

using namespace zke;
using namespace zke::test;
using namespace std::chrono_literals;

namespace {

namespace asio = boost::asio;

TlsManners only(int version) {
  TlsManners manners;
  manners.min_version = version;
  manners.max_version = version;
  return manners;
}

/// Why a certificate is not accepted, with its dates as "DATE".
std::string refusal_of(const TlsSite& site, const Credential& identity,
                       const std::string& wanted = "127.0.0.1") {
  asio::io_context io;
  const TlsServer server(io, identity);
  const auto brought = run_tls(io, endpoint_of(server), site.peer(wanted));
  REQUIRE(brought.failure);
  CHECK(brought.failure->kind == NotConnected::Kind::kTls);
  CHECK(server.seen().words.empty());
  return brought.failure->why;
}

std::string time_of(const ASN1_TIME* time) { return describe_time(read_time(time)); }

}  // namespace

TEST_CASE("a second connection resumes the session, and shows the same", "[net]") {
  const auto version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  CAPTURE(version);
  asio::io_context io;
  const TlsSite site;
  const TlsServer server(io, site.server(), only(version));
  const auto peer = site.peer();

  REQUIRE(run_tls(io, endpoint_of(server), peer).text == "said\n");
  const auto first = peer->seen();
  CHECK(server.seen().resumed == 0);
  for (std::size_t i = 1; i <= 3; ++i) {
    peer->forget_seen();
    REQUIRE(run_tls(io, endpoint_of(server), peer).text == "said\n");
    CHECK(server.seen().resumed == i);
    REQUIRE(peer->seen());
    CHECK(peer->seen()->version == first->version);
    CHECK(peer->seen()->cipher == first->cipher);
    CHECK(peer->seen()->not_after == first->not_after);
  }
  REQUIRE(first);
  CHECK(first->version == (version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3"));
  CHECK_FALSE(first->cipher.empty());
  CHECK(first->not_after);
}

TEST_CASE("a session of a server that ends without close_notify is resumed too", "[net]") {
  const auto version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  CAPTURE(version);
  asio::io_context io;
  const TlsSite site;
  auto manners = only(version);
  manners.end = TlsManners::End::kClose;
  const TlsServer server(io, site.server(), manners);
  const auto peer = site.peer();

  REQUIRE(run_tls(io, endpoint_of(server), peer).text == "said\n");
  REQUIRE(run_tls(io, endpoint_of(server), peer).text == "said\n");
  CHECK(server.seen().resumed == 1);
}

TEST_CASE("a session is not resumed beyond its time", "[net]") {
  const auto version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  asio::io_context io;
  const TlsSite site;
  const TlsServer server(io, site.server(), only(version));
  const auto peer = std::make_shared<TlsPeer>(site.context(), "127.0.0.1", 0s);

  run_tls(io, endpoint_of(server), peer);
  REQUIRE(run_tls(io, endpoint_of(server), peer).text == "said\n");
  CHECK(server.seen().handshakes == 2);
  CHECK(server.seen().resumed == 0);
}

TEST_CASE("a session is not resumed beyond the certificate's end", "[net]") {
  const auto version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  asio::io_context io;
  TlsSite site;
  site.settings.verify = false;  // else there is no session of a certificate that has ended
  Claims ended{"zk-0", {"127.0.0.1"}};
  ended.ends = -1s;
  const TlsServer server(io, make_certificate(ended, site.authority), only(version));
  const auto peer = site.peer();

  run_tls(io, endpoint_of(server), peer);
  REQUIRE(run_tls(io, endpoint_of(server), peer).text == "said\n");
  CHECK(server.seen().handshakes == 2);
  CHECK(server.seen().resumed == 0);
}

TEST_CASE("another context has its own sessions", "[net]") {
  asio::io_context io;
  const TlsSite site;
  const TlsServer server(io, site.server());

  run_tls(io, endpoint_of(server), site.peer());
  REQUIRE(run_tls(io, endpoint_of(server), site.peer()).text == "said\n");
  CHECK(server.seen().resumed == 0);
}

TEST_CASE("a host name is asked for, an IP address is not", "[net]") {
  asio::io_context io;
  const TlsSite site;
  const TlsServer server(io, site.server());

  CHECK(run_tls(io, endpoint_of(server), site.peer("zk-0.zk.")).text == "said\n");
  CHECK(run_tls(io, endpoint_of(server), site.peer("127.0.0.1")).text == "said\n");
  CHECK(server.seen().names == std::vector<std::string>{"zk-0.zk", ""});
}

TEST_CASE("why a certificate is not accepted is told in words", "[net]") {
  const TlsSite site;
  Claims claims{"zk-0", {"127.0.0.1"}};
  SECTION("expired") {
    claims.ends = -60s;
    const auto identity = make_certificate(claims, site.authority);
    CHECK(refusal_of(site, identity) ==
          "the server's certificate expired on " +
              time_of(X509_get0_notAfter(identity.certificate.get())));
  }
  SECTION("not yet valid") {
    claims.begins = 1h;
    const auto identity = make_certificate(claims, site.authority);
    CHECK(refusal_of(site, identity) ==
          "the server's certificate is not valid before " +
              time_of(X509_get0_notBefore(identity.certificate.get())) + "; is a clock wrong?");
  }
  SECTION("wrong name") {
    claims.names = {"zk-0.zk", "10.0.0.7", "fd00::7"};
    const auto identity = make_certificate(claims, site.authority);
    CHECK(refusal_of(site, identity, "zk-1.zk") ==
          "wrong name: the server's certificate is for zk-0.zk, 10.0.0.7, fd00::7, not for "
          "zk-1.zk; set server_name to one that it names");
    CHECK(refusal_of(site, identity, "10.0.0.8") ==
          "wrong name: the server's certificate is for zk-0.zk, 10.0.0.7, fd00::7, not for "
          "10.0.0.8 as an IP address; set server_name to one that it names");
  }
  SECTION("an IP address as a host name") {
    const auto identity = make_certificate({"127.0.0.1"}, site.authority);
    CHECK(refusal_of(site, identity) ==
          "wrong name: the server's certificate is for CN = 127.0.0.1, not for 127.0.0.1 as an IP "
          "address; set server_name to one that it names");
  }
  SECTION("unknown authority") {
    const auto other = make_authority({"Another authority"});
    CHECK(refusal_of(site, make_certificate(claims, other)) ==
          "unknown authority: the server's certificate was signed by CN = Another authority, "
          "which we do not know; put that one's certificate into ca_file");
  }
  SECTION("self-signed") {
    CHECK(refusal_of(site, make_self_signed(claims)) ==
          "unknown authority: the server's certificate was signed by CN = zk-0, which we do "
          "not know; put that one's certificate into ca_file");
  }
}

TEST_CASE("a certificate of others is refused, however the wanted name is spelled", "[net]") {
  const auto* const wanted =
      GENERATE("fe80::1%lo", "fe80::1%1", "zk", "*.zk", "zk-0", "zk-0.zk.zk");
  CAPTURE(wanted);
  const TlsSite site;
  const auto names = {"127.0.0.1", "zk-0.zk", "a.zk", "fe80::2"};
  const auto identity = make_certificate({"zk-0.zk", {names.begin(), names.end()}}, site.authority);
  CHECK(refusal_of(site, identity, wanted).starts_with("wrong name: "));
}

TEST_CASE("an address with a zone is looked for without it, as certificates have it", "[net]") {
  asio::io_context io;
  const TlsSite site;
  const TlsServer server(io, make_certificate({"zk-0", {"fe80::1"}}, site.authority));
  CHECK(run_tls(io, endpoint_of(server), site.peer("fe80::1%lo")).text == "said\n");
}

TEST_CASE("there is no connection that looks for no name", "[net]") {
  asio::io_context io;
  const TlsSite site;
  const TlsServer server(io, site.server());
  const auto* const name = GENERATE("", ".");
  const auto peer = site.peer(name);
  CHECK_THROWS_AS(Connection(io.get_executor(), std::chrono::steady_clock::now(), peer),
                  std::logic_error);
}

TEST_CASE("an authority that has expired is told as that", "[net]") {
  TlsSite site;
  Claims claims{"Old authority"};
  claims.ends = -60s;
  const auto old = make_authority(claims);
  write(site.folder / "ca.crt", old.pem());

  CHECK(refusal_of(site, make_certificate({"zk-0", {"127.0.0.1"}}, old)) ==
        "the certificate of its authority CN = Old authority expired on " +
            time_of(X509_get0_notAfter(old.certificate.get())));
}

TEST_CASE("what a certificate says that is not accepted is known all the same", "[net]") {
  asio::io_context io;
  const TlsSite site;
  Claims claims{"zk-0", {"127.0.0.1"}};
  claims.ends = -60s;
  const auto identity = make_certificate(claims, site.authority);
  const TlsServer server(io, identity);
  const auto peer = site.peer();

  REQUIRE(run_tls(io, endpoint_of(server), peer).failure);
  REQUIRE(peer->seen());
  CHECK(peer->seen()->version.empty());
  CHECK(peer->seen()->not_after == read_time(X509_get0_notAfter(identity.certificate.get())));
}

TEST_CASE("names that a certificate bears are printable and few", "[net]") {
  const TlsSite site;
  std::vector<std::string> names(40, "zk-0.zk");
  CHECK(refusal_of(site, make_certificate({"x\nlevel=error", {}}, site.authority), "zk-1.zk")
            .find('\n') == std::string::npos);
  CHECK(refusal_of(site, make_certificate({"zk-0", names}, site.authority), "zk-1.zk").size() <
        300);
}
