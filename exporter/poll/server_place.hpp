#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "judge/judge_member.hpp"
#include "net/address.hpp"
#include "net/resolver.hpp"
#include "net/target.hpp"
#include "net/tls_files.hpp"
#include "net/tls_peer.hpp"

namespace zke {

/// Where a member's server is, and how it is spoken to: the addresses of its name, the one that
/// answered last first, and TLS.
class ServerPlace {
 public:
  using Clock = std::chrono::steady_clock;

  ServerPlace(const Address& address, Resolver& resolver);

  const std::string& name() const { return name_; }

  /// From now on, TLS by these files; nullptr: none.
  void speak_tls(std::shared_ptr<TlsFiles> files) { tls_files_ = std::move(files); }

  /// What to connect to, as soon as that is known, or by `deadline`. Without a place the error says
  /// why: dns, or tls.
  boost::asio::awaitable<Result<Target>> find(Clock::time_point deadline);

  /// Why its name has no address, or no new one; empty when all is well with it.
  std::string dns_error() const;

  /// What TLS showed since the last find().
  std::optional<TlsFacts> tls() const { return peer_ ? peer_->seen() : std::nullopt; }

  /// Remembers which address answered, and tells whether it is another one than before.
  void note(const boost::asio::ip::tcp::endpoint& answered, PollRecord& record);
  void note(const boost::asio::ip::tcp::endpoint& answered) { answered_ = answered; }

  /// Looks the name up again: its addresses may have moved.
  void refresh() { host_->refresh(); }

 private:
  std::vector<boost::asio::ip::tcp::endpoint> endpoints() const;

  Address address_;
  std::string name_;
  std::shared_ptr<Resolver::Name> host_;
  boost::asio::ip::tcp::endpoint answered_;  ///< where the last answer came from
  std::shared_ptr<TlsFiles> tls_files_;
  std::string wanted_;  ///< whom the certificate must name
  std::shared_ptr<TlsPeer> peer_;
};

}  // namespace zke
