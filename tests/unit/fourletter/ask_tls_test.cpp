#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>

#include "fourletter/ask.hpp"
#include "fourletter/ask_all.hpp"
#include "support/captures.hpp"
#include "support/tls_talk.hpp"

using namespace zke;
using namespace zke::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

namespace asio = boost::asio;

using asio::ip::tcp;
using std::chrono::steady_clock;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr auto kSpeaksTls = "this port speaks TLS; configure tls: for it";
constexpr auto kSpeaksPlain = "this port speaks ZooKeeper without TLS; remove tls: or use its";
constexpr auto kSilent = "connected, but no answer before the deadline";

/// A server that waits for five bytes, as what a record of TLS begins with, then answers and
/// closes, with the rest unread.
class PatientServer {
 public:
  /// `to_hello` answers to a greeting of TLS, which `takes` that long; `to_other` to all else.
  PatientServer(asio::io_context& io, std::string to_hello, std::string to_other,
                std::chrono::milliseconds takes = 0ms)
      : acceptor_(std::make_shared<tcp::acceptor>(
            io, tcp::endpoint(asio::ip::address_v4::loopback(), 0))) {
    start(io.get_executor(), serve(acceptor_, std::move(to_hello), std::move(to_other), takes));
  }
  ~PatientServer() { acceptor_->close(); }
  PatientServer(const PatientServer&) = delete;
  PatientServer& operator=(const PatientServer&) = delete;
  PatientServer(PatientServer&&) = delete;
  PatientServer& operator=(PatientServer&&) = delete;

  tcp::endpoint endpoint() const { return acceptor_->local_endpoint(); }

 private:
  static asio::awaitable<void> serve(std::shared_ptr<tcp::acceptor> acceptor, std::string to_hello,
                                     std::string to_other, std::chrono::milliseconds takes) {
    for (;;) {
      auto [ec, socket] = co_await acceptor->async_accept(kTuple);
      if (ec) {
        co_return;
      }
      start(acceptor->get_executor(), answer(std::move(socket), to_hello, to_other, takes));
    }
  }

  static asio::awaitable<void> answer(tcp::socket socket, std::string to_hello,
                                      std::string to_other, std::chrono::milliseconds takes) {
    std::string begin(5, '\0');
    auto [ec, n] = co_await asio::async_read(socket, asio::buffer(begin), kTuple);
    if (!ec) {
      const bool is_hello = begin[0] == '\x16';
      asio::steady_timer work(socket.get_executor(), is_hello ? takes : 0ms);
      co_await work.async_wait(kTuple);
      const auto& text = is_hello ? to_hello : to_other;
      co_await asio::async_write(socket, asio::buffer(text), kTuple);
    }
  }

  std::shared_ptr<tcp::acceptor> acceptor_;
};

const auto kAlert = "\x15\x03\x03\x00\x02\x02\x28"s;

/// What asking brought: "ok", or reason and detail.
asio::awaitable<void> note(Target target, steady_clock::time_point deadline, std::string& into,
                           std::size_t& left) {
  const auto answer = co_await ask(std::move(target), Command::kSrvr, deadline);
  into = answer ? "ok"
                : std::string(to_string(answer.error().reason())) + ": " + answer.error().detail();
  --left;
}

/// All are asked at once: silence is waited for together.
std::vector<std::string> ask_each(asio::io_context& io, const std::vector<Target>& targets,
                                  std::chrono::milliseconds timeout = 60s) {
  std::vector<std::string> outcomes(targets.size());
  auto left = targets.size();
  const auto deadline = steady_clock::now() + timeout;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    start(io.get_executor(), note(targets[i], deadline, outcomes[i], left));
  }
  run_until(io, [&] { return left == 0; });
  CHECK(steady_clock::now() < deadline + 1s);
  return outcomes;
}

Target plain(std::vector<tcp::endpoint> servers) { return {"zk-0:2181", std::move(servers)}; }

Target secure(const TlsSite& site, std::vector<tcp::endpoint> servers) {
  return {"zk-0:2181", std::move(servers), site.peer()};
}

TlsManners answers_well() {
  TlsManners manners;
  manners.answer = captured("3.8.0/leader", Command::kSrvr);
  return manners;
}

/// Whether an outcome has this reason and says this.
bool tells(const std::string& outcome, Reason reason, const std::string& what) {
  CAPTURE(outcome);
  CHECK(outcome.starts_with(std::string(to_string(reason)) + ": "));
  CHECK(outcome.find(what) != std::string::npos);
  return true;
}

}  // namespace

TEST_CASE("a word is answered over TLS", "[fourletter]") {
  asio::io_context io;
  const TlsSite site;
  const TlsServer server(io, site.server(), answers_well());
  CHECK(ask_each(io, {secure(site, {endpoint_of(server)})}) == std::vector<std::string>{"ok"});
  CHECK(server.seen().words == std::vector<std::string>{"srvr"});
}

TEST_CASE("an answer over TLS that is cut is truncated", "[fourletter]") {
  asio::io_context io;
  const TlsSite site;
  auto manners = answers_well();
  manners.answer.resize(40);
  manners.end = GENERATE(TlsManners::End::kNotify, TlsManners::End::kClose);
  const TlsServer server(io, site.server(), manners);
  tells(ask_each(io, {secure(site, {endpoint_of(server)})})[0], Reason::kTruncated, "");
}

