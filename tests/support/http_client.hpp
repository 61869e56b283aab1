#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>

namespace zke::test {

struct HttpReply {
  unsigned status = 0;  ///< 0: the connection ended (or nothing came for 20 s)
  std::vector<std::pair<std::string, std::string>> head;  ///< names in lower case, in order
  std::string body;

  /// The value of a header, or empty.
  std::string header(const std::string& name) const;
};

/// One HTTP connection that sends what the test writes, right or wrong, on the test's own loop.
class HttpClient {
 public:
  /// Connects at once (the kernel accepts); throws when it can't.
  HttpClient(boost::asio::io_context& io, std::uint16_t port, const std::string& host = "127.0.0.1",
             int receive_buffer = 0);

  /// These run the loop until they are done.
  bool send(const std::string& text);  ///< false when the connection has ended
  HttpReply read(bool is_head = false);
  HttpReply ask(const std::string& text);
  bool is_closed();  ///< waits for the end; false when something else comes

  /// Sends the text byte by byte, `milliseconds` apart; false when the server closes before its
  /// end.
  boost::asio::awaitable<bool> drip(std::string text, int milliseconds);

  boost::asio::awaitable<HttpReply> exchange(std::string text);

  void close() { stream_.close(); }
  void finish();  ///< sends nothing more, but reads on

 private:
  boost::asio::awaitable<bool> write(std::string text);
  boost::asio::awaitable<HttpReply> receive(bool is_head);
  boost::asio::awaitable<bool> wait_for_end();

  boost::asio::io_context& io_;
  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;
};

/// A GET on a connection of its own.
HttpReply get(boost::asio::io_context& io, std::uint16_t port, const std::string& target);

}  // namespace zke::test
