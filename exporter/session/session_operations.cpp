#include <utility>

#include "session/session.hpp"
#include "session/session_call.hpp"

// The operations of a session, each from its request to what it brought.

namespace zke {

namespace asio = boost::asio;

namespace {

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

}  // namespace

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

asio::awaitable<Outcome<Nothing>> Session::multi(std::vector<Operation> operations,
                                                 Clock::time_point deadline) {
  for (auto& operation : operations) {
    operation.path = full(operation.path);
  }
  const auto call = this->call(make_multi(operations));
  co_await wait_for(call, deadline);
  const auto first_error = answer_of(call->ended, parse_multi);
  const bool is_done = first_error.code != Code::kOk || first_error.value == 0;
  co_return is_done
      ? answer_of<Nothing>(first_error.code, first_error.why)
      : answer_of<Nothing>(zke::code_of(first_error.value), describe_error(first_error.value));
}

}  // namespace zke
