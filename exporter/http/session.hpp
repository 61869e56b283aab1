#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include "http/body.hpp"
#include "http/head.hpp"
#include "http/limits.hpp"

namespace zke {

/// One HTTP connection: reads heads, writes responses, ends. Closing it frees its descriptor and
/// what the kernel holds for it at once, unless it ends in order.
class HttpSession {
 public:
  explicit HttpSession(boost::asio::ip::tcp::socket socket) : stream_(std::move(socket)) {}

  /// The next request; nothing when the client ended, or was too slow.
  boost::asio::awaitable<std::optional<Head>> read_head(HttpLimits limits);

  /// Sends a head and, unless `part` is empty, that part of `body`; false when the client went away
  /// or takes it too slowly.
  boost::asio::awaitable<bool> write(std::string head, std::shared_ptr<Body> body,
                                     std::string_view part, HttpLimits limits);

  /// Says that nothing more comes and waits a moment for the client to end: what it still sends
  /// must not destroy the answer on its way.
  boost::asio::awaitable<void> end();

  void reset();    ///< ends now; what is on its way is lost
  void release();  ///< ends now, but the kernel delivers what it has

  /// If it waits for a request of which no byte is to be read, it waits no longer: read_head()
  /// returns nothing.
  void stop_waiting();

  bool is_open() const { return stage_ != Stage::kEnded; }
  bool is_waiting() const { return stage_ == Stage::kReading; }
  bool is_ending() const { return stage_ == Stage::kEnding || !is_open(); }
  bool is_writing() const { return stage_ == Stage::kWriting; }

  /// Whether it may be ended to make room: anything but a page that is being made.
  bool gives_way() const { return is_open() && stage_ != Stage::kWorking; }

  /// When the client last did what was expected of it: got ready to ask, or took bytes.
  std::chrono::steady_clock::time_point since() const { return since_; }

  /// What is being sent, or nullptr.
  const Body* body() const { return is_writing() ? body_.get() : nullptr; }

 private:
  enum class Stage { kReading, kWorking, kWriting, kEnding, kEnded };

  void enter(Stage stage);
  boost::asio::awaitable<bool> read_some(std::chrono::steady_clock::time_point deadline);

  boost::beast::tcp_stream stream_;
  std::string buffer_;
  Stage stage_ = Stage::kReading;
  std::shared_ptr<Body> body_;
  std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
};

}  // namespace zke
