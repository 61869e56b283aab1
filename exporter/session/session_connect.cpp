#include <algorithm>
#include <utility>

#include "session/frame.hpp"
#include "session/session.hpp"

// How a session comes to stand.

namespace zke {

namespace asio = boost::asio;

using asio::ip::tcp;

namespace {

Code code_of(const NotConnected& failure) {
  using Kind = NotConnected::Kind;
  switch (failure.kind) {
    case Kind::kNoAnswer:
    case Kind::kSilent:
      return Code::kTimeout;
    case Kind::kOwnWant:
    case Kind::kNotPossible:
      return Code::kError;
    default:
      return Code::kConnectionLoss;
  }
}

/// What is wrong goes into `attempt`.
asio::awaitable<bool> read_answer(Connection& connection, std::string& frame,
                                  Session::Attempt& attempt) {
  auto end = co_await read_frame(connection, frame);
  attempt.code = end.code;
  attempt.why =
      end.code == Code::kTimeout ? "connected, but no session before the deadline" : end.why;
  co_return end.code == Code::kOk;
}

}  // namespace

/// Asks each address of the server, the one that let us in last before the others, each with its
/// share of the time.
asio::awaitable<Session::ConnectionPtr> Session::connect(Attempt& attempt) {
  const auto deadline = Clock::now() + settings_.patience;
  auto target = co_await find_(deadline);
  if (!target) {
    attempt.code = Code::kConnectionLoss;
    attempt.why = target.error().detail();
    co_return nullptr;
  }
  auto& servers = target->endpoints;
  std::stable_partition(servers.begin(), servers.end(),
                        [this](const auto& each) { return each == let_in_; });
  ConnectionPtr connection;
  for (std::size_t i = 0; i < servers.size() && !connection; ++i) {
    const auto now = Clock::now();
    const auto share = (deadline - now) / static_cast<int>(servers.size() - i);
    connection = co_await connect_to(servers[i], target->tls, now + share, attempt);
    if (attempt.code == Code::kSessionExpired || attempt.code == Code::kAuthFailed) {
      break;  // it is the server that said so
    }
  }
  co_return connection;
}

asio::awaitable<Session::ConnectionPtr> Session::connect_to(tcp::endpoint server,
                                                            std::shared_ptr<TlsPeer> tls,
                                                            Clock::time_point deadline,
                                                            Attempt& attempt) {
  auto connection = std::make_shared<Connection>(loop_, deadline, tls);
  if (const auto failure = co_await connection->connect(server)) {
    attempt.code = code_of(*failure);
    attempt.why = failure->why;
    co_return nullptr;
  }
  connection->hold_until(deadline);
  const bool is_in = co_await greet(*connection, attempt);
  if (!is_in || (!settings_.auth.empty() && !co_await log_in(*connection, attempt))) {
    co_return nullptr;
  }
  let_in_ = server;
  attempt.code = Code::kOk;
  attempt.why.clear();
  co_return connection;
}

asio::awaitable<bool> Session::greet(Connection& connection, Attempt& attempt) {
  ConnectRequest request;
  request.session = session_;
  request.last_zxid = last_zxid_;
  request.timeout = settings_.timeout;
  const auto greeting = encode_connect(request);
  co_await connection.write(greeting);  // what is wrong shows in what is read
  std::string frame;
  if (!co_await read_answer(connection, frame, attempt)) {
    co_return false;
  }
  auto response = parse_connect(frame);
  if (!response) {
    attempt.code = Code::kError;
    attempt.why = kNoProtocol;
    co_return false;
  }
  if (response->timeout.count() == 0) {
    attempt.code = session_.id == 0 ? Code::kError : Code::kSessionExpired;
    attempt.why = session_.id == 0 ? "the server gives no session" : "the session has expired";
    session_ = {};
    last_zxid_ = 0;
    co_return false;
  }
  session_ = std::move(response->session);
  granted_ = response->timeout;
  heard_ = Clock::now();
  co_return true;
}

asio::awaitable<bool> Session::log_in(Connection& connection, Attempt& attempt) const {
  constexpr int kMaxOthers = 100;
  const auto message = encode_digest_auth(settings_.auth);
  co_await connection.write(message);
  std::string frame;
  for (int i = 0; i < kMaxOthers; ++i) {
    if (!co_await read_answer(connection, frame, attempt)) {
      co_return false;
    }
    const auto reply = parse_reply(frame);
    if (reply && reply->xid == kAuthXid) {
      attempt.code = reply->error == 0 ? Code::kOk : Code::kAuthFailed;
      attempt.why = describe_error(reply->error);
      co_return reply->error == 0;
    }
  }
  attempt.code = Code::kError;
  attempt.why = kNoProtocol;
  co_return false;
}

}  // namespace zke
