#include "session/canary_member.hpp"

#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace zke {

namespace asio = boost::asio;

namespace {

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

CanaryResult result_of(Code code) {
  switch (code) {
    case Code::kOk:
      return CanaryResult::kOk;
    case Code::kTimeout:
      return CanaryResult::kTimeout;
    case Code::kConnectionLoss:
      return CanaryResult::kConnectionLoss;
    case Code::kSessionExpired:
      return CanaryResult::kSessionExpired;
    case Code::kAuthFailed:
    case Code::kNoAuth:
      return CanaryResult::kNoAuth;
    default:
      return CanaryResult::kError;
  }
}

CanaryNote make_note(CanaryOperation operation, Code code, const std::string& why) {
  CanaryNote note;
  note.operation = operation;
  note.result = result_of(code);
  note.why = why;
  return note;
}

}  // namespace

/// The right to carry out an operation, as long as this lives.
class CanaryMember::Turn {
 public:
  explicit Turn(CanaryMember& member) : member_(member) { member.is_busy_ = true; }
  ~Turn() {
    member_.is_busy_ = false;
    member_.freed_.cancel();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  Turn(Turn&&) = delete;
  Turn& operator=(Turn&&) = delete;

 private:
  CanaryMember& member_;
};

CanaryMember::CanaryMember(const asio::any_io_executor& loop, Clock clock, std::string name,
                           Session::Find find, const CanarySettings& settings, Events events)
    : clock_(clock),
      name_(std::move(name)),
      path_(member_path(settings.path, name_)),
      settings_(settings),
      events_(std::move(events)),
      session_(loop, std::move(find), session_settings(), session_events()),
      freed_(loop, Time::max()),
      round_(loop),
      tasks_(loop) {
  view_.is_writing_level = settings.level == CanaryLevel::kWrite;
  view_.interval = settings.interval;
}

SessionSettings CanaryMember::session_settings() const {
  SessionSettings settings;
  settings.patience = settings_.timeout;
  settings.auth = settings_.auth;
  return settings;
}

Session::Events CanaryMember::session_events() {
  Session::Events events;
  events.tried = [this](const Session::Attempt& attempt) {
    auto tried = make_note(CanaryOperation::kConnect, attempt.code, attempt.why);
    tried.took = attempt.took;
    note(tried);
  };
  events.changed = [this] {
    view_.session = session_.state();
    is_told_ = false;
    tell();
    if (session_.is_connected()) {
      round_.cancel();
    }
  };
  events.dropped = [this] { events_.dropped(); };
  return events;
}

void CanaryMember::start() { session_.start(); }

void CanaryMember::close() {
  tasks_.cancel();
  session_.close();
}

void CanaryMember::cancel() {
  tasks_.cancel();
  session_.cancel();
}

asio::awaitable<void> CanaryMember::join() {
  co_await tasks_.join();
  co_await session_.join();
}

void CanaryMember::note(const CanaryNote& note) {
  zke::note(view_, note, clock_.now());
  is_told_ = false;
  if (note.result != CanaryResult::kOk) {
    tell();
  }
}

void CanaryMember::note(CanaryOperation operation, Code code, const std::string& why) {
  note(make_note(operation, code, why));
}

void CanaryMember::note_told(const CanaryNote& note) {
  zke::note_told(view_, note, clock_.now());
  is_told_ = false;
}

void CanaryMember::note_told(CanaryOperation operation, Code code, const std::string& why) {
  note_told(make_note(operation, code, why));
}

void CanaryMember::tell() {
  if (!std::exchange(is_told_, true)) {
    events_.seen();
  }
}

asio::awaitable<void> CanaryMember::wait_round(Time next) {
  round_.expires_at(next);
  co_await round_.async_wait(kTuple);
}

/// What keeps an operation from being sent now. One that has had no answer for longer than a
/// session lasts will get none: the connection begins anew.
std::optional<CanaryMember::Hindrance> CanaryMember::find_hindrance() {
  if (!session_.is_connected()) {
    const bool is_refused = session_.state() == SessionState::kAuthFailed;
    return Hindrance{is_refused ? Code::kAuthFailed : Code::kConnectionLoss, session_.trouble()};
  }
  if (session_.outstanding() == 0) {
    return std::nullopt;
  }
  Hindrance unanswered{Code::kTimeout, "an earlier operation has no answer yet"};
  if (Session::Clock::now() - asked_ > SessionSettings().timeout) {
    session_.drop(unanswered.why);
  }
  return unanswered;
}

template <class T>
asio::awaitable<Outcome<T>> CanaryMember::perform(CanaryOperation operation, Work<T> work) {
  while (is_busy_) {
    co_await freed_.async_wait(kTuple);
  }
  const Turn turn(*this);
  Outcome<T> answer;
  const auto began = Session::Clock::now();
  if (const auto hindrance = find_hindrance()) {
    answer.code = hindrance->code;
    answer.why = hindrance->why;
  } else {
    asked_ = began;
    answer = co_await work(began + settings_.timeout);
  }
  if (tasks_.is_cancelled()) {
    co_return answer;
  }
  const bool is_missing = answer.code == Code::kNoNode;
  if (is_missing && operation == CanaryOperation::kExists) {
    answer.code = Code::kOk;
  }
  const bool is_well = answer.code == Code::kOk || is_missing;
  const bool is_counted_later = operation == CanaryOperation::kWatch && is_well;
  const bool is_written_never = operation == CanaryOperation::kGet && is_missing;
  if (!is_counted_later && !is_written_never) {
    auto ended = make_note(operation, answer.code, answer.why);
    ended.took = Session::Clock::now() - began;
    note(ended);
  }
  co_return answer;
}

asio::awaitable<Outcome<ZnodeStat>> CanaryMember::exists() {
  const Work<ZnodeStat> work = [this](Time deadline) { return session_.exists(path_, deadline); };
  co_return co_await perform(CanaryOperation::kExists, work);
}

asio::awaitable<Outcome<Nothing>> CanaryMember::sync() {
  const Work<Nothing> work = [this](Time deadline) { return session_.sync(path_, deadline); };
  co_return co_await perform(CanaryOperation::kSync, work);
}

asio::awaitable<Outcome<Znode>> CanaryMember::get() {
  const Work<Znode> work = [this](Time deadline) { return session_.get(path_, deadline); };
  co_return co_await perform(CanaryOperation::kGet, work);
}

asio::awaitable<Outcome<Znode>> CanaryMember::get_back(std::string data, std::int64_t zxid) {
  const Work<Znode> work = [this, &data, zxid](Time deadline) {
    return get_and_compare(data, zxid, deadline);
  };
  co_return co_await perform(CanaryOperation::kGet, work);
}

asio::awaitable<Outcome<Znode>> CanaryMember::get_and_compare(std::string data, std::int64_t zxid,
                                                              Time deadline) {
  auto got = co_await session_.get(path_, deadline);
  const bool is_older = got.value.stat.modified_zxid <= zxid;  // a newer write is somebody else's
  if (got.code == Code::kNoNode || (got.code == Code::kOk && is_older && got.value.data != data)) {
    got.code = Code::kError;
    got.why = "it does not give what was just written through it";
  }
  co_return got;
}

asio::awaitable<Outcome<ZnodeStat>> CanaryMember::set(std::string data) {
  const Work<ZnodeStat> work = [this, &data](Time deadline) {
    return make_and_set(data, deadline);
  };
  co_return co_await perform(CanaryOperation::kSet, work);
}

asio::awaitable<Outcome<ZnodeStat>> CanaryMember::make_and_set(std::string data, Time deadline) {
  auto answer = co_await session_.set(path_, data, deadline);
  if (answer.code != Code::kNoNode) {
    co_return answer;
  }
  const auto access = access_of(!settings_.auth.empty());
  const auto made = co_await make_znode(session_, path_, access, deadline);
  if (made.code != Code::kOk && made.code != Code::kNodeExists) {
    answer.code = made.code;
    answer.why = "create " + path_ + ": " + made.why;
    co_return answer;
  }
  co_return co_await session_.set(path_, data, deadline);
}

asio::awaitable<bool> CanaryMember::set_watch(std::string path, WatchPtr watch) {
  const Work<ZnodeStat> work = [this, &path, &watch](Time deadline) {
    return session_.exists(path, deadline, watch);
  };
  const auto answer = co_await perform(CanaryOperation::kWatch, work);
  co_return answer.code == Code::kOk || answer.code == Code::kNoNode;
}

}  // namespace zke
