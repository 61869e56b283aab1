#include "support/fake_server.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "fourletter/commands.hpp"
#include "support/captures.hpp"
#include "support/run.hpp"

namespace zke::test {

namespace asio = boost::asio;

namespace {

using asio::ip::tcp;
using boost::system::error_code;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

void reset(tcp::socket& socket) {
  error_code ignored;
  socket.set_option(asio::socket_base::linger(true, 0), ignored);
  socket.close(ignored);
}

}  // namespace

struct FakeServer::State {
  explicit State(asio::io_context& io) : acceptor(io), filler(io) {}

  tcp::acceptor acceptor;
  tcp::socket filler;  ///< fills the backlog
  PerCommand<Script> scripts;
  Script other_script;  ///< of what is no word of ours
  Seen seen;
  std::size_t open = 0;

  static asio::awaitable<void> serve(std::shared_ptr<State> state, bool slams);
  static asio::awaitable<void> answer(std::shared_ptr<Session> session);
  static asio::awaitable<void> watch(std::shared_ptr<Session> session);
  static asio::awaitable<bool> send(Session& session, const Script& script);
};

/// One connection; its end is counted when both coroutines have left it.
struct FakeServer::Session {
  Session(std::shared_ptr<State> its_state, tcp::socket its_socket)
      : state(std::move(its_state)), socket(std::move(its_socket)) {
    ++state->seen.connections;
    state->seen.most_at_once = std::max(state->seen.most_at_once, ++state->open);
  }
  ~Session() {
    if (is_open) {
      --state->open;
    }
    state->seen.resets += was_reset ? 1 : 0;
    state->seen.closes += was_closed && !was_reset ? 1 : 0;
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  Session(Session&&) = delete;
  Session& operator=(Session&&) = delete;

  /// After a RST one of read and write says so, the other one sees a mere end.
  void note(error_code ec) {
    was_reset = was_reset || ec == asio::error::connection_reset;
    was_closed = was_closed || ec == asio::error::eof || ec == asio::error::broken_pipe;
    if (ec && std::exchange(is_open, false)) {
      --state->open;
    }
  }

  std::shared_ptr<State> state;
  tcp::socket socket;
  bool is_open = true;
  bool was_reset = false;
  bool was_closed = false;
};

asio::awaitable<void> FakeServer::State::serve(std::shared_ptr<State> state, bool slams) {
  for (;;) {
    auto [ec, socket] = co_await state->acceptor.async_accept(kTuple);
    if (ec) {
      co_return;
    }
    auto session = std::make_shared<Session>(state, std::move(socket));
    if (slams) {
      reset(session->socket);
    } else {
      start(state->acceptor.get_executor(), answer(std::move(session)));
    }
  }
}

asio::awaitable<void> FakeServer::State::answer(std::shared_ptr<Session> session) {
  std::string word(4, '\0');
  auto [ec, n] = co_await asio::async_read(session->socket, asio::buffer(word), kTuple);
  if (ec) {
    session->note(ec);
    co_return;
  }
  auto& state = *session->state;
  state.seen.words.push_back(word);
  auto script = state.other_script;
  for (const auto command : kCommands) {
    if (to_string(command) == word) {
      script = state.scripts[command];
    }
  }
  start(state.acceptor.get_executor(), watch(session));
  if (!co_await send(*session, script)) {
    co_return;
  }
  if (script.end == Script::End::kReset) {
    reset(session->socket);
  } else if (script.end == Script::End::kClose) {
    error_code ignored;
    session->socket.shutdown(tcp::socket::shutdown_send, ignored);
  }
}

/// Sends the script's text; false when the client has gone.
asio::awaitable<bool> FakeServer::State::send(Session& session, const Script& script) {
  constexpr auto kBetweenBytes = std::chrono::milliseconds(2);
  asio::steady_timer pause(session.socket.get_executor());
  for (std::size_t i = 0; i < script.times; ++i) {
    std::string_view rest = script.text;
    while (!rest.empty()) {
      const auto piece = asio::buffer(rest.data(), script.drips ? 1 : rest.size());
      auto [ec, n] = co_await session.socket.async_write_some(piece, kTuple);
      session.state->seen.bytes_sent += n;
      if (ec) {
        session.note(ec);
        co_return false;
      }
      rest.remove_prefix(n);
      if (script.drips) {
        pause.expires_after(kBetweenBytes);
        co_await pause.async_wait(kTuple);
      }
    }
  }
  co_return true;
}

/// Listens to the client, which should say nothing more, until it goes.
asio::awaitable<void> FakeServer::State::watch(std::shared_ptr<Session> session) {
  std::array<char, 256> unwanted{};
  for (;;) {
    auto [ec, n] = co_await session->socket.async_read_some(asio::buffer(unwanted), kTuple);
    session->state->seen.extra_bytes += n;
    if (ec) {
      session->note(ec);
      session->socket.close(ec);
      co_return;
    }
  }
}

FakeServer::FakeServer(asio::io_context& io, const std::string& replies, Door door)
    : state_(std::make_shared<State>(io)) {
  play(replies);
  constexpr int kBacklog = 16;
  auto& acceptor = state_->acceptor;
  acceptor.open(tcp::v4());
  acceptor.bind(tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  acceptor.listen(door == Door::kBlocked ? 0 : kBacklog);
  if (door == Door::kBlocked) {
    state_->filler.connect(acceptor.local_endpoint());  // Linux takes backlog + 1
  } else if (door != Door::kUnattended) {
    start(io.get_executor(), State::serve(state_, door == Door::kSlammed));
  }
}

FakeServer::~FakeServer() { shut(); }

Address FakeServer::address() const {
  Address address;
  address.host = "127.0.0.1";
  address.port = state_->acceptor.local_endpoint().port();
  return address;
}

void FakeServer::play(const std::string& replies) {
  for (const auto command : kCommands) {
    const bool is_there = is_captured(replies, command);
    state_->scripts[command] = Script{is_there ? captured(replies, command) : ""};
  }
}

void FakeServer::play(Command command, Script script) {
  state_->scripts[command] = std::move(script);
}

void FakeServer::play_always(const Script& script) {
  state_->scripts.fill(script);
  state_->other_script = script;
}

void FakeServer::shut() {
  error_code ignored;
  state_->acceptor.close(ignored);
}

const FakeServer::Seen& FakeServer::seen() const { return state_->seen; }

}  // namespace zke::test
