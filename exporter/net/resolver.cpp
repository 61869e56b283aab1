#include "net/resolver.hpp"

#include <algorithm>
#include <cstring>
#include <deque>
#include <map>
#include <netdb.h>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/background.hpp"

namespace zke {

namespace asio = boost::asio;

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr auto kGoodFor = seconds(30);
constexpr auto kRetryAfter = seconds(5);

// Most names answer in milliseconds: a few look-ups at once do, and spare the name server. One that
// takes longer than kHangs may hang, and is then replaced by two, so that unknown names that hang
// hold the others up for some tenths of a second, however many they are.
constexpr std::size_t kUsualLookups = 4;
constexpr std::size_t kMaxLookups = 100;
constexpr std::size_t kMaxSlowLookups = 8;  // besides: of names that were slow the last time
constexpr auto kHangs = milliseconds(100);
constexpr auto kSlow = seconds(1);

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
        background_(loop_),
        timer_(loop_),
        patience_(loop_),
        first_answer_(loop_, steady_clock::time_point::max()) {}

  std::shared_ptr<Name> watch(const std::string& host) {
    if (const auto found = names_.find(host); found != names_.end()) {
      if (auto name = found->second.lock()) {
        return name;
      }
    }
    auto name = std::make_shared<Name>(host, weak_from_this());
    names_.insert_or_assign(host, name);
    boost::system::error_code not_numeric;
    const auto address = asio::ip::make_address(host, not_numeric);
    if (not_numeric) {
      ask(*name);
    } else {
      name->known_.addresses = {address};
      name->known_.answered = true;
      name->finished_ = steady_clock::time_point::max();  // never looked up again
    }
    return name;
  }

  std::size_t watched() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(names_, [](const auto& entry) { return !entry.second.expired(); }));
  }

  void ask(Name& name) {
    if (!std::exchange(name.is_pending_, true)) {
      lane_of(name).waiting.push_back(names_.at(name.host_));
      start_waiting();
    }
  }

  void close() {
    timer_.cancel();
    patience_.cancel();
    first_answer_.cancel();
    background_.close();
  }

  /// Asks again about every name whose answer is old, for ever.
  void tick() {
    timer_.expires_after(kRetryAfter);
    timer_.async_wait([weak = weak_from_this()](auto ec) {
      const auto state = weak.lock();
      if (ec || !state) {
        return;
      }
      std::erase_if(state->names_, [](const auto& entry) { return entry.second.expired(); });
      for (const auto& [host, watched] : state->names_) {
        const auto name = watched.lock();
        const auto age = steady_clock::now() - name->finished_;
        if (name->known_.answered && (age >= kGoodFor || !name->known_.error.empty())) {
          state->ask(*name);
        }
      }
      state->tick();
    });
  }

  asio::steady_timer& first_answer() { return first_answer_; }

 private:
  /// Names that wait for a look-up, and those that are being looked up.
  struct Lane {
    std::deque<std::weak_ptr<Name>> waiting;
    std::vector<std::shared_ptr<const Name>> running;
  };

  Lane& lane_of(const Name& name) { return name.is_slow_ ? slow_ : quick_; }

  void start_waiting() {
    for (auto* lane : {&slow_, &quick_}) {
      std::erase_if(lane->waiting, [](const auto& name) { return name.expired(); });
    }
    while (!slow_.waiting.empty() && slow_.running.size() < kMaxSlowLookups && start(slow_)) {
    }
    while (!quick_.waiting.empty() && quick_.running.size() < quick_limit() && start(quick_)) {
    }
    // Else the end of a look-up lets the next one start.
    const bool wants_thread = !quick_.waiting.empty() ||
                              (!slow_.waiting.empty() && slow_.running.size() < kMaxSlowLookups);
    if (!wants_thread || std::exchange(is_patient_, true)) {
      return;
    }
    patience_.expires_after(kHangs);
    patience_.async_wait([weak = weak_from_this()](auto ec) {
      if (const auto state = weak.lock(); state && !ec) {
        state->is_patient_ = false;
        state->start_waiting();
      }
    });
  }

  std::size_t quick_limit() const {
    const auto hangs = std::ranges::count_if(quick_.running, [](const auto& name) {
      return steady_clock::now() - name->started_ >= kHangs;
    });
    return std::min(kUsualLookups + 2 * static_cast<std::size_t>(hangs), kMaxLookups);
  }

  /// Looks the lane's next name up in a thread; false when there can't be another thread now.
  bool start(Lane& lane) {
    const auto name = lane.waiting.front().lock();
    auto work = [lookup = lookup_, state = weak_from_this(), host = name->host_,
                 asker = std::weak_ptr(name)]() -> Background::Done {
      return [state, asker, found = lookup(host)] {
        if (const auto alive = state.lock()) {
          alive->finish(*asker.lock(), found);  // it is among those that run
        }
      };
    };
    if (!background_.run(std::move(work))) {
      return false;
    }
    name->started_ = steady_clock::now();
    lane.running.push_back(name);
    lane.waiting.pop_front();
    return true;
  }

  void finish(Name& name, const Result<Addresses>& found) {
    std::erase_if(lane_of(name).running, [&](const auto& each) { return each.get() == &name; });
    name.is_pending_ = false;
    name.finished_ = steady_clock::now();
    name.is_slow_ = name.finished_ - name.started_ >= kSlow;
    name.known_.answered = true;
    if (found) {
      name.known_.addresses = *found;
      name.known_.error.clear();
    } else {
      name.known_.error = found.error().detail();
    }
    first_answer_.cancel();  // wakes those who wait; each looks whether it was its host
    start_waiting();
  }

  asio::any_io_executor loop_;
  Lookup lookup_;
  Background background_;
  asio::steady_timer timer_;
  asio::steady_timer patience_;
  asio::steady_timer first_answer_;
  std::map<std::string, std::weak_ptr<Name>, std::less<>> names_;
  Lane quick_;
  Lane slow_;
  bool is_patient_ = false;  ///< patience_ runs, since names wait
};

Resolver::Resolver(asio::any_io_executor loop, Lookup lookup)
    : state_(std::make_shared<State>(std::move(loop), std::move(lookup))) {
  state_->tick();
}

Resolver::~Resolver() { state_->close(); }

std::shared_ptr<Resolver::Name> Resolver::watch(const std::string& host) {
  return state_->watch(host);
}

std::size_t Resolver::watched() const { return state_->watched(); }

Resolver::Name::Name(std::string host, std::weak_ptr<State> state)
    : host_(std::move(host)), state_(std::move(state)) {}

void Resolver::Name::refresh() {
  const auto state = state_.lock();
  if (state && known_.answered && finished_ != steady_clock::time_point::max()) {
    state->ask(*this);
  }
}

asio::awaitable<void> Resolver::Name::wait_first(steady_clock::time_point deadline) {
  while (!known_.answered && steady_clock::now() < deadline) {
    const auto state = state_.lock();
    if (!state) {
      co_return;
    }
    asio::steady_timer timeout(state->first_answer().get_executor(), deadline);
    timeout.async_wait([weak = state_](auto ec) {
      if (const auto alive = weak.lock(); alive && !ec) {
        alive->first_answer().cancel();
      }
    });
    co_await state->first_answer().async_wait(asio::as_tuple(asio::use_awaitable));
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
