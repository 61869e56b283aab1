#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "support/certificates.hpp"

namespace zke::test {

/// How a TlsServer speaks.
struct TlsManners {
  enum class End {
    kNotify,       ///< with close_notify, as it should be
    kClose,        ///< without it
    kReset,        ///< RST
    kHang,         ///< leaves the connection open
    kRenegotiate,  ///< wants another handshake after the answer
    kWordless,     ///< closes after the handshake, before the word
  };
  std::string answer = "said\n";
  End end = End::kNotify;
  int min_version = 0;
  int max_version = 0;  ///< 0: as OpenSSL likes
  std::string ciphers = "DEFAULT:@SECLEVEL=0";
  std::string client_authority = {};  ///< in PEM; demands a client certificate that it signed
  std::size_t chain_length = 0;       ///< so many certificates after its own
};

/// A server of four-letter words over TLS on a free port of 127.0.0.1, on the test's own loop. What
/// it should do wrong before its first byte of TLS, a FakeServer does.
class TlsServer {
 public:
  struct Seen {
    std::vector<std::string> words;
    std::vector<std::string> names;  ///< that clients asked for (SNI)
    std::size_t connections = 0;
    std::size_t handshakes = 0;  ///< that succeeded
    std::size_t resumed = 0;     ///< of them
    std::size_t refusals = 0;    ///< of another handshake, by clients
    std::size_t open = 0;        ///< connections that have not ended
  };

  TlsServer(boost::asio::io_context& io, const Credential& identity,
            const TlsManners& manners = {});
  ~TlsServer();
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;
  TlsServer(TlsServer&&) = delete;
  TlsServer& operator=(TlsServer&&) = delete;

  boost::asio::ip::tcp::endpoint endpoint() const;
  const Seen& seen() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  ///< shared with its coroutines, which may outlive it
};

}  // namespace zke::test
