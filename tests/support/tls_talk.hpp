#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <catch2/catch.hpp>

#include "net/connection.hpp"
#include "net/tls_peer.hpp"
#include "support/certificates.hpp"
#include "support/fake_server.hpp"
#include "support/folder.hpp"
#include "support/run.hpp"
#include "support/tls_server.hpp"

namespace zke::test {

inline boost::asio::ip::tcp::endpoint endpoint_of(const TlsServer& server) {
  return server.endpoint();
}

inline boost::asio::ip::tcp::endpoint endpoint_of(const FakeServer& server) {
  const auto address = server.address();
  return {boost::asio::ip::make_address(address.host), address.port};
}

/// What a connection brought.
struct Brought {
  std::optional<NotConnected> failure = {};
  std::optional<Transfer> written = {};
  std::optional<Transfer> read = {};
  std::string text = {};

  /// Why it failed, wherever it did.
  std::string why() const {
    return failure ? failure->why : read ? read->why : written ? written->why : "";
  }
};

/// Connects, says "srvr" and reads the answer.
inline boost::asio::awaitable<void> talk_tls(boost::asio::ip::tcp::endpoint server,
                                             std::shared_ptr<TlsPeer> peer,
                                             std::chrono::steady_clock::time_point deadline,
                                             Brought& brought) {
  constexpr std::size_t kLimit = 1000;
  Connection connection(co_await boost::asio::this_coro::executor, deadline, std::move(peer));
  brought.failure = co_await connection.connect(server);
  if (brought.failure) {
    co_return;
  }
  brought.written = co_await connection.write("srvr");
  if (brought.written->end == Transfer::End::kDone) {
    brought.read = co_await connection.read_to_end(brought.text, kLimit);
  }
  if (brought.read && brought.read->end == Transfer::End::kDone) {
    connection.close();
  }
}

/// An authority, in whose certificates the client believes, and a client's own certificate.
struct TlsSite {
  TlsSite() {
    write(folder / "ca.crt", authority.pem());
    settings.ca_file = folder / "ca.crt";
  }

  void show_own(const Credential& identity) {
    write(folder / "own.crt", identity.pem());
    write(folder / "own.key", identity.key_pem());
    std::filesystem::permissions(folder / "own.key", std::filesystem::perms::owner_read);
    settings.cert_file = folder / "own.crt";
    settings.key_file = folder / "own.key";
  }

  TlsContext::Ptr context() const {
    const auto context = TlsContext::load(settings);
    REQUIRE(context);
    return *context;
  }

  std::shared_ptr<TlsPeer> peer(const std::string& name = "127.0.0.1") const {
    return std::make_shared<TlsPeer>(context(), name);
  }

  /// A server's certificate for 127.0.0.1 and zk-0.zk.
  Credential server() const {
    return make_certificate({"zk-0", {"127.0.0.1", "zk-0.zk"}}, authority);
  }

  Folder folder;
  Credential authority = make_authority({"Our authority"});
  TlsSettings settings;
};

inline Brought run_tls(boost::asio::io_context& io, const boost::asio::ip::tcp::endpoint& server,
                       const std::shared_ptr<TlsPeer>& peer,
                       std::chrono::milliseconds timeout = std::chrono::seconds(60)) {
  Brought brought;
  const auto work = [&]() -> boost::asio::awaitable<bool> {
    co_await talk_tls(server, peer, std::chrono::steady_clock::now() + timeout, brought);
    co_return true;
  };
  run(io, work());
  return brought;
}

}  // namespace zke::test
