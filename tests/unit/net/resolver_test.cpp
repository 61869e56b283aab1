#include "net/resolver.hpp"

#include <condition_variable>
#include <map>
#include <mutex>

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "support/run.hpp"

using namespace zke;
using namespace zke::test;
using namespace std::chrono_literals;

namespace {

using boost::asio::ip::make_address;
using std::chrono::steady_clock;

std::string name_of(int i) { return "zk-" + std::to_string(i); }

/// A name service whose answers the test decides on; a name without an answer hangs.
class FakeNames {
 public:
  void answer(const std::string& host, Result<Resolver::Addresses> answer) {
    const std::lock_guard lock(state_->mutex);
    state_->answers.insert_or_assign(host, std::move(answer));
    state_->changed.notify_all();
  }

  void forget(const std::string& host) {
    const std::lock_guard lock(state_->mutex);
    state_->answers.erase(host);
  }

  void answer_all(int n, const Result<Resolver::Addresses>& result) {
    for (int i = 0; i < n; ++i) {
      answer(name_of(i), result);
    }
  }

  void forget_all(int n) {
    for (int i = 0; i < n; ++i) {
      forget(name_of(i));
    }
  }

  int asked_of(int n) const {
    int sum = 0;
    for (int i = 0; i < n; ++i) {
      sum += asked(name_of(i));
    }
    return sum;
  }

  int asked(const std::string& host) const {
    const std::lock_guard lock(state_->mutex);
    return state_->asked[host];
  }

