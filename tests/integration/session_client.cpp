// One session with real servers, by the program's own client, for the Python tests.
//
//   session_client servers=127.0.0.1:2181,127.0.0.1:2182 [timeout=10000] [patience=5000]
//                  [deadline=5000] [auth=user:password] [chroot=/path] [ca=FILE]
//
// does what each line of its input says and answers each by one line that begins with "=": a code
// and what came. What the session itself tells begins with "!". At the end of the input it closes.

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <exception>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "net/tls_context.hpp"
#include "net/tls_peer.hpp"
#include "session/session.hpp"
#include "support/open_descriptors.hpp"
#include "support/run.hpp"

namespace {

namespace asio = boost::asio;

using namespace zke;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using Options = std::map<std::string, std::string>;

constexpr std::array kCodes = {
    "ok",      "timeout",     "connection_loss", "session_expired", "auth_failed", "no_auth",
    "no_node", "node_exists", "bad_version",     "not_empty",       "error"};
constexpr std::array kStates = {"connecting", "connected", "auth_failed", "expired", "closed"};

std::string text_of(Code code) { return kCodes.at(static_cast<std::size_t>(code)); }

void say(const std::string& line) { std::cout << line << std::endl; }

std::string show(const ZnodeStat& stat) { return "version " + std::to_string(stat.version); }
std::string show(const Znode& znode) { return znode.data; }
std::string show(const std::string& path) { return path; }
std::string show(const Nothing& /*nothing*/) { return ""; }
std::string show(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) {
    text += (text.empty() ? "" : ",") + name;
  }
  return text;
}

template <class T>
void say_answer(const Outcome<T>& answer) {
  say("= " + text_of(answer.code) + " " +
      (answer.code == Code::kOk ? show(answer.value) : answer.why));
}

std::vector<std::string> split(const std::string& text, char by) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, by);) {
    parts.push_back(part);
  }
  return parts;
}

/// create:/path:data, set:/path:data and delete:/path.
Operation request_of(const std::string& text) {
  const auto parts = split(text, ':');
  if (parts.at(0) == "create") {
    return make_create(parts.at(1), parts.at(2), Access::kOpen, CreateMode::kPersistent);
  }
  return parts.at(0) == "set" ? make_set(parts.at(1), parts.at(2)) : make_delete(parts.at(1));
}

