#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/tcp_stream.hpp>

namespace zke {

/// Why an address gave no connection.
struct NotConnected {
  enum class Kind {
    kNotPossible,  ///< we can't use this address: IPv6 is off, or it is not permitted
    kNoRoute,      ///< nor can the network
    kNoAnswer,     ///< none in time: a firewall drops, or the host is down
    kRefused,      ///< the host itself says that nobody is there
    kOwnWant,      ///< we had no descriptor or memory for it
    kReset,        ///< accepted, and closed before we looked
  };
  Kind kind;
  std::string why;  ///< for people
};

/// How a transfer over a connection ended.
struct Transfer {
  enum class End {
    kDone,    ///< all is written; or the peer closed after its last byte
    kFull,    ///< as much was read as may be, and the peer has not closed
    kLate,    ///< the deadline has come
    kBroken,  ///< the peer reset the connection, say
  };
  End end = End::kDone;
  std::string why = {};  ///< of kBroken, in the system's words
};

/// Carries bytes to one address and back, over TCP. What is awaited ends by `deadline`; when its
/// coroutine is cancelled it ends at once, by an exception (operation_aborted). The connection ends
/// with a RST, because nobody will read the rest, unless close() was called.
class Connection {
 public:
  Connection(const boost::asio::any_io_executor& on,
             std::chrono::steady_clock::time_point deadline);

  /// Comes first, and once. Empty when it is connected.
  boost::asio::awaitable<std::optional<NotConnected>> connect(
      boost::asio::ip::tcp::endpoint server);

  /// Sends all of `bytes`, which must live until then.
  boost::asio::awaitable<Transfer> write(std::string_view bytes);

  /// Appends to `text` what the peer says until it closes, until `limit` bytes are in it.
  boost::asio::awaitable<Transfer> read_to_end(std::string& text, std::size_t limit);

  /// Ends the connection in order (FIN): the peer has said all.
  void close();

 private:
  boost::beast::tcp_stream stream_;
};

}  // namespace zke
