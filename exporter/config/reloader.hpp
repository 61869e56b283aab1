#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/config_state.hpp"
#include "base/result.hpp"
#include "base/task_group.hpp"
#include "config/file_reader.hpp"
#include "config/file_watch.hpp"
#include "config/source.hpp"

namespace zke {

/// Reads the configuration again when it is asked to, and when the file changes, or a file with a
/// password that it names. One reading at a time; who asks meanwhile shares the next one, so that
/// nobody gets an answer about an older file. All of it is read and checked beside the loop before
/// anything changes; a mistake, also one that shows when the settings are taken, changes nothing.
class Reloader {
 public:
  struct Events {
    /// Takes the settings, and returns what has changed; or why it can't: then nothing has.
    std::function<boost::asio::awaitable<Result<std::vector<std::string>>>(Settings)> take;
    std::function<void(const ConfigState&)> told;  ///< something about it is new
  };

  /// `in_use` is what was read from `source` when it was read first.
  Reloader(const boost::asio::any_io_executor& loop, ConfigSource source,
           const Configuration& in_use, Events events);

  const ConfigState& state() const { return state_; }

  /// Begins, and watches the file when `is_watched`.
  void start(bool is_watched);

  /// Reads it again now, for `cause`, and waits for the end. Returns what has changed, as text for
  /// people, or the mistake: one line. It ends in bounded time, whatever the file system does.
  boost::asio::awaitable<Result<std::string>> reload(std::string cause);

  /// The same without waiting: the log tells the end.
  void ask(const std::string& cause);

  /// Reads no more, and takes nothing that is being read; who waits gets an error.
  void stop();

 private:
  struct Round;
  using RoundPtr = std::shared_ptr<Round>;

  RoundPtr next_round(const std::string& cause, bool is_look);
  boost::asio::awaitable<void> run();
  boost::asio::awaitable<void> watch();
  boost::asio::awaitable<Result<std::string>> carry_out(std::string cause, bool is_look);
  bool may_be_unfinished(bool is_void);
  Result<std::string> refuse(const std::string& cause, const std::string& mistake, bool is_look);
  std::string accept(const std::string& cause, const std::vector<std::string>& changes,
                     const std::vector<std::string>& overridden);

  Events events_;
  ConfigState state_;
  std::map<std::string, std::string> secrets_;  ///< of the configuration in use
  std::optional<std::chrono::steady_clock::time_point> unfinished_;  ///< since when the file is so
  bool is_watched_ = false;
  RoundPtr running_;
  RoundPtr next_;                   ///< asked for, not begun
  boost::asio::steady_timer wake_;  ///< cancelled when there is a next round
  FileWatch watch_;
  FileReader reader_;
  TaskGroup tasks_;
};

}  // namespace zke
