#include "config/reloader.hpp"

#include <chrono>
#include <string_view>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/log.hpp"

namespace zke {

namespace asio = boost::asio;

namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;
using std::chrono::system_clock;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr auto kNever = steady_clock::time_point::max();
constexpr auto* kChangedFile = "the file changed";
constexpr auto* kStopping = "the exporter is shutting down";
constexpr auto* kNoFile = "there is no configuration file to read again: the flags say all";

std::string joined(const std::vector<std::string>& texts, std::string_view between) {
  std::string all;
  for (const auto& text : texts) {
    all += (all.empty() ? "" : std::string(between)) + text;
  }
  return all;
}

Error failure(std::string text) { return {Reason::kLocalError, std::move(text)}; }

}  // namespace

/// A reading that was asked for, by one or several.
struct Reloader::Round {
  explicit Round(const asio::any_io_executor& loop) : ended(loop, kNever) {}

  void end(Result<std::string> its_result) {
    result = std::move(its_result);
    ended.cancel();
  }

  std::string cause;
  bool is_look = true;  ///< nobody asked: only what is new is told
  std::optional<Result<std::string>> result;
  asio::steady_timer ended;  ///< cancelled when there is a result
};

Reloader::Reloader(const asio::any_io_executor& loop, ConfigSource source,
                   const Configuration& in_use, Events events)
    : events_(std::move(events)),
      state_{source.file(), in_use.sha256, {}, system_clock::now()},
      secrets_(in_use.secrets),
      wake_(loop, kNever),
      watch_(loop),
      reader_(loop, std::move(source)),
      tasks_(loop) {}

void Reloader::start(bool is_watched) {
  is_watched_ = is_watched;
  tasks_.spawn("reload", run());
  if (is_watched) {
    tasks_.spawn("events of the configuration file", watch_.listen());
    tasks_.spawn("watch of the configuration file", watch());
  }
}

asio::awaitable<Result<std::string>> Reloader::reload(std::string cause) {
  const auto round = next_round(cause, false);
  while (!round->result) {
    co_await round->ended.async_wait(kTuple);
  }
  co_return *round->result;
}

void Reloader::ask(const std::string& cause) {
  if (const auto result = next_round(cause, false)->result) {
    log::info("configuration not read again",
              {{"cause", cause}, {"reason", *result ? kNoFile : result->error().detail()}});
  }
}

/// The one that has not begun; a new one if there is none.
Reloader::RoundPtr Reloader::next_round(const std::string& cause, bool is_look) {
  if (tasks_.is_cancelled() || state_.file.empty()) {
    auto ended = std::make_shared<Round>(wake_.get_executor());
    ended->end(tasks_.is_cancelled() ? failure(kStopping) : Result(std::string(kNoFile) + ".\n"));
    return ended;
  }
  if (!next_) {
    next_ = std::make_shared<Round>(wake_.get_executor());
    wake_.cancel();
  }
  if (!is_look || next_->cause.empty()) {
    next_->cause = cause;
  }
  next_->is_look = next_->is_look && is_look;
  return next_;
}

void Reloader::stop() {
  tasks_.cancel();
  for (const auto& round : {std::exchange(running_, nullptr), std::exchange(next_, nullptr)}) {
    if (round) {
      round->end(failure(kStopping));
    }
  }
}

asio::awaitable<void> Reloader::run() {
  for (;;) {
    while (!next_) {
      co_await wake_.async_wait(kTuple);
    }
    const auto round = std::exchange(next_, nullptr);
    running_ = round;
    auto result = co_await carry_out(round->cause, round->is_look);
    running_.reset();  // stop() may have done so
    round->end(std::move(result));
  }
}

asio::awaitable<void> Reloader::watch() {
  for (;;) {
    const auto round = next_round(kChangedFile, true);  // the first begins the watch
    while (!round->result) {
      co_await round->ended.async_wait(kTuple);
    }
    co_await watch_.wait();
  }
}

asio::awaitable<Result<std::string>> Reloader::carry_out(std::string cause, bool is_look) {
  co_await watch_.wait_for_writer();
  const auto watcher = is_watched_ ? watch_.watcher() : Watcher();
  const KnownFiles known{state_.sha256, secrets_};
  const auto reading = co_await reader_.read(watcher, known);
  if (reading.places) {
    watch_.follow(*reading.places);
  }
  if (is_look && may_be_unfinished(reading.is_void)) {
    co_return std::string();
  }
  if (!reading.mistake.empty()) {
    co_return refuse(cause, reading.mistake, is_look);
  }
  if (!reading.config) {  // it is known
    const bool is_news = !is_look || !state_.mistake.empty();
    co_return is_news ? accept(cause, {}, {}) : std::string();
  }
  const auto& config = *reading.config;
  const auto changes = co_await events_.take(config.settings);
  if (!changes) {
    co_return refuse(cause, changes.error().detail(), is_look);
  }
  state_.sha256 = config.sha256;
  secrets_ = config.secrets;
  co_return accept(cause, *changes, config.overridden);
}

/// A file that is gone or has nothing in it is perhaps just being written: for some seconds that is
/// no mistake.
bool Reloader::may_be_unfinished(bool is_void) {
  constexpr auto kPatience = seconds(4);
  if (!is_void) {
    unfinished_.reset();
    return false;
  }
  const auto now = steady_clock::now();
  unfinished_ = unfinished_.value_or(now);
  return now - *unfinished_ < kPatience;
}

Result<std::string> Reloader::refuse(const std::string& cause, const std::string& mistake,
                                     bool is_look) {
  if (!is_look || mistake != state_.mistake) {
    log::error("configuration refused; the one before stays in use",
               {{"cause", cause}, {"mistake", mistake}});
    state_.mistake = mistake;
    events_.told(state_);
  }
  return failure(mistake);
}

std::string Reloader::accept(const std::string& cause, const std::vector<std::string>& changes,
                             const std::vector<std::string>& overridden) {
  state_.mistake.clear();
  state_.taken = system_clock::now();
  events_.told(state_);
  const auto by_flags = overridden.empty() ? "" : "flags override its " + joined(overridden, ", ");
  auto summary = changes.empty() ? std::vector<std::string>{"none"} : changes;
  if (!by_flags.empty()) {
    summary.push_back(by_flags);
  }
  log::info(changes.empty() ? "configuration read again" : "configuration taken",
            {{"cause", cause}, {"changes", joined(summary, "; ")}});
  std::string text = changes.empty() ? "Nothing has changed.\n" : "The configuration was taken:\n";
  for (const auto& change : changes) {
    text += "- " + change + "\n";
  }
  return text + (by_flags.empty() ? "" : "(" + by_flags + ")\n");
}

}  // namespace zke
