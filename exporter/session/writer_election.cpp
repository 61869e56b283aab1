#include "session/writer_election.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "session/canary_znodes.hpp"

namespace zke {

namespace asio = boost::asio;

namespace {

using Clock = Session::Clock;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kDigits = 10;  // of a sequential znode's number

std::string_view number_of(std::string_view name) {
  return name.substr(name.size() - std::min(name.size(), kDigits));
}

/// Sets our znodes apart from those of others, also from one session of ours to the next.
std::string make_token() {
  constexpr std::array kHex{'0', '1', '2', '3', '4', '5', '6', '7',
                            '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
  std::random_device random;
  std::uniform_int_distribution<std::size_t> digit(0, kHex.size() - 1);
  std::string token = "writer-";
  for (int i = 0; i < 12; ++i) {
    token += kHex.at(digit(random));
  }
  return token + "-";
}

SessionSettings session_settings(const CanarySettings& canary) {
  SessionSettings settings;
  settings.patience = canary.timeout;
  settings.auth = canary.auth;
  return settings;
}

}  // namespace

WriterElection::WriterElection(const asio::any_io_executor& loop, Session::Find find,
                               const CanarySettings& settings, std::string name,
                               std::function<void()> changed)
    : settings_(settings),
      name_(std::move(name)),
      begin_(make_token()),
      changed_(std::move(changed)),
      session_(loop, std::move(find), session_settings(settings), session_events()),
      pause_(loop),
      tasks_(loop) {}

Session::Events WriterElection::session_events() {
  Session::Events events;
  events.tried = [this](const Session::Attempt& attempt) {
    if (attempt.code != Code::kOk) {
      trouble_ = {attempt.code, attempt.why, {}};
    }
  };
  events.changed = [this] {
    if (!session_.is_connected()) {
      change(Role::kUndecided);
    }
  };
  events.dropped = [this] { trouble_ = {Code::kConnectionLoss, session_.trouble(), {}}; };
  return events;
}

void WriterElection::start() {
  session_.start();
  tasks_.spawn("election of a canary's writer", run());
}

WriterElection::Role WriterElection::role() const {
  return role_ == Role::kWriter && !session_.is_surely_alive() ? Role::kUndecided : role_;
}

asio::awaitable<void> WriterElection::run() {
  for (;;) {
    co_await session_.wait_connected(Clock::time_point::max());
    if (own_session_ != session_.id()) {
      own_.clear();
    }
    if (own_.empty()) {
      co_await stand();
    }
    if (!own_.empty()) {
      co_await follow();
    }
    change(Role::kUndecided);
    pause_.expires_after(settings_.timeout);
    if (session_.is_connected() && (own_.empty() || trouble_.code != Code::kOk)) {
      co_await pause_.async_wait(kTuple);
    }
  }
}

/// Makes our znode, or finds it, if the answer to an earlier attempt was lost.
asio::awaitable<void> WriterElection::stand() {
  constexpr std::size_t kMost = 100;
  const auto folder = writers_path(settings_.path);
  const auto deadline = Clock::now() + settings_.timeout;
  const auto access = access_of(!settings_.auth.empty());
  const auto id = session_.id();
  auto all = co_await session_.children(folder, deadline);
  std::erase_if(all.value, [this](const auto& each) { return !is_ours(each); });
  for (std::size_t i = 0; i < std::min(all.value.size(), kMost); ++i) {
    const auto stat = co_await session_.exists(folder + "/" + all.value[i], deadline);
    if (stat.code == Code::kOk && stat.value.ephemeral_owner == id) {
      own_ = all.value[i];
    }
  }
  if (all.code == Code::kNoNode) {
    const auto made = co_await make_znode(session_, folder, access, deadline);
    if (made.code != Code::kOk && made.code != Code::kNodeExists) {
      trouble_ = {made.code, "create " + folder + ": " + made.why, {}};
      co_return;
    }
  }
  if (own_.empty()) {
    const auto created = co_await session_.create(folder + "/" + begin_, name_, access,
                                                  CreateMode::kEphemeralSequential, deadline);
    if (created.code != Code::kOk) {
      trouble_ = {created.code, "create " + folder + "/" + begin_ + ": " + created.why, {}};
      co_return;
    }
    own_ = created.value.substr(created.value.rfind('/') + 1);
  }
  own_session_ = id;
}

/// Knows who writes, as long as our znode is there.
asio::awaitable<void> WriterElection::follow() {
  constexpr auto kLookEvery = std::chrono::minutes(1);
  while (session_.is_connected() && own_session_ == session_.id()) {
    const auto watch = std::make_shared<Watch>(co_await asio::this_coro::executor);
    const auto deadline = Clock::now() + settings_.timeout;
    const auto all = co_await session_.children(writers_path(settings_.path), deadline, watch);
    if (all.code != Code::kOk) {
      trouble_ = {all.code, "list " + writers_path(settings_.path) + ": " + all.why, {}};
      co_return;
    }
    if (std::ranges::find(all.value, own_) == all.value.end()) {
      own_.clear();
      co_return;
    }
    trouble_ = {Code::kOk, "", {}};
    const auto first = std::ranges::min_element(all.value, {}, number_of);
    // A znode of a session of ours from before, which ends soon, keeps others from writing as well.
    change(is_ours(*first) ? Role::kWriter : Role::kReader);
    co_await watch->wait(Clock::now() + kLookEvery);
  }
}

void WriterElection::change(Role role) {
  if (role != role_) {
    role_ = role;
    changed_();
  }
}

void WriterElection::close() {
  tasks_.cancel();
  session_.close();
}

void WriterElection::cancel() {
  tasks_.cancel();
  session_.cancel();
}

asio::awaitable<void> WriterElection::join() {
  co_await tasks_.join();
  co_await session_.join();
}

}  // namespace zke
