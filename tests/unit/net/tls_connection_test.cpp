#include <string>

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "base/task_group.hpp"
#include "support/open_descriptors.hpp"
#include "support/tls_talk.hpp"

using namespace zke;
using namespace zke::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

namespace asio = boost::asio;

using End = Transfer::End;
using Kind = NotConnected::Kind;
using Manners = TlsManners;

constexpr auto kShort = 100ms;
constexpr std::size_t kEndless = 1'000'000'000;

// "Do greet me": a server may say it at any time, and a client that is greeting ignores it.
const auto kHelloRequest = "\x16\x03\x03\x00\x04\x00\x00\x00\x00"s;
const auto kHalfHello = "\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03"s;

/// What comes of a connection to a server that begins like this instead of with TLS.
Brought answer_to(const Script& script, std::chrono::milliseconds timeout = 60s) {
  asio::io_context io;
  const TlsSite site;
  FakeServer server(io);
  server.play_always(script);
  auto brought = run_tls(io, endpoint_of(server), site.peer(), timeout);
  REQUIRE(brought.failure);
  return brought;
}

/// What comes of a connection to a server of such manners.
Brought answer_to(const Manners& manners, const TlsSite& site,
                  std::chrono::milliseconds timeout = 60s) {
  asio::io_context io;
  const TlsServer server(io, site.server(), manners);
  auto brought = run_tls(io, endpoint_of(server), site.peer(), timeout);
  run_until(io, [&] { return server.seen().open == 0; });
  return brought;
}

Manners only(int version) {
  Manners manners;
  manners.min_version = version;
  manners.max_version = version;
  return manners;
}

/// Whether the tasks end by their cancellation alone, without any further event.
bool end_when_cancelled(asio::io_context& io, TaskGroup& tasks) {
  tasks.cancel();
  io.restart();
  io.poll();
  return run(io, tasks.join(std::chrono::steady_clock::now()));
}

}  // namespace

TEST_CASE("over TLS a connection carries bytes until the peer closes", "[net]") {
  const auto version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  const auto end = GENERATE(Manners::End::kNotify, Manners::End::kClose);
  auto manners = only(version);
  manners.end = end;
  const auto brought = answer_to(manners, TlsSite());

  CHECK_FALSE(brought.failure);
  CHECK(brought.written->end == End::kDone);
  CHECK(brought.read->end == End::kDone);
  CHECK(brought.text == "said\n");
}

