#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "support/admin_captures.hpp"
#include "support/run.hpp"

namespace zke::test {

/// Plays an AdminServer on a free port of 127.0.0.1: gives the pages of a capture, or other bytes
/// where a test says so; what else is asked for gets a 404. Runs on the test's own loop.
class FakeAdminServer {
 public:
  explicit FakeAdminServer(boost::asio::io_context& io, const std::string& capture = "3.9.3/leader")
      : state_(std::make_shared<State>(io, capture)) {
    start(io.get_executor(), State::serve(state_));
  }
  ~FakeAdminServer() { shut(); }
  FakeAdminServer(const FakeAdminServer&) = delete;
  FakeAdminServer& operator=(const FakeAdminServer&) = delete;
  FakeAdminServer(FakeAdminServer&&) = delete;
  FakeAdminServer& operator=(FakeAdminServer&&) = delete;

  boost::asio::ip::tcp::endpoint endpoint() const { return state_->endpoint; }

  void play(const std::string& capture) { state_->capture = capture; }

  /// The body of a page, whatever the capture says.
  void play(const std::string& page, const std::string& body) {
    state_->pages[page] = "HTTP/1.1 200 OK\r\n\r\n" + body;
  }

  /// All that is sent for a page, be it HTTP or not.
  void play_raw(const std::string& page, const std::string& bytes) { state_->pages[page] = bytes; }

  /// No answer comes to a page that is asked for from now on, and no end.
  void keep_silent(bool is_silent) { state_->is_silent = is_silent; }

  /// Connections are refused from now on.
  void shut() {
    boost::system::error_code ignored;
    state_->acceptor.close(ignored);
  }

  /// The pages that were asked for, and the whole of the last request.
  const std::vector<std::string>& seen() const { return state_->seen; }
  const std::string& last_request() const { return state_->last_request; }

 private:
  struct State {
    State(boost::asio::io_context& io, std::string its_capture)
        : acceptor(io, {boost::asio::ip::address_v4::loopback(), 0}),
          endpoint(acceptor.local_endpoint()),
          capture(std::move(its_capture)) {}

    static boost::asio::awaitable<void> serve(std::shared_ptr<State> state) {
      constexpr auto kTuple = boost::asio::as_tuple(boost::asio::use_awaitable);
      for (;;) {
        auto [failed, socket] = co_await state->acceptor.async_accept(kTuple);
        if (failed) {
          co_return;
        }
        std::string request;
        auto buffer = boost::asio::dynamic_buffer(request);
        co_await boost::asio::async_read_until(socket, buffer, "\r\n\r\n", kTuple);
        const auto answer = state->answer(request);
        if (state->is_silent) {
          state->silent.push_back(std::move(socket));
          continue;
        }
        co_await boost::asio::async_write(socket, boost::asio::buffer(answer), kTuple);
      }
    }

    std::string answer(const std::string& request) {
      last_request = request;
      const auto path = request.substr(4, request.find(" HTTP") - 4);
      const auto page = path.substr(path.rfind('/') + 1);
      seen.push_back(page);
      if (const auto found = pages.find(page); found != pages.end()) {
        return found->second;
      }
      for (const auto& known : kAdminPages) {
        if (path == "/commands/" + std::string(known.name)) {
          const auto said = admin_answer(capture, page);
          return "HTTP/1.1 " + std::to_string(said.status) +
                 " X\r\nContent-Length: " + std::to_string(said.body.size()) + "\r\n\r\n" +
                 said.body;
        }
      }
      return "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
    }

    boost::asio::ip::tcp::acceptor acceptor;
    boost::asio::ip::tcp::endpoint endpoint;
    std::string capture;
    std::map<std::string, std::string> pages;
    std::vector<std::string> seen;
    std::string last_request;
    bool is_silent = false;
    std::vector<boost::asio::ip::tcp::socket> silent;
  };
  std::shared_ptr<State> state_;  ///< shared with its coroutine, which may outlive it
};

}  // namespace zke::test
