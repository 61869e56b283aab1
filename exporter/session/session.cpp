#include "session/session.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "session/jute.hpp"

namespace zke {

namespace asio = boost::asio;

using asio::ip::tcp;

namespace {

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

constexpr std::size_t kLengthSize = 4;
constexpr std::size_t kMaxFrame = 1 << 20;  // jute.maxbuffer, by default
constexpr std::size_t kMaxCalls = 64;
constexpr int kMaxUnasked = 10'000;  // watches that tell, between two pings

/// A frame's length, if it can be true.
std::optional<std::size_t> read_length(std::string_view bytes) {
  const auto length = JuteReader(bytes).read_int();
  const bool is_true = length > 0 && static_cast<std::size_t>(length) <= kMaxFrame;
  return is_true ? std::optional(static_cast<std::size_t>(length)) : std::nullopt;
}

constexpr std::string_view kNoProtocol = "it does not speak ZooKeeper's client protocol";

std::string why_of(const Transfer& transfer) {
  return transfer.end == Transfer::End::kLate ? "the server keeps silent" : transfer.why;
}

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

Code code_of(const Transfer& transfer) {
  return transfer.end == Transfer::End::kLate ? Code::kTimeout : Code::kConnectionLoss;
}

template <class T>
Outcome<T> answer_of(Code code, const std::string& why) {
  Outcome<T> answer;
  answer.code = code;
  answer.why = why;
  return answer;
}

template <class T, class Ended>
Outcome<T> answer_of(const Ended& ended, std::optional<T> (*parse)(std::string_view)) {
  if (ended.code != Code::kOk) {
    return answer_of<T>(ended.code, ended.why);
  }
  auto value = parse(ended.body);
  if (!value) {
    return answer_of<T>(Code::kError, "its answer can't be read");
  }
  auto answer = answer_of<T>(Code::kOk, "");
  answer.value = std::move(*value);
  return answer;
}

std::optional<Nothing> parse_nothing(std::string_view /*body*/) { return Nothing(); }

/// What follows for the session.
SessionState state_after(Code code) {
  return code == Code::kAuthFailed       ? SessionState::kAuthFailed
         : code == Code::kSessionExpired ? SessionState::kExpired
                                         : SessionState::kConnecting;
}

}  // namespace

struct Session::Call {
  Call(const asio::any_io_executor& loop, std::int32_t its_xid) : xid(its_xid), answered(loop) {}

  /// The answer has come: whether the watch is set, it says too.
  void set_watch(Code code, Watches& watches) const {
    const auto asked = watch.lock();
    if (!asked) {
      return;
    }
    if (code == Code::kOk || (code == Code::kNoNode && op == Op::kExists)) {
      const bool is_of_children = op == Op::kGetChildren2;
      watches.add(path, is_of_children ? Watches::Of::kChildren : Watches::Of::kData, asked);
    } else {
      asked->end(Watch::State::kLost);
    }
  }

  std::int32_t xid;
  Op op{};
  std::string path;
  std::weak_ptr<Watch> watch;
  bool is_over = false;
  Ended ended{Code::kTimeout, "no answer in time", {}};
  asio::steady_timer answered;  ///< cancelled when it is over