TEST_CASE("over TLS no more is read than the limit", "[net]") {
  Manners manners;
  manners.answer = std::string(100'000, 'x');
  const auto brought = answer_to(manners, TlsSite());

  CHECK(brought.read->end == End::kFull);
  CHECK(brought.text.size() == 1000);
}

TEST_CASE("over TLS a transfer ends at the deadline, with what came until then", "[net]") {
  Manners manners;
  manners.end = Manners::End::kHang;
  const auto brought = answer_to(manners, TlsSite(), 1s);

  CHECK(brought.read->end == End::kLate);
  CHECK(brought.text == "said\n");
}

TEST_CASE("over TLS a peer that resets the connection has broken it", "[net]") {
  Manners manners;
  manners.end = Manners::End::kReset;
  const auto brought = answer_to(manners, TlsSite());

  CHECK(brought.read->end == End::kBroken);
  CHECK_FALSE(brought.read->why.empty());
}

TEST_CASE("a peer that closes after the handshake without a word has said nothing", "[net]") {
  const auto version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  auto manners = only(version);
  manners.end = Manners::End::kWordless;
  const auto brought = answer_to(manners, TlsSite());

  CHECK_FALSE(brought.failure);
  CHECK(brought.text.empty());
  CHECK(brought.why().find("certificate") == std::string::npos);
  if (brought.read) {
    CHECK((brought.read->end == End::kDone || brought.read->end == End::kBroken));
  }
}

TEST_CASE("a peer that wants another handshake gets none, and what it said stands", "[net]") {
  asio::io_context io;
  const TlsSite site;
  auto manners = only(TLS1_2_VERSION);
  manners.end = Manners::End::kRenegotiate;
  const TlsServer server(io, site.server(), manners);
  const auto brought = run_tls(io, endpoint_of(server), site.peer());
  run_until(io, [&] { return server.seen().open == 0; });

  CHECK(server.seen().refusals == 1);
  CHECK(server.seen().handshakes == 1);
  CHECK(brought.text == "said\n");
}

TEST_CASE("a handshake that does not end is late", "[net]") {
  const auto& script =
      GENERATE(Script{"", Script::End::kHang}, Script{kHalfHello, Script::End::kHang},
               Script{kHelloRequest, Script::End::kHang, kEndless},
               Script{kHelloRequest, Script::End::kHang, kEndless, true});
  const auto begin = std::chrono::steady_clock::now();
  const auto brought = answer_to(script, kShort);

  CHECK(brought.failure->kind == Kind::kSilent);
  CHECK(brought.failure->why == "connected, but no whole TLS handshake before the deadline");
  CHECK(std::chrono::steady_clock::now() - begin >= kShort);
}

TEST_CASE("what speaks no TLS is told so", "[net]") {
  const auto* text = GENERATE("HTTP/1.1 400 Bad Request\r\n\r\n", "Zookeeper version: 3.8.0\n",
                              "SSH-2.0-OpenSSH_9.2\r\n");
  const auto brought = answer_to(Script{text, Script::End::kHang});

  CHECK(brought.failure->kind == Kind::kNoTls);
  CHECK(brought.failure->why == "what answers there does not speak TLS");
}

TEST_CASE("garbage within the handshake ends it", "[net]") {
  const auto& text =
      GENERATE(std::string(4096, '\0'), std::string(4096, '\xff'),
               "\x16\x03\x03\x00\x7a\x02\x00\x00\x76"s + std::string(4096, 'x'),
               "\x16\x03\x03\x00\x04\x02\xff\xff\xff"s,  // a greeting of 16 MiB is to come
               "\x16\x03\x03\xff\xff\x02\x00\x00\x76"s, "\x17\x03\x03\x00\x01x"s,
               "\x14\x03\x03\x00\x01\x01\x14\x03\x03\x00\x01\x01"s + std::string(100, '\x16'));
  const auto brought = answer_to(Script{text});

  CHECK((brought.failure->kind == Kind::kTls || brought.failure->kind == Kind::kNoTls));
  CHECK_FALSE(brought.failure->why.empty());
  CHECK(brought.failure->why.size() < 200);
}

TEST_CASE("a connection that ends instead of a handshake is a reset, one within it is of TLS",
          "[net]") {
  CHECK(answer_to(Script{}).failure->kind == Kind::kReset);
  CHECK(answer_to(Script{"", Script::End::kReset}).failure->kind == Kind::kReset);

  const auto cut = answer_to(Script{kHalfHello});
  CHECK(cut.failure->kind == Kind::kTls);
  CHECK(cut.failure->why == "the server closed the connection within the TLS handshake");
}

TEST_CASE("a server that is too old or too new is told so", "[net]") {
  TlsSite site;
  Manners old;
  old.min_version = TLS1_VERSION;
  old.max_version = TLS1_1_VERSION;
  CHECK(answer_to(old, site).why().starts_with("no common version: "));

  CHECK(answer_to(only(TLS1_3_VERSION), site).text == "said\n");
  site.settings.min_version = TlsSettings::Version::k13;
  CHECK(answer_to(only(TLS1_3_VERSION), site).text == "said\n");
  CHECK(answer_to(only(TLS1_2_VERSION), site).why().starts_with("no common version: "));
}

TEST_CASE("a server with other ciphers is told so", "[net]") {
  auto manners = only(TLS1_2_VERSION);
  manners.ciphers = "AES128-SHA256";  // for keys of RSA: its own is none
  const auto brought = answer_to(manners, TlsSite());

  CHECK(brought.failure->kind == Kind::kTls);
  CHECK(brought.failure->why.starts_with("no common cipher: the server accepts none"));
}

TEST_CASE("a server that demands a client certificate is told so, and takes a good one", "[net]") {
  const auto version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  CAPTURE(version);
  TlsSite site;
  auto manners = only(version);
  manners.client_authority = site.authority.pem();

  const auto none = answer_to(manners, site);
  CHECK(none.why().starts_with("the server demands a client certificate; set cert_file and"));
  CHECK(none.why().find("unknown") == std::string::npos);  // an alert of a name, or of a number
  CHECK(none.failure.has_value() == (version == TLS1_2_VERSION));  // 1.3 looks at it afterwards

  site.show_own(make_certificate({"exporter"}, make_authority({"Another authority"})));
  CHECK(answer_to(manners, site)
            .why()
            .starts_with(
                "the server does not know the authority of our certificate; check cert_file"));

  Claims expired{"exporter"};
  expired.ends = -60s;
  site.show_own(make_certificate(expired, site.authority));
  CHECK(answer_to(manners, site)
            .why()
            .starts_with("our certificate has expired for the server; renew cert_file"));

  site.show_own(make_certificate({"exporter"}, site.authority));
  CHECK(answer_to(manners, site).text == "said\n");
}

TEST_CASE("a chain of certificates is read up to a bound", "[net]") {
  Manners manners;
  manners.chain_length = 20;
  CHECK(answer_to(manners, TlsSite()).text == "said\n");

  manners.chain_length = 1000;
  const auto brought = answer_to(manners, TlsSite());
  CHECK(brought.failure->kind == Kind::kTls);
  CHECK(brought.failure->why == "the handshake failed: excessive message size");
}

TEST_CASE("a connection over TLS ends at once when its coroutine is cancelled", "[net]") {
  asio::io_context io;
  const TlsSite site;
  TaskGroup tasks(io.get_executor());
  Brought brought;
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  SECTION("within the handshake") {
    FakeServer server(io);
    server.play_always(Script{kHalfHello, Script::End::kHang});
    tasks.spawn("talk", talk_tls(endpoint_of(server), site.peer(), deadline, brought));
    run_until(io, [&] { return server.seen().bytes_sent > 0; });

    CHECK(end_when_cancelled(io, tasks));
    run_until(io, [&] { return server.seen().resets == 1; });
    CHECK_FALSE(brought.failure);
    CHECK_FALSE(brought.written);
  }
  SECTION("while it reads") {
    Manners manners;
    manners.end = Manners::End::kHang;
    const TlsServer server(io, site.server(), manners);
    tasks.spawn("talk", talk_tls(endpoint_of(server), site.peer(), deadline, brought));
    run_until(io, [&] { return !server.seen().words.empty(); });

    CHECK(end_when_cancelled(io, tasks));
    run_until(io, [&] { return server.seen().open == 0; });
    CHECK(brought.written);
    CHECK_FALSE(brought.read);
  }
}

TEST_CASE("connections over TLS leave no descriptor behind", "[net]") {
  asio::io_context io;
  const TlsSite site;
  const TlsServer good(io, site.server());
  const TlsServer bad(io, make_self_signed({"zk-0", {"127.0.0.1"}}));
  const auto peer = site.peer();
  run_tls(io, endpoint_of(good), peer);
  run_until(io, [&] { return good.seen().open == 0; });
  const auto before = open_descriptors();
  for (int i = 0; i < 250; ++i) {
    REQUIRE(run_tls(io, endpoint_of(good), peer).text == "said\n");
    REQUIRE(run_tls(io, endpoint_of(bad), peer).failure);
  }
  run_until(io, [&] { return good.seen().open + bad.seen().open == 0; });

  CHECK(open_descriptors() == before);
}
