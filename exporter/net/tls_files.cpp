#include "net/tls_files.hpp"

#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace zke {

namespace asio = boost::asio;

TlsFiles::TlsFiles(asio::any_io_executor loop, TlsSettings settings, const TlsFileTimes& times,
                   Load load)
    : loop_(std::move(loop)),
      settings_(std::move(settings)),
      times_(times),
      load_(std::move(load)),
      next_(loop_),
      first_(loop_, Clock::time_point::max()),
      background_(loop_) {}

/// One at a time: while a file system hangs, what was read before stays in use, and that is said.
void TlsFiles::read() {
  const bool is_begun = background_.run(
      [load = load_, settings = settings_, last = context_, weak = weak_from_this()] {
        auto reading = load(settings, last);
        return [reading = std::move(reading), weak] {
          if (const auto self = weak.lock()) {
            self->take(reading);
          }
        };
      });
  if (!is_begun) {
    look_later();  // no thread now
    return;
  }
  next_.expires_after(times_.patience);
  next_.async_wait([weak = weak_from_this()](auto ec) {
    const auto self = weak.lock();
    if (!ec && self) {
      self->mistake_ = "reading the files does not end; look at the file system that they are on";
    }
  });
}

void TlsFiles::take(const Result<TlsContext::Ptr>& reading) {
  if (reading) {
    context_ = *reading;
    mistake_.clear();
  } else if (!is_read_ || is_doubtful_) {
    mistake_ = reading.error().detail();
  }
  is_doubtful_ = !reading;
  is_read_ = true;
  first_.cancel();
  look_later();
}

void TlsFiles::look_later() {
  next_.expires_after(times_.look_every);
  next_.async_wait([weak = weak_from_this()](auto ec) {
    const auto self = weak.lock();
    if (!ec && self) {
      self->read();
    }
  });
}

asio::awaitable<void> TlsFiles::wait_first(Clock::time_point deadline) {
  const auto self = shared_from_this();
  while (!is_read_ && Clock::now() < deadline) {
    asio::steady_timer timeout(loop_, deadline);
    timeout.async_wait([weak = weak_from_this()](auto ec) {
      if (const auto alive = weak.lock(); alive && !ec) {
        alive->first_.cancel();
      }
    });
    co_await first_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

}  // namespace zke
