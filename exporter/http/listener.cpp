#include "http/listener.hpp"

#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace zke {

namespace asio = boost::asio;
namespace beast = boost::beast;

using asio::ip::tcp;

namespace {

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

}  // namespace

Listener::Listener(Address address, tcp::acceptor acceptor)
    : address_(std::move(address)),
      acceptor_(std::move(acceptor)),
      news_(acceptor_.get_executor()) {
  beast::error_code ignored;
  acceptor_.non_blocking(true, ignored);
}

void Listener::leave(Clock::duration grace) {
  if (!is_leaving()) {
    end_ = Clock::now() + grace;
    beast::error_code ignored;
    acceptor_.cancel(ignored);
    wake();
  }
}

asio::awaitable<beast::error_code> Listener::accept(tcp::socket& socket) {
  beast::error_code ec = asio::error::would_block;
  bool is_last = false;
  while (ec == asio::error::would_block && !is_last && Clock::now() < end_) {
    is_last = is_leaving();  // then it takes what is there
    if (!is_last) {
      co_await acceptor_.async_wait(tcp::acceptor::wait_read, kTuple);
    }
    acceptor_.accept(socket, ec);
  }
  if (ec == asio::error::would_block) {
    beast::error_code ignored;
    acceptor_.close(ignored);
  }
  co_return ec;
}

asio::awaitable<void> Listener::wait(Clock::time_point deadline) {
  news_.expires_at(deadline);
  co_await news_.async_wait(kTuple);
}

}  // namespace zke
