#pragma once

#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>

#include "config/reloader.hpp"
#include "support/run.hpp"
#include "support/wait.hpp"

namespace zke::test {

inline std::string text_with(const std::string& level) { return "log: {level: " + level + "}\n"; }

/// A folder of its own, removed at the end.
class Folder {
 public:
  Folder() {
    auto pattern = (std::filesystem::temp_directory_path() / "zke-reload-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  Folder(Folder&&) = delete;
  Folder& operator=(Folder&&) = delete;

  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

inline void write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path) << text;
}

/// As most editors do: by a rename.
inline void replace(const std::filesystem::path& path, const std::string& text) {
  write(path.string() + "~", text);
  std::filesystem::rename(path.string() + "~", path);
}

/// A reloader over a file; what it brings is kept here.
struct Reloading {
  explicit Reloading(const std::filesystem::path& file, GivenFlags flags = {})
      : source(with_file(std::move(flags), file)) {
    Reloader::Events events;
    events.take = [this](Settings settings) { return take(std::move(settings)); };
    events.told = [this](const ConfigState& state) { told.push_back(state.mistake); };
    reloader.emplace(io.get_executor(), source, source.read().sha256, std::move(events));
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
  int takes = 0;
  bool hangs = false;  ///< before anything is taken
  boost::asio::steady_timer never{io, std::chrono::steady_clock::time_point::max()};
  std::vector<std::string> told;  ///< the mistakes
  std::string refusal;
  std::optional<Reloader> reloader;
};

}  // namespace zke::test