  Resolver::Lookup lookup() const {
    return [state = state_](const std::string& host) {
      std::unique_lock lock(state->mutex);
      ++state->asked[host];
      state->changed.wait(lock, [&] { return state->answers.contains(host); });
      return state->answers.at(host);
    };
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    std::map<std::string, Result<Resolver::Addresses>> answers;
    std::map<std::string, int> asked;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

Resolver::Addresses addresses(const char* text) { return {make_address(text)}; }

/// A resolver, and the names that the test watches.
class Watched {
 public:
  Watched(boost::asio::io_context& io, const FakeNames& names)
      : resolver_(io.get_executor(), names.lookup()) {}

  void watch(const std::string& host) { names_[host] = resolver_.watch(host); }
  void drop(const std::string& host) { names_.erase(host); }
  void refresh(const std::string& host) { names_.at(host)->refresh(); }
  const Resolution& find(const std::string& host) const { return names_.at(host)->known(); }
  std::size_t count() const { return resolver_.watched(); }

  void watch_all(int n) {
    for (int i = 0; i < n; ++i) {
      watch(name_of(i));
    }
  }

  void refresh_all(int n) {
    for (int i = 0; i < n; ++i) {
      refresh(name_of(i));
    }
  }

  boost::asio::awaitable<bool> wait_for(std::string host, steady_clock::time_point deadline) {
    const auto name = names_.at(host);
    co_await name->wait_first(deadline);
    co_return name->known().answered;
  }

 private:
  Resolver resolver_;
  std::map<std::string, std::shared_ptr<Resolver::Name>> names_;
};

/// Whether each of the first `n` names is known.
bool has_answered(const Watched& resolver, int n) {
  return n == 0 || (resolver.find(name_of(n - 1)).answered && has_answered(resolver, n - 1));
}

bool has_addresses(const Watched& resolver, int n) {
  return n == 0 || (!resolver.find(name_of(n - 1)).addresses.empty() &&
                    resolver.find(name_of(n - 1)).error.empty() && has_addresses(resolver, n - 1));
}

}  // namespace

TEST_CASE("an IP address is its own answer at once", "[net]") {
  boost::asio::io_context io;
  const FakeNames names;
  Watched resolver(io, names);

  resolver.watch("10.0.0.1");
  resolver.watch("::1");
  resolver.refresh("10.0.0.1");

  CHECK(resolver.find("10.0.0.1").addresses == addresses("10.0.0.1"));
  CHECK(resolver.find("::1").addresses == addresses("::1"));
  CHECK(names.asked("10.0.0.1") == 0);
}

TEST_CASE("every address of a name is kept", "[net]") {
  boost::asio::io_context io;
  FakeNames names;
  names.answer("zk", Resolver::Addresses{make_address("10.0.0.2"), make_address("fd00::2")});
  Watched resolver(io, names);

  resolver.watch("zk");
  CHECK_FALSE(resolver.find("zk").answered);
  run_until(io, [&] { return resolver.find("zk").answered; });

  CHECK(resolver.find("zk").addresses.size() == 2);
  CHECK(resolver.find("zk").error.empty());
}

TEST_CASE("names that hang delay neither another name nor the end", "[net]") {
  const auto n = GENERATE(3, 4, 8, 40);
  boost::asio::io_context io;
  FakeNames names;
  names.answer("good", addresses("10.0.0.1"));
  {
    Watched resolver(io, names);
    resolver.watch_all(n);
    resolver.watch("good");

    run_until(io, [&] { return resolver.find("good").answered; });

    CHECK(resolver.find("good").addresses == addresses("10.0.0.1"));
    CHECK_FALSE(resolver.find(name_of(0)).answered);
  }
  names.answer_all(n, addresses("10.0.0.9"));  // late answers find nobody
}

TEST_CASE("names that begin to hang do not delay the refresh of another name", "[net]") {
  const auto n = GENERATE(3, 4, 8, 40);
  boost::asio::io_context io;
  FakeNames names;
  names.answer_all(n, addresses("10.0.0.9"));
  names.answer("good", addresses("10.0.0.1"));
  Watched resolver(io, names);
  resolver.watch_all(n);
  resolver.watch("good");
  run_until(io, [&] { return has_answered(resolver, n) && resolver.find("good").answered; });

  names.forget_all(n);
  resolver.refresh_all(n);
  names.answer("good", addresses("10.0.0.2"));
  resolver.refresh("good");
  run_until(io, [&] { return resolver.find("good").addresses == addresses("10.0.0.2"); });

  names.answer_all(n, addresses("10.0.0.8"));
  run_until(io, [&] { return resolver.find(name_of(n - 1)).addresses == addresses("10.0.0.8"); });
  CHECK(names.asked(name_of(n - 1)) == 2);
}

TEST_CASE("names that were slow wait apart, and hold few threads", "[net]") {
  constexpr int kNames = 40;
  constexpr int kAtOnce = 8;
  boost::asio::io_context io;
  FakeNames names;
  names.answer("good", addresses("10.0.0.1"));
  Watched resolver(io, names);
  resolver.watch_all(kNames);
  resolver.watch("good");
  run_until(io, [&] { return resolver.find("good").answered; });  // behind all others
  run(io, resolver.wait_for(name_of(0), steady_clock::now() + 1s));
  names.answer_all(kNames, Error(Reason::kDns, "no answer of the name server"));
  run_until(io, [&] { return has_answered(resolver, kNames); });

  names.forget_all(kNames);
  resolver.refresh_all(kNames);
  names.answer("good", addresses("10.0.0.2"));
  resolver.refresh("good");
  run_until(io, [&] { return resolver.find("good").addresses == addresses("10.0.0.2"); });
  CHECK(names.asked_of(kNames) <= kNames + kAtOnce);

  names.answer_all(kNames, addresses("10.0.0.9"));
  run_until(io, [&] { return has_addresses(resolver, kNames); });
  CHECK(names.asked_of(kNames) == 2 * kNames);
}

TEST_CASE("the last good answer is kept when a name fails later", "[net]") {
  boost::asio::io_context io;
  FakeNames names;
  names.answer("zk", addresses("10.0.0.1"));
  Watched resolver(io, names);
  resolver.watch("zk");
  run_until(io, [&] { return resolver.find("zk").answered; });

  names.answer("zk", Error(Reason::kDns, "zk: no such host"));
  resolver.refresh("zk");
  run_until(io, [&] { return !resolver.find("zk").error.empty(); });

  CHECK(resolver.find("zk").error == "zk: no such host");
  CHECK(resolver.find("zk").addresses == addresses("10.0.0.1"));
}

TEST_CASE("a refresh brings the new addresses and clears the error", "[net]") {
  boost::asio::io_context io;
  FakeNames names;
  names.answer("zk", Error(Reason::kDns, "zk: try again"));
  Watched resolver(io, names);
  resolver.watch("zk");
  run_until(io, [&] { return resolver.find("zk").answered; });
  CHECK(resolver.find("zk").addresses.empty());

  names.answer("zk", addresses("10.0.0.2"));
  resolver.refresh("zk");
  run_until(io, [&] { return resolver.find("zk").error.empty(); });

  CHECK(resolver.find("zk").addresses == addresses("10.0.0.2"));
}

TEST_CASE("a name is looked up once at a time", "[net]") {
  boost::asio::io_context io;
  FakeNames names;
  names.answer("zk", addresses("10.0.0.1"));
  Watched resolver(io, names);
  resolver.watch("zk");
  resolver.watch("zk");
  resolver.refresh("zk");  // not answered yet: under way
  run_until(io, [&] { return resolver.find("zk").answered; });

  CHECK(names.asked("zk") == 1);
}

TEST_CASE("a name that nobody holds is looked up no more", "[net]") {
  boost::asio::io_context io;
  FakeNames names;
  names.answer("zk", addresses("10.0.0.1"));
  Watched resolver(io, names);
  resolver.watch("waits");
  resolver.watch("zk");
  resolver.watch("zk");  // the same name
  run_until(io, [&] { return resolver.find("zk").answered; });
  CHECK(resolver.count() == 2);

  resolver.drop("zk");
  CHECK(resolver.count() == 1);
  resolver.drop("waits");  // its look-up hangs, and ends with nobody to tell
  names.answer("waits", addresses("10.0.0.2"));
  run_until(io, [&] { return resolver.count() == 0; });

  resolver.watch("waits");  // anew
  CHECK_FALSE(resolver.find("waits").answered);
  run_until(io, [&] { return resolver.find("waits").answered; });
  CHECK(names.asked("waits") == 2);
  CHECK(names.asked("zk") == 1);
}

TEST_CASE("waiting for a first answer ends with the answer", "[net]") {
  boost::asio::io_context io;
  FakeNames names;
  names.answer("zk", addresses("10.0.0.1"));
  Watched resolver(io, names);
  resolver.watch("zk");

  CHECK(run(io, resolver.wait_for("zk", steady_clock::now() + 1h)));
}

TEST_CASE("waiting for a first answer ends at the deadline", "[net]") {
  boost::asio::io_context io;
  const FakeNames names;
  Watched resolver(io, names);
  resolver.watch("hangs");
  const auto deadline = steady_clock::now() + 20ms;

  CHECK_FALSE(run(io, resolver.wait_for("hangs", deadline)));
  CHECK(steady_clock::now() >= deadline);
}

TEST_CASE("the system's resolver knows localhost and says what it does not know", "[net]") {
  const auto known = Resolver::look_up("localhost");
  REQUIRE(known);
  CHECK((*known)[0].is_loopback());

  const auto unknown = Resolver::look_up("does-not-exist.invalid");
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().reason() == Reason::kDns);
  CHECK(unknown.error().detail().starts_with("does-not-exist.invalid: "));
}
