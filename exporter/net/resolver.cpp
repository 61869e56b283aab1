#include "net/resolver.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <netdb.h>
#include <thread>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace zke {

namespace asio = boost::asio;

namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr auto kGoodFor = seconds(30);
constexpr auto kRetryAfter = seconds(5);
constexpr std::size_t kMaxThreads = 4;

struct Name {
  Resolution known;
  bool pending = false;
  steady_clock::time_point finished;
};

/// The look-ups that wait, shared with the threads; they outlive the Resolver when they hang.
struct Queue {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::string> hosts;
  bool closed = false;
};

Resolver::Addresses addresses_of(const addrinfo* list) {
  Resolver::Addresses found;
  for (const auto* entry = list; entry != nullptr; entry = entry->ai_next) {
    asio::ip::tcp::endpoint endpoint;
    if (entry->ai_addrlen <= endpoint.capacity()) {
      std::memcpy(endpoint.data(), entry->ai_addr, entry->ai_addrlen);
      endpoint.resize(entry->ai_addrlen);
      if (std::ranges::find(found, endpoint.address()) == found.end()) {
        found.push_back(endpoint.address());
      }
    }
  }
  return found;
}

}  // namespace

class Resolver::State : public std::enable_shared_from_this<State> {
 public:
  State(asio::any_io_executor loop, Lookup lookup)
      : loop_(std::move(loop)),
        lookup_(std::move(lookup)),
        timer_(loop_),
        first_answer_(loop_, steady_clock::time_point::max()) {}

  std::map<std::string, Name, std::less<>> names;

  void ask(const std::string& host) {
    auto& name = names.at(host);
    if (std::exchange(name.pending, true)) {
      return;
    }
    if (threads_ < std::min(names.size(), kMaxThreads)) {
      ++threads_;
      std::thread(work, queue_, lookup_, loop_, weak_from_this()).detach();
    }
    const std::lock_guard lock(queue_->mutex);
    queue_->hosts.push_back(host);
    queue_->changed.notify_one();
  }

  void close() {
    timer_.cancel();
    first_answer_.cancel();
    const std::lock_guard lock(queue_->mutex);
    queue_->closed = true;
    queue_->changed.notify_all();
  }

  /// Asks again about every name whose answer is old, for ever.
  void tick() {
    timer_.expires_after(kRetryAfter);
    timer_.async_wait([weak = weak_from_this()](auto ec) {
      const auto state = weak.lock();
      if (ec || !state) {
        return;
      }
      for (const auto& [host, name] : state->names) {
        const auto age = steady_clock::now() - name.finished;
        if (name.known.answered && (age >= kGoodFor || !name.known.error.empty())) {
          state->ask(host);
        }
      }
      state->tick();
    });
  }

  asio::steady_timer& first_answer() { return first_answer_; }

 private:
  /// A look-up thread. It touches the loop only under the lock of a queue that is not closed.
  static void work(const std::shared_ptr<Queue>& queue, const Lookup& lookup,
                   const asio::any_io_executor& loop, const std::weak_ptr<State>& state) {
    for (;;) {
      std::unique_lock lock(queue->mutex);
      queue->changed.wait(lock, [&] { return queue->closed || !queue->hosts.empty(); });
      if (queue->closed) {
        return;
      }
      auto host = std::move(queue->hosts.front());
      queue->hosts.pop_front();
      lock.unlock();
      auto found = lookup(host);
      lock.lock();
      if (queue->closed) {
        return;
      }
      asio::post(loop, [state, host = std::move(host), found = std::move(found)]() mutable {
        if (const auto alive = state.lock()) {
          alive->finish(host, std::move(found));
        }
      });
    }
  }

  void finish(const std::string& host, Result<Addresses> found) {
    auto& name = names.at(host);
    name.pending = false;
    name.finished = steady_clock::now();
    name.known.answered = true;
    if (found) {
      name.known.addresses = std::move(*found);
      name.known.error.clear();
    } else {
      name.known.error = found.error().detail();
    }
    first_answer_.cancel();  // wakes those who wait; each looks whether it was its host
  }

  asio::any_io_executor loop_;
  Lookup lookup_;
  asio::steady_timer timer_;
  asio::steady_timer first_answer_;
  std::shared_ptr<Queue> queue_ = std::make_shared<Queue>();
  std::size_t threads_ = 0;
};

Resolver::Resolver(asio::any_io_executor loop, Lookup lookup)
    : state_(std::make_shared<State>(std::move(loop), std::move(lookup))) {
  state_->tick();
}

Resolver::~Resolver() { state_->close(); }

void Resolver::watch(const std::string& host) {
  const auto [entry, is_new] = state_->names.try_emplace(host);
  if (!is_new) {
    return;
  }
  boost::system::error_code not_numeric;
  const auto address = asio::ip::make_address(host, not_numeric);
  if (not_numeric) {
    state_->ask(host);
    return;
  }
  entry->second.known.addresses = {address};
  entry->second.known.answered = true;
  entry->second.finished = steady_clock::time_point::max();  // never looked up again
}

const Resolution& Resolver::find(const std::string& host) const {
  return state_->names.at(host).known;
}

void Resolver::refresh(const std::string& host) {
  const auto& name = state_->names.at(host);
  if (name.known.answered && name.finished != steady_clock::time_point::max()) {
    state_->ask(host);
  }
}

asio::awaitable<void> Resolver::wait_first(std::string host, steady_clock::time_point deadline) {
  const auto& known = find(host);
  while (!known.answered && steady_clock::now() < deadline) {
    asio::steady_timer timeout(state_->first_answer().get_executor(), deadline);
    timeout.async_wait([state = std::weak_ptr(state_)](auto ec) {
      if (const auto alive = state.lock(); alive && !ec) {
        alive->first_answer().cancel();
      }
    });
    co_await state_->first_answer().async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

Result<Resolver::Addresses> Resolver::look_up(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  if (const int failure = getaddrinfo(host.c_str(), nullptr, &hints, &list); failure != 0) {
    return Error(Reason::kDns, host + ": " + gai_strerror(failure));
  }
  auto found = addresses_of(list);
  freeaddrinfo(list);
  if (found.empty()) {
    return Error(Reason::kDns, host + ": no address");
  }
  return found;
}

}  // namespace zke
