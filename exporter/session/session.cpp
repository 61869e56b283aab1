#include "session/session.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "session/frame.hpp"
#include "session/session_call.hpp"

namespace zke {

namespace asio = boost::asio;

namespace {

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

constexpr std::size_t kMaxCalls = 64;
constexpr int kMaxUnasked = 10'000;  // watches that tell, between two pings

/// What follows for the session.
SessionState state_after(Code code) {
  return code == Code::kAuthFailed       ? SessionState::kAuthFailed
         : code == Code::kSessionExpired ? SessionState::kExpired
                                         : SessionState::kConnecting;
}

}  // namespace

Session::Session(asio::any_io_executor loop, Find find, SessionSettings settings, Events events)
    : loop_(std::move(loop)),
      find_(std::move(find)),
      settings_(std::move(settings)),
      events_(std::move(events)),
      random_(static_cast<unsigned>(Clock::now().time_since_epoch().count())),
      retry_(loop_),
      wake_(loop_),
      connected_(loop_),
      tasks_(loop_) {}

void Session::start() {
  tasks_.spawn("session", run());
  tasks_.spawn("session's sender", write_frames());
}

asio::awaitable<void> Session::run() {
  while (!is_closing_) {
    Attempt attempt;
    const auto began = Clock::now();
    const auto connection = co_await connect(attempt);
    attempt.took = Clock::now() - began;
    if (tasks_.is_cancelled()) {
      co_return;
    }
    trouble_ = attempt.why;
    events_.tried(attempt);
    if (connection) {
      connection_ = connection;
      next_ping_ = Clock::now() + granted_ / 3;
      change(SessionState::kConnected);
      connected_.cancel();
      wake_.cancel();
      const auto connected = Clock::now();
      const auto why = co_await read_frames(*connection);
      if (tasks_.is_cancelled()) {
        co_return;
      }
      lose(why);
      failures_ = Clock::now() - connected > settings_.timeout ? -1 : failures_;
    } else if (const auto state = state_after(attempt.code);
               state != SessionState::kConnecting || state_ != SessionState::kExpired) {
      change(state);
    }
    ++failures_;
    retry_.expires_after(next_delay(attempt));
    if (!is_closing_) {
      co_await retry_.async_wait(kTuple);
    }
    if (Clock::now() - heard_ > std::max(settings_.timeout, granted_)) {
      // It has expired, or will; and servers of a new ensemble may know no such zxid.
      session_ = {};
      last_zxid_ = 0;
    }
  }
  change(SessionState::kClosed);
  tasks_.cancel();
}

/// An attempt comes at once after a connection that stood for long, then after 1, 2, 5, 5, … s. Who
/// is not accepted comes again every 30 s: settings of the server change rarely.
Session::Clock::duration Session::next_delay(const Attempt& attempt) {
  using std::chrono::milliseconds;
  constexpr milliseconds kAfterRefusal(30'000);
  constexpr auto kDelays = std::to_array<milliseconds>(
      {milliseconds(0), milliseconds(1'000), milliseconds(2'000), milliseconds(5'000)});
  constexpr int kFull = 1000;
  constexpr int kJitter = 200;  // thousandths: who lost a server together must not come together
  const auto place = std::min(static_cast<std::size_t>(failures_), kDelays.size() - 1);
  const auto delay = state_ == SessionState::kAuthFailed     ? kAfterRefusal
                     : attempt.code == Code::kSessionExpired ? milliseconds(0)
                                                             : kDelays.at(place);
  std::uniform_int_distribution<int> share(kFull - kJitter, kFull);
  return delay * share(random_) / kFull;
}

/// Reads what the server says until the connection ends; tells why it did.
asio::awaitable<std::string> Session::read_frames(Connection& connection) {
  std::string frame;
  for (;;) {
    if (!is_closing_) {
      connection.hold_until(heard_ + granted_ * 2 / 3);
    }
    const auto end = co_await read_frame(connection, frame);
    if (end.code != Code::kOk || !trouble_.empty()) {
      co_return trouble_.empty() ? end.why : trouble_;
    }
    heard_ = Clock::now();
    auto mistake = take_frame(frame);
    if (!mistake.empty()) {
      co_return mistake;
    }
  }
}

/// Sends what there is to send, and a ping when there was nothing for a third of the timeout.
asio::awaitable<void> Session::write_frames() {
  for (;;) {
    if (!connection_ || (out_.empty() && Clock::now() < next_ping_)) {
      wake_.expires_at(connection_ ? next_ping_ : Clock::time_point::max());
      co_await wake_.async_wait(kTuple);
      continue;
    }
    if (out_.empty()) {
      out_ = encode_ping();
      unasked_ = 0;
    }
    const auto connection = connection_;
    const auto bytes = std::exchange(out_, {});
    next_ping_ = Clock::now() + granted_ / 3;
    co_await connection->write(bytes);  // what is wrong shows in what is read
  }
}

/// What is wrong with the frame, if anything is.
std::string Session::take_frame(std::string_view frame) {
  const auto reply = parse_reply(frame);
  if (!reply || ++unasked_ > kMaxUnasked) {
    return kNoProtocol;
  }
  last_zxid_ = std::max(last_zxid_, reply->zxid);
  if (reply->xid == kWatchEventXid) {
    if (const auto event = parse_watch_event(reply->body)) {
      watches_.tell(*event);
    }
    return {};
  }
  if (reply->xid != kPingXid) {
    if (calls_.empty() || calls_.front()->xid != reply->xid) {
      return "it answers what was not asked";
    }
    take_answer(reply->error, reply->body);
  }
  const auto code = zke::code_of(reply->error);
  if (code != Code::kSessionExpired && code != Code::kAuthFailed) {
    return {};
  }
  ended_by_ = code;
  return describe_error(reply->error);
}

void Session::take_answer(std::int32_t error, std::string_view body) {
  const auto code = zke::code_of(error);
  const auto call = calls_.front();
  calls_.pop_front();
  call->set_watch(code, watches_);
  call->end(code, code == Code::kOk ? "" : describe_error(error), std::string(body));
}

/// The connection has ended.
void Session::lose(const std::string& why) {
  connection_->hold_until(Clock::now());  // the server may have closed while we still send
  connection_.reset();
  out_.clear();
  unasked_ = 0;
  trouble_ = why;
  const auto code = std::exchange(ended_by_, Code::kConnectionLoss);
  if (code == Code::kSessionExpired) {
    session_ = {};
    last_zxid_ = 0;
  }
  end_calls(code, why);
  if (!is_closing_) {
    change(state_after(code));
    events_.dropped();
  }
}

void Session::end_calls(Code code, const std::string& why) {
  for (const auto& call : std::exchange(calls_, {})) {
    call->set_watch(code, watches_);
    call->end(code, why);
  }
  watches_.lose_all();
}

void Session::change(SessionState state) {
  if (state != state_) {
    state_ = state;
    events_.changed();
  }
}

void Session::drop(const std::string& why) {
  if (connection_) {
    trouble_ = why;
    connection_->hold_until(Clock::now());
  }
}

void Session::close() {
  constexpr auto kPatience = std::chrono::seconds(1);
  if (!connection_) {
    change(SessionState::kClosed);
    cancel();
  } else if (!std::exchange(is_closing_, true)) {
    send(make_close());
    connection_->hold_until(Clock::now() + kPatience);
  }
}

void Session::cancel() {
  tasks_.cancel();
  connection_.reset();
  state_ = SessionState::kClosed;
  end_calls(Code::kConnectionLoss, "the session was closed");
}

asio::awaitable<void> Session::join() { co_await tasks_.join(); }

asio::awaitable<bool> Session::wait_connected(Clock::time_point deadline) {
  while (!is_connected() && Clock::now() < deadline) {
    connected_.expires_at(deadline);
    co_await connected_.async_wait(kTuple);
  }
  co_return is_connected();
}

/// No coroutine, so that none takes an Operation: g++ 12 would destroy it twice.
Session::CallPtr Session::call(Operation operation, const WatchPtr& watch) {
  const bool is_possible = connection_ && !is_closing_ && calls_.size() < kMaxCalls;
  if (!is_possible) {
    auto refused = std::make_shared<Call>(loop_, 0);
    refused->end(Code::kConnectionLoss,
                 connection_ ? "too many operations have no answer yet" : trouble_);
    return refused;
  }
  operation.path = operation.path.empty() ? "" : full(operation.path);
  auto call = send(operation);
  call->watch = watch;
  return call;
}

asio::awaitable<void> Session::wait_for(CallPtr call, Clock::time_point deadline) {
  if (!call->is_over) {
    call->answered.expires_at(deadline);
    co_await call->answered.async_wait(kTuple);
  }
}

Session::CallPtr Session::send(const Operation& operation) {
  xid_ = xid_ == std::numeric_limits<std::int32_t>::max() ? 1 : xid_ + 1;
  auto call = std::make_shared<Call>(loop_, xid_);
  calls_.push_back(call);
  call->op = operation.op;
  call->path = operation.path;
  out_ += encode(operation, xid_);
  unasked_ = 0;
  wake_.cancel();
  return call;
}

std::string Session::full(const std::string& path) const {
  return settings_.chroot.empty() ? path : settings_.chroot + (path == "/" ? std::string() : path);
}

}  // namespace zke