TEST_CASE("a server that closes after the handshake without a word is no failure of TLS",
          "[fourletter]") {
  asio::io_context io;
  const TlsSite site;
  TlsManners manners;
  manners.end = TlsManners::End::kWordless;
  const TlsServer server(io, site.server(), manners);
  tells(ask_each(io, {secure(site, {endpoint_of(server)})})[0], Reason::kClosedWithoutAnswer, "");
}

TEST_CASE("a plain word to a port of TLS is told as that", "[fourletter]") {
  asio::io_context io;
  const TlsSite site;
  const TlsServer openssl(io, site.server());
  const PatientServer java(io, kAlert, "");
  const PatientServer alerts(io, kAlert, kAlert);
  for (const auto& outcome : ask_each(
           io,
           {plain({endpoint_of(openssl)}), plain({java.endpoint()}), plain({alerts.endpoint()})},
           2s)) {
    tells(outcome, Reason::kTls, kSpeaksTls);
  }
}

TEST_CASE("of a short time enough is left for a port of TLS to show itself", "[fourletter]") {
  asio::io_context io;
  const PatientServer slow(io, kAlert, "", 120ms);
  tells(ask_each(io, {plain({slow.endpoint()})}, 400ms)[0], Reason::kTls, kSpeaksTls);
}

TEST_CASE("nothing follows a word to a server that has spoken before", "[fourletter]") {
  // The rest of a long answer is lost when a server closes and has not read all.
  asio::io_context io;
  FakeServer slow(io);
  slow.play(Command::kMntr, Script{"", Script::End::kHang});
  auto all = run(io, ask_all(plain({endpoint_of(slow)}), {Command::kSrvr, Command::kMntr},
                             steady_clock::now() + 300ms));

  CHECK(all.replies[Command::kMntr]->error().reason() == Reason::kTimeout);
  run_until(io, [&] { return slow.seen().resets > 0; });
  CHECK(slow.seen().extra_bytes == 0);
}

TEST_CASE("a plain server that is frozen, slow, or shy is not taken for one of TLS",
          "[fourletter]") {
  asio::io_context io;
  FakeServer frozen(io);
  frozen.play_always(Script{"", Script::End::kHang});
  const FakeServer unattended(io, "3.8.0/leader", Door::kUnattended);
  const PatientServer shy(io, "", "");
  const PatientServer odd(io, "HTTP/1.1 400 Bad Request\r\n\r\n", "");
  const PatientServer slow(io, "", captured("3.8.0/leader", Command::kSrvr));
  const PatientServer slow_and_cut(io, "", captured("3.8.0/leader", Command::kSrvr).substr(0, 40));
  const auto outcomes = ask_each(
      io,
      {plain({endpoint_of(frozen)}), plain({endpoint_of(unattended)}), plain({shy.endpoint()}),
       plain({odd.endpoint()}), plain({slow.endpoint()}), plain({slow_and_cut.endpoint()})},
      2s);

  tells(outcomes[0], Reason::kTimeout, kSilent);
  tells(outcomes[1], Reason::kTimeout, kSilent);
  tells(outcomes[2], Reason::kTimeout, kSilent);
  tells(outcomes[3], Reason::kTimeout, kSilent);
  CHECK(outcomes[4] == "ok");
  tells(outcomes[5], Reason::kTruncated, "");
}

TEST_CASE("a word over TLS to a port without it is told as that", "[fourletter]") {
  asio::io_context io;
  const TlsSite site;
  const FakeServer zookeeper(io);
  FakeServer closes(io);
  closes.play_always(Script{});
  FakeServer http(io);
  http.play_always(Script{"HTTP/1.1 400 Bad Request\r\n\r\n"});
  const auto outcomes =
      ask_each(io, {secure(site, {endpoint_of(zookeeper)}), secure(site, {endpoint_of(closes)}),
                    secure(site, {endpoint_of(http)})});

  tells(outcomes[0], Reason::kTls, kSpeaksPlain);
  tells(outcomes[1], Reason::kClosedWithoutAnswer, "");
  tells(outcomes[2], Reason::kTls, "what answers there does not speak TLS");
}

TEST_CASE("of several addresses that answers which speaks as we do", "[fourletter]") {
  asio::io_context io;
  const TlsSite site;
  const TlsServer tls(io, site.server(), answers_well());
  const FakeServer zookeeper(io);
  const auto with = endpoint_of(tls);
  const auto without = endpoint_of(zookeeper);
  const auto outcomes = ask_each(io,
                                 {secure(site, {with, without}), secure(site, {without, with}),
                                  plain({with, without}), plain({without, with})},
                                 4s);

  CHECK(outcomes == std::vector<std::string>(4, "ok"));
}

TEST_CASE("a silent server is late over TLS too", "[fourletter]") {
  asio::io_context io;
  const TlsSite site;
  FakeServer frozen(io);
  frozen.play_always(Script{"", Script::End::kHang});
  tells(ask_each(io, {secure(site, {endpoint_of(frozen)})}, 200ms)[0], Reason::kTimeout,
        "no whole TLS handshake before the deadline");
}
