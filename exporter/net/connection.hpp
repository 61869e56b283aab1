#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/tcp_stream.hpp>

namespace zke {

class TlsPeer;

/// Why an address gave no connection.
struct NotConnected {
  enum class Kind {
    kNotPossible,  ///< we can't use this address: IPv6 is off, or it is not permitted
    kNoRoute,      ///< nor can the network
    kNoAnswer,     ///< none in time: a firewall drops, or the host is down
    kRefused,      ///< the host itself says that nobody is there
    kOwnWant,      ///< we had no descriptor or memory for it
    kReset,        ///< accepted, and closed before we looked, or before it spoke TLS
    kSilent,       ///< accepted, and no TLS in time
    kNoTls,        ///< it speaks, but not TLS
    kTls,          ///< no TLS that both sides accept
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
    kTls,     ///< the peer does not accept our TLS after all
  };
  End end = End::kDone;
  std::string why = {};  ///< of kBroken and kTls, in words
};

/// Carries bytes to one address and back, over TCP or over TLS. What is awaited ends by `deadline`;
/// when its coroutine is cancelled it ends at once, by an exception (operation_aborted). The
/// connection ends with a RST, because nobody will read the rest, unless close() was called.
class Connection {
 public:
  using Clock = std::chrono::steady_clock;

  /// Over TLS with `peer`, if there is one, which is told what TLS showed.
  Connection(const boost::asio::any_io_executor& on, Clock::time_point deadline,
             const std::shared_ptr<TlsPeer>& peer = nullptr);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  Connection(Connection&&) = delete;
  Connection& operator=(Connection&&) = delete;

  /// Comes first, and once. Empty when it is connected.
  boost::asio::awaitable<std::optional<NotConnected>> connect(
      boost::asio::ip::tcp::endpoint server);

  /// Sends all of `bytes`, which must live until then.
  boost::asio::awaitable<Transfer> write(std::string_view bytes);

  /// Appends to `text` what the peer says until it closes, until `limit` bytes are in it.
  boost::asio::awaitable<Transfer> read_to_end(std::string& text, std::size_t limit);

  /// Reads `size` bytes into `text`, which is emptied before. kDone: all have come; an end before
  /// them is kBroken.
  boost::asio::awaitable<Transfer> read_exactly(std::string& text, std::size_t size);

  /// When connected, for a connection that serves more than one question: all that is awaited, now
  /// or later, ends by this instead, as kLate, and the connection with it. May be called again.
  void hold_until(Clock::time_point deadline);

  /// Sends some bytes that mean nothing at `time`, over TCP only, unless the peer has said
  /// something or closed by then: who waits for more than it got, as TLS does, shows it now.
  void nudge_at(Clock::time_point time);

  /// Whether that was done.
  bool is_nudged() const { return tcp_->is_nudged; }

  /// Ends the connection in order (FIN): the peer has said all.
  void close();

 private:
  struct Tcp {
    explicit Tcp(const boost::asio::any_io_executor& on) : stream(on) {}
    void nudge();

    boost::beast::tcp_stream stream;
    bool has_heard = false;  ///< the peer has said something
    bool is_nudged = false;
    Clock::time_point end;  ///< the deadline, by end_
    bool is_late = false;   ///< it has come
    bool is_held = false;   ///< end_ is its only deadline
  };
  struct Tls;
  struct Listener;

  boost::asio::awaitable<std::optional<NotConnected>> shake_hands();
  void end_at(Clock::time_point deadline);
  boost::system::error_code outcome(boost::system::error_code ec) const;
  Transfer transfer_of(const boost::system::error_code& ec) const;
  std::string find_refusal() const;

  std::shared_ptr<Tcp> tcp_;  ///< shared with the timers, which may end later
  std::unique_ptr<Tls> tls_;  ///< empty over TCP
  boost::asio::steady_timer nudge_;
  boost::asio::steady_timer end_;  ///< the deadline, over TLS or by hold_until()
};

}  // namespace zke
