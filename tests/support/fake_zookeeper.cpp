#include "support/fake_zookeeper.hpp"

#include <algorithm>
#include <list>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "session/jute.hpp"
#include "session/messages.hpp"
#include "support/run.hpp"

namespace zke::test {

namespace asio = boost::asio;

namespace {

using asio::ip::tcp;
using boost::system::error_code;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

}  // namespace

std::string connect_response(std::chrono::milliseconds timeout, std::int64_t session) {
  JuteWriter body;
  body.add_int(0).add_int(static_cast<std::int32_t>(timeout.count())).add_long(session);
  return body.add_text(std::string(16, 'p')).add_bool(false).frame();
}

std::string reply(std::int32_t xid, std::int32_t error, std::string_view body, std::int64_t zxid) {
  JuteWriter message;
  return message.add_int(xid).add_long(zxid).add_int(error).add_record(body).frame();
}

std::string watch_event(std::int32_t type, std::string_view path) {
  constexpr std::int32_t kConnected = 3;
  JuteWriter event;
  event.add_int(type).add_int(kConnected).add_text(path);
  return reply(kWatchEventXid, 0, event.bytes(), -1);
}

std::string stat_of(std::int32_t version) {
  JuteWriter stat;
  stat.add_long(0x10).add_long(0x11).add_long(0).add_long(0).add_int(version).add_int(0).add_int(0);
  return stat.add_long(0).add_int(3).add_int(2).add_long(0x12).bytes();
}

struct FakeZookeeper::State {
  explicit State(asio::io_context& io)
      : acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {}

  tcp::acceptor acceptor;
  std::list<tcp::socket> clients;
  Seen seen;
  std::chrono::milliseconds granted = std::chrono::seconds(10);
  std::function<Said(std::int64_t)> greet;
  std::function<Said(const Heard&)> answer = answer_well;
  bool is_reading = true;

  static asio::awaitable<void> serve(std::shared_ptr<State> state);
  static asio::awaitable<void> talk(std::shared_ptr<State> state, tcp::socket& client);
  static asio::awaitable<bool> read_frame(tcp::socket& client, std::string& frame);
  Said take_greeting(const std::string& frame);
  Said take_message(const std::string& frame);
};

asio::awaitable<void> FakeZookeeper::State::serve(std::shared_ptr<State> state) {
  for (;;) {
    auto [ec, socket] = co_await state->acceptor.async_accept(kTuple);
    if (ec) {
      co_return;
    }
    ++state->seen.connections;
    ++state->seen.open;
    auto& client = state->clients.emplace_back(std::move(socket));
    start(state->acceptor.get_executor(), talk(state, client));
  }
}

asio::awaitable<void> FakeZookeeper::State::talk(std::shared_ptr<State> state,
                                                 tcp::socket& client) {
  std::string frame;
  bool is_greeted = false;
  while (state->is_reading && co_await read_frame(client, frame)) {
    const auto said = is_greeted ? state->take_message(frame) : state->take_greeting(frame);
    is_greeted = true;
    co_await asio::async_write(client, asio::buffer(said.bytes), kTuple);
    if (said.closes) {
      break;
    }
  }
  if (state->is_reading) {
    --state->seen.open;
    error_code ignored;
    client.close(ignored);
  }
}

asio::awaitable<bool> FakeZookeeper::State::read_frame(tcp::socket& client, std::string& frame) {
  frame.resize(sizeof(std::int32_t));
  auto [ec, n] = co_await asio::async_read(client, asio::buffer(frame), kTuple);
  if (!ec) {
    frame.resize(static_cast<std::size_t>(JuteReader(frame).read_int()));
    std::tie(ec, n) = co_await asio::async_read(client, asio::buffer(frame), kTuple);
  }
  co_return !ec;
}

Said FakeZookeeper::State::take_greeting(const std::string& frame) {
  JuteReader reader(frame);
  reader.read_int();   // version of the protocol
  reader.read_long();  // the last zxid
  reader.read_int();   // the timeout
  const auto session = reader.read_long();
  seen.sessions.push_back(session);
  return greet ? greet(session) : Said(connect_response(granted, kFakeSession));
}

Said FakeZookeeper::State::take_message(const std::string& frame) {
  JuteReader reader(frame);
  Heard heard;
  heard.xid = reader.read_int();
  heard.op = reader.read_int();
  heard.body = frame.substr(2 * sizeof(std::int32_t));
  seen.ops.push_back(heard.op);
  return answer(heard);
}

Said FakeZookeeper::answer_well(const Heard& heard) {
  constexpr std::int32_t kVersion = 7;
  const auto op = static_cast<Op>(heard.op);
  return {reply(heard.xid, 0, op == Op::kExists ? stat_of(kVersion) : ""), op == Op::kCloseSession};
}

FakeZookeeper::FakeZookeeper(asio::io_context& io) : state_(std::make_shared<State>(io)) {
  start(io.get_executor(), State::serve(state_));
}

FakeZookeeper::~FakeZookeeper() { shut(); }

tcp::endpoint FakeZookeeper::endpoint() const { return state_->acceptor.local_endpoint(); }

const FakeZookeeper::Seen& FakeZookeeper::seen() const { return state_->seen; }

std::size_t FakeZookeeper::count(std::int32_t op) const {
  return static_cast<std::size_t>(std::ranges::count(state_->seen.ops, op));
}

void FakeZookeeper::greet_by(std::function<Said(std::int64_t)> greet) {
  state_->greet = std::move(greet);
}

void FakeZookeeper::grant(std::chrono::milliseconds timeout) { state_->granted = timeout; }

void FakeZookeeper::answer_by(std::function<Said(const Heard&)> answer) {
  state_->answer = std::move(answer);
}

void FakeZookeeper::stop_reading() {
  state_->is_reading = false;
  for (auto& client : state_->clients) {
    error_code ignored;
    client.cancel(ignored);  // also what it reads just now
  }
}

void FakeZookeeper::send(const std::string& bytes) {
  for (auto& client : state_->clients) {
    error_code ignored;
    asio::write(client, asio::buffer(bytes), ignored);
  }
}

void FakeZookeeper::drop_all() {
  for (auto& client : state_->clients) {
    error_code ignored;
    client.shutdown(tcp::socket::shutdown_both, ignored);
  }
}

void FakeZookeeper::shut_sending() {
  for (auto& client : state_->clients) {
    error_code ignored;
    client.shutdown(tcp::socket::shutdown_send, ignored);
  }
}

void FakeZookeeper::shut() {
  error_code ignored;
  state_->acceptor.close(ignored);
}

}  // namespace zke::test