class Client {
 public:
  Client(asio::io_context& io, Options options)
      : io_(io), options_(std::move(options)), input_(io, dup(STDIN_FILENO)) {
    settings_.timeout = milliseconds(number("timeout", 10'000));
    settings_.patience = milliseconds(number("patience", 5'000));
    settings_.auth = options_["auth"];
    settings_.chroot = options_["chroot"];
    if (options_.contains("ca")) {
      TlsSettings tls;
      tls.ca_file = options_["ca"];
      auto context = TlsContext::load(tls);
      if (!context) {
        throw std::runtime_error(context.error().detail());
      }
      target_.tls = std::make_shared<TlsPeer>(*context, "127.0.0.1");
    }
    for (const auto& server : split(options_.at("servers"), ',')) {
      const auto host = server.substr(0, server.find(':'));
      const auto port = static_cast<unsigned short>(std::stoi(server.substr(host.size() + 1)));
      target_.endpoints.emplace_back(asio::ip::make_address(host), port);
    }
  }

  asio::awaitable<void> serve() {
    start();
    std::string text;
    for (;;) {
      auto [ec, size] =
          co_await asio::async_read_until(input_, asio::dynamic_buffer(text), '\n', kTuple);
      if (ec) {
        break;
      }
      const auto words = split(text.substr(0, size - 1), ' ');
      text.erase(0, size);
      co_await obey(words);
    }
    session_->close();
    co_await session_->join();
  }

 private:
  static constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

  int number(const std::string& name, int by_default) {
    return options_.contains(name) ? std::stoi(options_[name]) : by_default;
  }

  steady_clock::time_point deadline() {
    return steady_clock::now() + milliseconds(number("deadline", 5'000));
  }

  std::unique_ptr<Session> make_session(Session::Events events) {
    auto find = [target = target_](steady_clock::time_point) -> asio::awaitable<Result<Target>> {
      co_return target;
    };
    return std::make_unique<Session>(io_.get_executor(), std::move(find), settings_,
                                     std::move(events));
  }

  void start() {
    Session::Events events;
    events.tried = [](const Session::Attempt& attempt) {
      say("! tried " + text_of(attempt.code) + " " + attempt.why);
    };
    events.changed = [this] {
      say("! state " + std::string(kStates.at(static_cast<std::size_t>(session_->state()))));
    };
    events.dropped = [this] { say("! dropped " + session_->trouble()); };
    session_ = make_session(std::move(events));
    session_->start();
  }

  asio::awaitable<void> obey(const std::vector<std::string>& words) {
    const auto& word = words.at(0);
    if (word == "connected") {
      const bool is_connected = co_await session_->wait_connected(deadline());
      say(std::string("= ") + (is_connected ? "ok" : "timeout"));
    } else if (word == "id") {
      say("= ok " + std::to_string(session_->id()));
    } else if (word == "drop") {
      session_->drop("as told");
      say("= ok");
    } else if (word == "told") {
      co_await watch_->wait(deadline());
      constexpr std::array kWatch = {"set", "told", "lost"};
      say("= ok " + std::string(kWatch.at(static_cast<std::size_t>(watch_->state()))));
    } else if (word == "cycles") {
      co_await cycle(std::stoi(words.at(1)));
    } else if (word == "crowd") {
      co_await crowd(std::stoul(words.at(1)), milliseconds(std::stoi(words.at(2))));
    } else {
      co_await operate(words);
    }
  }

  asio::awaitable<void> operate(const std::vector<std::string>& words) {
    const auto& word = words.at(0);
    const auto& path = words.at(1);
    WatchPtr watch;
    if (words.back() == "watch") {
      watch_ = std::make_shared<Watch>(io_.get_executor());
      watch = watch_;
    }
    if (word == "exists") {
      say_answer(co_await session_->exists(path, deadline(), watch));
    } else if (word == "get") {
      say_answer(co_await session_->get(path, deadline(), watch));
    } else if (word == "children") {
      say_answer(co_await session_->children(path, deadline(), watch));
    } else if (word == "set") {
      say_answer(co_await session_->set(path, words.at(2), deadline()));
    } else if (word == "create") {
      const auto access = words.at(3) == "own" ? Access::kOwnAndReadable : Access::kOpen;
      const auto mode =
          words.at(4) == "ephemeral" ? CreateMode::kEphemeralSequential : CreateMode::kPersistent;
      say_answer(co_await session_->create(path, words.at(2), access, mode, deadline()));
    } else if (word == "delete") {
      say_answer(co_await session_->remove(path, deadline()));
    } else if (word == "sync") {
      say_answer(co_await session_->sync(path, deadline()));
    } else if (word == "multi") {
      std::vector<Operation> requests;
      for (std::size_t i = 1; i < words.size(); ++i) {
        requests.push_back(request_of(words[i]));
      }
      say_answer(co_await session_->multi(requests, deadline()));
    }
  }

  /// Connects and closes another session so many times; tells how many stood, and what is left of
  /// them: descriptors, and pages of memory.
  asio::awaitable<void> cycle(int times) {
    const auto descriptors = test::open_descriptors();
    const auto pages = resident_pages();
    int stood = 0;
    for (int i = 0; i < times; ++i) {
      const auto session = make_session({[](const auto&) {}, [] {}, [] {}});
      session->start();
      stood += co_await session->wait_connected(deadline()) ? 1 : 0;
      session->close();
      co_await session->join();
    }
    say("= ok " + std::to_string(stood) + " " +
        std::to_string(static_cast<long>(test::open_descriptors() - descriptors)) + " " +
        std::to_string(resident_pages() - pages));
  }

  /// So many sessions begin at once, and each asks ten times a second for `time`. Tells how many
  /// answers were well, and how late the loop was in half of the cases, in 99 of 100 cases and at
  /// worst, in ms.
  asio::awaitable<void> crowd(std::size_t size, milliseconds time) {
    constexpr milliseconds kTick(5);
    constexpr std::size_t kPercent = 100;
    const auto end = steady_clock::now() + time;
    long answered = 0;
    std::vector<std::unique_ptr<Session>> sessions;
    TaskGroup asking(io_.get_executor());
    for (std::size_t i = 0; i < size; ++i) {
      sessions.push_back(make_session({[](const auto&) {}, [] {}, [] {}}));
      sessions.back()->start();
      asking.spawn("asking", ask_until(*sessions.back(), end, answered));
    }
    std::vector<double> lags;
    asio::steady_timer tick(io_);
    for (auto due = steady_clock::now(); due < end; due = steady_clock::now() + kTick) {
      tick.expires_at(due);
      co_await tick.async_wait(kTuple);
      lags.push_back(std::chrono::duration<double, std::milli>(steady_clock::now() - due).count());
    }
    co_await asking.join();
    for (const auto& session : sessions) {
      session->close();
    }
    for (const auto& session : sessions) {
      co_await session->join();
    }
    std::ranges::sort(lags);
    std::ostringstream line;
    line << "= ok " << answered << ' ' << lags[lags.size() / 2] << ' '
         << lags[lags.size() * (kPercent - 1) / kPercent] << ' ' << lags.back();
    say(line.str());
  }

  asio::awaitable<void> ask_until(Session& session, steady_clock::time_point end, long& answered) {
    constexpr milliseconds kPause(100);
    asio::steady_timer pause(io_);
    co_await session.wait_connected(end);
    while (steady_clock::now() < end) {
      const auto outcome = co_await session.exists("/zookeeper", deadline());
      answered += outcome.code == Code::kOk ? 1 : 0;
      pause.expires_after(kPause);
      co_await pause.async_wait(kTuple);
    }
  }

  static long resident_pages() {
    long all = 0;
    long resident = 0;
    std::ifstream("/proc/self/statm") >> all >> resident;
    return resident;
  }

  asio::io_context& io_;
  Options options_;
  asio::posix::stream_descriptor input_;
  Target target_;
  SessionSettings settings_;
  std::unique_ptr<Session> session_;
  WatchPtr watch_;
};

}  // namespace

int main(int count, char** arguments) {
  try {
    Options options;
    for (int i = 1; i < count; ++i) {
      const std::string argument = arguments[i];
      const auto name = argument.substr(0, argument.find('='));
      options[name] = argument.substr(name.size() + 1);
    }
    asio::io_context io;
    Client client(io, std::move(options));
    test::start(io.get_executor(), client.serve());
    io.run();
    return 0;
  } catch (const std::exception& e) {
    std::cerr << "session_client: " << e.what() << '\n';
    return 1;
  }
}
