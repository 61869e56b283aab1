#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>

#include "config/reloader.hpp"
#include "support/folder.hpp"
#include "support/run.hpp"
#include "support/wait.hpp"

namespace zke::test {

inline std::string text_with(const std::string& level) { return "log: {level: " + level + "}\n"; }

/// A reloader over a file; what it brings is kept here.
struct Reloading {
  explicit Reloading(const std::filesystem::path& file, GivenFlags flags = {})
      : source(with_file(std::move(flags), file)) {
    Reloader::Events events;
    events.take = [this](Settings settings) { return take(std::move(settings)); };
    events.told = [this](const ConfigState& state) { told.push_back(state.mistake); };
    reloader.emplace(io.get_executor(), source, source.read(), std::move(events));
  }

  static ConfigSource with_file(GivenFlags flags, const std::filesystem::path& file) {
    flags["config.file"] = {file};
    return ConfigSource(std::move(flags));
  }

  void watch() {
    reloader->start(true);
    run_some();  // it looks for the first time
    told.clear();
  }

  /// Until the next reading has ended.
  void run_some() { CHECK(run(io, reloader->reload("test"))); }

  boost::asio::awaitable<Result<std::vector<std::string>>> take(Settings settings) {
    ++takes;
    if (hangs) {
      co_await never.async_wait(boost::asio::use_awaitable);
    }
    taken.push_back(settings.log_level);
    password = settings.ensembles.at(0).admin.password;
    if (!refusal.empty()) {
      co_return Error(Reason::kLocalError, refusal);
    }
    co_return std::vector<std::string>{"log.level"};
  }

  bool wait_for(log::Level level) {
    return wait_until(io, [&] { return !taken.empty() && taken.back() == level; });
  }

  boost::asio::io_context io{1};
  ConfigSource source;
  std::vector<log::Level> taken;
  std::string password;  ///< of the AdminServer, as taken last
  int takes = 0;
  bool hangs = false;  ///< before anything is taken
  boost::asio::steady_timer never{io, std::chrono::steady_clock::time_point::max()};
  std::vector<std::string> told;  ///< the mistakes
  std::string refusal;
  std::optional<Reloader> reloader;
};

}  // namespace zke::test
