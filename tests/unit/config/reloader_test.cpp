#include "config/reloader.hpp"

#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>

#include "support/run.hpp"
#include "support/wait.hpp"

using namespace zke;
using namespace zke::test;

namespace fs = std::filesystem;
namespace asio = boost::asio;

namespace {

using Changes = std::vector<std::string>;

std::string text_with(const std::string& level) { return "log: {level: " + level + "}\n"; }

/// A folder of its own, removed at the end.
class Folder {
 public:
  Folder() {
    auto pattern = (fs::temp_directory_path() / "zke-reload-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  Folder(Folder&&) = delete;
  Folder& operator=(Folder&&) = delete;

  fs::path operator/(const std::string& name) const { return path_ / name; }

 private:
  fs::path path_;
};

void write(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

void replace(const fs::path& path, const std::string& text) {
  write(path.string() + "~", text);
  fs::rename(path.string() + "~", path);
}

/// A reloader over a file; what it brings is kept here.
struct Reloading {
  explicit Reloading(const fs::path& file, GivenFlags flags = {})
      : source(with_file(std::move(flags), file)) {
    Reloader::Events events;
    events.take = [this](Settings settings) { return take(std::move(settings)); };
    events.told = [this](const ConfigState& state) { told.push_back(state.mistake); };
    reloader.emplace(io.get_executor(), source, source.read().sha256, std::move(events));
  }

  static ConfigSource with_file(GivenFlags flags, const fs::path& file) {
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

  asio::awaitable<Result<Changes>> take(Settings settings) {
    ++takes;
    if (hangs) {
      co_await never.async_wait(asio::use_awaitable);
    }
    taken.push_back(settings.log_level);
    if (!refusal.empty()) {
      co_return Error(Reason::kLocalError, refusal);
    }
    co_return Changes{"log.level"};
  }

  bool wait_for(log::Level level) {
    return wait_until(io, [&] { return !taken.empty() && taken.back() == level; });
  }

  asio::io_context io{1};
  ConfigSource source;
  std::vector<log::Level> taken;
  int takes = 0;
  bool hangs = false;  ///< before anything is taken
  asio::steady_timer never{io, std::chrono::steady_clock::time_point::max()};
  std::vector<std::string> told;  ///< the mistakes
  std::string refusal;
  std::optional<Reloader> reloader;
};

}  // namespace

TEST_CASE("a file is taken again however it is changed", "[config]") {
  const Folder folder;
  const auto file = folder / "exporter.yml";

  SECTION("written in place") {
    write(file, text_with("info"));
    Reloading exporter(file);
    exporter.watch();
    write(file, text_with("warn"));
    CHECK(exporter.wait_for(log::Level::kWarn));
  }
  SECTION("replaced by another of its name, as most editors do, twice") {
    write(file, text_with("info"));
    Reloading exporter(file);
    exporter.watch();
    replace(file, text_with("warn"));
    CHECK(exporter.wait_for(log::Level::kWarn));
    replace(file, text_with("debug"));
    CHECK(exporter.wait_for(log::Level::kDebug));
    write(file, text_with("error"));  // the new one is watched as the first was
    CHECK(exporter.wait_for(log::Level::kError));
  }
  SECTION("moved away, and another one made") {
    write(file, text_with("info"));
    Reloading exporter(file);
    exporter.watch();
    fs::rename(file, folder / "exporter.yml~");
    write(file, text_with("warn"));
    CHECK(exporter.wait_for(log::Level::kWarn));
  }
  SECTION("by the link swap of a ConfigMap, again and again") {
    const auto publish = [&](const std::string& revision, const std::string& level) {
      fs::create_directory(folder / revision);
      write(folder / (revision + "/exporter.yml"), text_with(level));
      fs::create_symlink(revision, folder / "..data_tmp");
      fs::rename(folder / "..data_tmp", folder / "..data");
    };
    publish("..1", "info");
    fs::create_symlink("..data/exporter.yml", file);
    Reloading exporter(file);
    exporter.watch();
    publish("..2", "warn");
    fs::remove_all(folder / "..1");
    CHECK(exporter.wait_for(log::Level::kWarn));
    publish("..3", "debug");
    fs::remove_all(folder / "..2");
    CHECK(exporter.wait_for(log::Level::kDebug));
  }
  SECTION("behind a link to a file of another folder") {
    const Folder other;
    write(other / "real.yml", text_with("info"));
    fs::create_symlink(other / "real.yml", file);
    Reloading exporter(file);
    exporter.watch();
    replace(other / "real.yml", text_with("warn"));
    CHECK(exporter.wait_for(log::Level::kWarn));
  }
  SECTION("by a folder above it that is another link now, as releases are switched") {
    for (const std::string release : {"1", "2"}) {
      fs::create_directory(folder / release);
    }
    write(folder / "1/exporter.yml", text_with("info"));
    write(folder / "2/exporter.yml", text_with("warn"));
    fs::create_directory_symlink("1", folder / "current");
    Reloading exporter(folder / "current/exporter.yml");
    exporter.watch();
    fs::create_directory_symlink("2", folder / "next");
    fs::rename(folder / "next", folder / "current");
    CHECK(exporter.wait_for(log::Level::kWarn));
  }
  SECTION("by its permissions alone nothing changes") {
    write(file, text_with("info"));
    Reloading exporter(file);
    exporter.watch();
    fs::permissions(file, fs::perms::owner_read);
    write(folder / "other.yml", "");
    replace(file, text_with("info"));
    exporter.run_some();
    CHECK(exporter.taken.empty());
  }
}

TEST_CASE("half a file is not taken while somebody writes it", "[config]") {
  const Folder folder;
  const auto file = folder / "exporter.yml";
  const auto other_file = folder / "other.yml";
  write(file, text_with("info"));
  write(other_file, text_with("info"));
  Reloading exporter(file);
  exporter.watch();
  Reloading witness(other_file);  // takes what was written after the half
  witness.watch();
  const auto wait_for_witness = [&](const std::string& level, log::Level wanted) {
    write(other_file, text_with(level));
    return wait_until(witness.io, [&] {
      exporter.io.restart();
      exporter.io.poll();
      return witness.taken.back() == wanted;
    });
  };
  witness.taken.push_back(log::Level::kInfo);

  SECTION("nor when the half is a good file") {
    std::ofstream half(file);
    half << text_with("warn") << std::flush;
    CHECK(wait_for_witness("debug", log::Level::kDebug));
    CHECK(exporter.taken.empty());
    half << "poll: {interval: 5s}\n";
    half.close();
    CHECK(exporter.wait_for(log::Level::kWarn));
    CHECK(exporter.taken.size() == 1);
  }
  SECTION("nor when somebody asks for it meanwhile") {
    std::ofstream half(file);
    half << text_with("warn") << std::flush;
    CHECK(wait_for_witness("debug", log::Level::kDebug));
    exporter.reloader->ask("test");
    CHECK(wait_for_witness("warn", log::Level::kWarn));
    half << "poll: {interval: 5s}\n";
    half.close();
    CHECK(exporter.wait_for(log::Level::kWarn));
    CHECK(exporter.takes == 1);
    CHECK(exporter.reloader->state().sha256 ==
          sha256_of(text_with("warn") + "poll: {interval: 5s}\n"));
  }
  SECTION("nor one that was emptied first, which is no mistake yet") {
    write(file, "");
    CHECK(wait_for_witness("debug", log::Level::kDebug));
    write(file, "# soon\n");
    CHECK(wait_for_witness("warn", log::Level::kWarn));
    CHECK(exporter.taken.empty());
    CHECK(exporter.told.empty());
    write(file, text_with("error"));
    CHECK(exporter.wait_for(log::Level::kError));
    CHECK(exporter.told == Changes{""});
  }
  SECTION("a file that is away for a moment is no mistake") {
    fs::remove(file);
    CHECK(wait_for_witness("debug", log::Level::kDebug));
    CHECK(exporter.told.empty());
    write(file, text_with("warn"));
    CHECK(exporter.wait_for(log::Level::kWarn));
    CHECK(exporter.told == Changes{""});
  }
}

TEST_CASE("a mistake changes nothing, is told once, and ends with the next good file", "[config]") {
  const Folder folder;
  const auto file = folder / "exporter.yml";
  write(file, text_with("info"));
  Reloading exporter(file);
  exporter.watch();
  const auto mistake = file.string() + ":1: log.level must be debug, info, warn or error";

  write(file, text_with("loud"));
  REQUIRE(wait_until(exporter.io, [&] { return !exporter.told.empty(); }));
  CHECK(exporter.told.back() == mistake);
  CHECK(exporter.reloader->state().mistake == mistake);
  CHECK(exporter.reloader->state().sha256 == sha256_of(text_with("info")));
  replace(file, text_with("loud"));  // the same once more is no news
  const auto result = run(exporter.io, exporter.reloader->reload("test"));
  REQUIRE_FALSE(result);
  CHECK(result.error().detail() == mistake);
  CHECK(exporter.taken.empty());

  SECTION("a better one") {
    write(file, text_with("warn"));
    CHECK(exporter.wait_for(log::Level::kWarn));
    CHECK(exporter.told.back().empty());
    CHECK(exporter.reloader->state().sha256 == sha256_of(text_with("warn")));
  }
  SECTION("the one before") {
    write(file, text_with("info"));
    REQUIRE(wait_until(exporter.io, [&] { return exporter.told.back().empty(); }));
    CHECK(exporter.taken.empty());
  }
}

TEST_CASE("what could not be taken is tried again at each look, and told once", "[config]") {
  const Folder folder;
  const auto file = folder / "exporter.yml";
  write(file, text_with("info"));
  Reloading exporter(file);
  exporter.watch();
  exporter.refusal = "http.listen: the port is taken";
  write(file, text_with("warn"));
  for (int looks = 1; looks < 3; ++looks) {
    REQUIRE(wait_until(exporter.io, [&] { return exporter.takes == looks; }));
    write(file, text_with("warn"));
  }
  CHECK(exporter.told == Changes{exporter.refusal});
  exporter.refusal.clear();
  REQUIRE(wait_until(exporter.io, [&] { return exporter.told.size() == 2; }));
  CHECK(exporter.told.back().empty());
}

TEST_CASE("who asks gets what has changed, or the mistake", "[config]") {
  const Folder folder;
  const auto file = folder / "exporter.yml";
  write(file, text_with("info"));
  Reloading exporter(file, {{"poll.interval", {"5s"}}});
  exporter.reloader->start(false);
  const auto reload = [&] { return run(exporter.io, exporter.reloader->reload("test")); };
  const auto mistake_of = [&] {
    const auto result = reload();
    return result ? "none" : result.error().detail();
  };

  CHECK(*reload() == "Nothing has changed.\n");
  CHECK(exporter.taken.empty());

  write(file, text_with("warn") + "poll: {interval: 1m}\n");
  CHECK(*reload() ==
        "The configuration was taken:\n- log.level\n(flags override its poll.interval)\n");
  CHECK(exporter.taken == std::vector{log::Level::kWarn});

  exporter.refusal = "http.listen: the port is taken";
  write(file, text_with("debug"));
  CHECK(mistake_of() == exporter.refusal);
  CHECK(mistake_of() == exporter.refusal);  // it was tried again
  CHECK(exporter.taken.size() == 3);
  exporter.refusal.clear();
  CHECK(reload());

  write(file, "");
  CHECK(mistake_of() == file.string() +
                            ": has no setting in it; write some, or restart to run with the "
                            "defaults");
  fs::remove(file);
  CHECK(mistake_of() == file.string() +
                            ": cannot be read: No such file or directory; check --config.file and "
                            "the file's permissions");
  fs::create_directory(file);
  CHECK(mistake_of() ==
        file.string() + ": is a directory, not a regular file; check --config.file");
  CHECK(exporter.taken.size() == 4);
}

TEST_CASE("who asks while a reading runs shares the next one", "[config]") {
  const Folder folder;
  const auto file = folder / "exporter.yml";
  write(file, text_with("info"));
  Reloading exporter(file);
  exporter.reloader->start(false);
  std::vector<std::string> results;
  const auto ask = [&]() -> asio::awaitable<void> {
    const auto result = co_await exporter.reloader->reload("test");
    results.push_back(*result);
  };
  write(file, text_with("warn"));
  start(exporter.io.get_executor(), ask());
  start(exporter.io.get_executor(), ask());
  REQUIRE(wait_until(exporter.io, [&] { return exporter.taken.size() == 1; }));
  write(file, text_with("debug"));  // too late for the one that ends now
  for (int i = 0; i < 1000; ++i) {
    start(exporter.io.get_executor(), ask());
  }
  REQUIRE(wait_until(exporter.io, [&] { return results.size() == 1002; }));
  CHECK(exporter.taken == std::vector{log::Level::kWarn, log::Level::kDebug});
}

TEST_CASE("the end is told to who waits, and nothing is taken after it", "[config]") {
  const Folder folder;
  const auto file = folder / "exporter.yml";
  write(file, text_with("info"));
  Reloading exporter(file);
  exporter.watch();
  exporter.hangs = true;
  write(file, text_with("warn"));
  std::optional<Result<std::string>> result;
  const auto ask = [&]() -> asio::awaitable<void> {
    result = co_await exporter.reloader->reload("test");
  };
  start(exporter.io.get_executor(), ask());
  REQUIRE(wait_until(exporter.io, [&] { return exporter.takes == 1; }));
  exporter.reloader->stop();
  REQUIRE(wait_until(exporter.io, [&] { return result.has_value(); }));
  REQUIRE_FALSE(*result);
  CHECK(result->error().detail() == "the exporter is shutting down");
  CHECK(run(exporter.io, exporter.reloader->reload("test")).error().detail() ==
        "the exporter is shutting down");
  exporter.reloader.reset();
  exporter.io.restart();
  exporter.io.run();
  CHECK(exporter.taken.empty());
}

TEST_CASE("it can be stopped at every step of a reading", "[config]") {
  const Folder folder;
  const auto file = folder / "exporter.yml";
  write(file, text_with("info"));
  bool has_ended = false;
  for (int steps = 0; !has_ended; ++steps) {
    Reloading exporter(file);
    exporter.reloader->start(false);
    std::optional<Result<std::string>> result;
    const auto ask = [&]() -> asio::awaitable<void> {
      result = co_await exporter.reloader->reload("test");
    };
    start(exporter.io.get_executor(), ask());
    for (int i = 0; i < steps && !result; ++i) {
      exporter.io.run_one();
    }
    has_ended = result.has_value();
    exporter.reloader->stop();
    REQUIRE(wait_until(exporter.io, [&] { return result.has_value(); }));
    exporter.reloader.reset();
    exporter.io.restart();
    exporter.io.run();
  }
}

TEST_CASE("flags alone can't be read again, which is no mistake", "[config]") {
  asio::io_context io(1);
  Reloader reloader(io.get_executor(), ConfigSource(), {}, {});
  reloader.start(false);

  CHECK(*run(io, reloader.reload("test")) ==
        "there is no configuration file to read again: the flags say all.\n");
}