  void end(Code code, std::string why, std::string body = {}) {
    is_over = true;
    ended = {code, std::move(why), std::move(body)};
    answered.cancel();
  }
};

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
      session_ =
          {};  // it has expired, or will; and servers of a new ensemble may know no such zxid
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

namespace {

/// Reads one frame; what is wrong goes into `attempt`.
asio::awaitable<bool> read_frame(Connection& connection, std::string& frame,
                                 Session::Attempt& attempt) {
  auto read = co_await connection.read_exactly(frame, kLengthSize);
  if (read.end == Transfer::End::kDone) {
    const auto length = read_length(frame);
    if (!length) {
      attempt.code = Code::kError;
      attempt.why = kNoProtocol;
      co_return false;
    }
    read = co_await connection.read_exactly(frame, *length);
  }
  attempt.code = code_of(read);
  attempt.why = read.end == Transfer::End::kLate ? "connected, but no session before the deadline"
                                                 : why_of(read);
  co_return read.end == Transfer::End::kDone;
}

}  // namespace

asio::awaitable<bool> Session::greet(Connection& connection, Attempt& attempt) {
  ConnectRequest request;
  request.session = session_;
  request.last_zxid = last_zxid_;
  request.timeout = settings_.timeout;
  const auto greeting = encode_connect(request);
  co_await connection.write(greeting);  // what is wrong shows in what is read
  std::string frame;
  if (!co_await read_frame(connection, frame, attempt)) {
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
  const auto message = encode_digest_auth(settings_.auth);
  co_await connection.write(message);
  std::string frame;
  for (int i = 0; i < kMaxUnasked; ++i) {
    if (!co_await read_frame(connection, frame, attempt)) {
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

/// Reads what the server says until the connection ends; tells why it did.
asio::awaitable<std::string> Session::read_frames(Connection& connection) {
  std::string frame;
  for (;;) {
    if (!is_closing_) {
      connection.hold_until(heard_ + granted_ * 2 / 3);
    }
    auto read = co_await connection.read_exactly(frame, kLengthSize);
    if (read.end == Transfer::End::kDone) {
      const auto length = read_length(frame);
      if (!length) {
        co_return std::string(kNoProtocol);
      }
      read = co_await connection.read_exactly(frame, *length);
    }
    if (read.end != Transfer::End::kDone || !trouble_.empty()) {
      co_return trouble_.empty() ? why_of(read) : trouble_;
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
    return std::string(kNoProtocol);
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

/// No coroutine, so that none takes a Operation: g++ 12 would destroy it twice.
Session::CallPtr Session::call(Operation request, const WatchPtr& watch) {
  const bool is_possible = connection_ && !is_closing_ && calls_.size() < kMaxCalls;
  if (!is_possible) {
    auto refused = std::make_shared<Call>(loop_, 0);
    refused->end(Code::kConnectionLoss,
                 connection_ ? "too many operations have no answer yet" : trouble_);
    return refused;
  }
  request.path = request.path.empty() ? "" : full(request.path);
  auto call = send(request);
  call->watch = watch;
  return call;
}

asio::awaitable<void> Session::wait_for(CallPtr call, Clock::time_point deadline) {
  if (!call->is_over) {
    call->answered.expires_at(deadline);
    co_await call->answered.async_wait(kTuple);
  }
}

Session::CallPtr Session::send(const Operation& request) {
  xid_ = xid_ == std::numeric_limits<std::int32_t>::max() ? 1 : xid_ + 1;
  auto call = std::make_shared<Call>(loop_, xid_);
  calls_.push_back(call);
  call->op = request.op;
  call->path = request.path;
  out_ += encode(request, xid_);
  unasked_ = 0;
  wake_.cancel();
  return call;
}

std::string Session::full(const std::string& path) const {
  return settings_.chroot.empty() ? path : settings_.chroot + (path == "/" ? std::string() : path);
}

asio::awaitable<Outcome<ZnodeStat>> Session::exists(std::string path, Clock::time_point deadline,
                                                    WatchPtr watch) {
  const auto call = this->call(make_exists(path, watch != nullptr), watch);
  co_await wait_for(call, deadline);
  co_return answer_of(call->ended, parse_stat);
}

asio::awaitable<Outcome<Znode>> Session::get(std::string path, Clock::time_point deadline,
                                             WatchPtr watch) {
  const auto call = this->call(make_get(path, watch != nullptr), watch);
  co_await wait_for(call, deadline);
  co_return answer_of(call->ended, parse_get);
}

asio::awaitable<Outcome<std::vector<std::string>>> Session::children(std::string path,
                                                                     Clock::time_point deadline,
                                                                     WatchPtr watch) {
  const auto call = this->call(make_children(path, watch != nullptr), watch);
  co_await wait_for(call, deadline);
  co_return answer_of(call->ended, parse_children);
}

asio::awaitable<Outcome<ZnodeStat>> Session::set(std::string path, std::string data,
                                                 Clock::time_point deadline) {
  const auto call = this->call(make_set(path, data));
  co_await wait_for(call, deadline);
  co_return answer_of(call->ended, parse_stat);
}

asio::awaitable<Outcome<std::string>> Session::create(std::string path, std::string data,
                                                      Access access, CreateMode mode,
                                                      Clock::time_point deadline) {
  const auto call = this->call(make_create(path, data, access, mode));
  co_await wait_for(call, deadline);
  auto answer = answer_of(call->ended, parse_create);
  if (answer.value.starts_with(settings_.chroot)) {
    answer.value.erase(0, settings_.chroot.size());
  }
  co_return answer;
}

asio::awaitable<Outcome<Nothing>> Session::remove(std::string path, Clock::time_point deadline) {
  const auto call = this->call(make_delete(path));
  co_await wait_for(call, deadline);
  co_return answer_of(call->ended, parse_nothing);
}

asio::awaitable<Outcome<Nothing>> Session::sync(std::string path, Clock::time_point deadline) {
  const auto call = this->call(make_sync(path));
  co_await wait_for(call, deadline);
  co_return answer_of(call->ended, parse_nothing);
}

asio::awaitable<Outcome<Nothing>> Session::multi(std::vector<Operation> requests,
                                                 Clock::time_point deadline) {
  for (auto& request : requests) {
    request.path = full(request.path);
  }
  const auto call = this->call(make_multi(requests));
  co_await wait_for(call, deadline);
  const auto first_error = answer_of(call->ended, parse_multi);
  const bool is_done = first_error.code != Code::kOk || first_error.value == 0;
  co_return is_done
      ? answer_of<Nothing>(first_error.code, first_error.why)
      : answer_of<Nothing>(zke::code_of(first_error.value), describe_error(first_error.value));
}

}  // namespace zke
