#include "config/reloader.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "support/reloading.hpp"

using namespace zke;
using namespace zke::test;

namespace fs = std::filesystem;
namespace asio = boost::asio;

using Changes = std::vector<std::string>;

namespace {

std::string text_with_password(const fs::path& file) {
  return "ensembles: [{members: [zk-0:1], admin: {username: zk, password_file: " + file.string() +
         "}}]\n";
}

}  // namespace

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

TEST_CASE("a password that changed in its file is taken, by who asks and by a look", "[config]") {
  const Folder folder;
  const auto file = folder / "exporter.yml";
  const auto secret = folder / "password";
  const auto text = text_with_password(secret);
  write(secret, "old\n");
  write(file, text);
  Reloading exporter(file);
  exporter.watch();
  CHECK(exporter.takes == 0);

  write(secret, "new\n");
  exporter.run_some();
  CHECK(exporter.password == "new");
  exporter.run_some();
  CHECK(exporter.takes == 1);

  write(secret, "newer\n");
  write(file, text);  // so that it looks at once
  REQUIRE(wait_until(exporter.io, [&] { return exporter.password == "newer"; }));

  exporter.told.clear();
  fs::remove(secret);
  write(file, text);
  REQUIRE(wait_until(exporter.io, [&] { return !exporter.told.empty(); }));
  CHECK(exporter.told.back() == file.string() + ":1: ensembles[0].admin.password_file " +
                                    secret.string() +
                                    " cannot be read: No such file or directory; it must hold "
                                    "one line, the password");
  CHECK(exporter.password == "newer");
  write(secret, "newest\n");
  write(file, text);
  REQUIRE(wait_until(exporter.io, [&] { return exporter.password == "newest"; }));
  CHECK(exporter.told.back().empty());
}

TEST_CASE("a new configuration is taken when the password's file that it names comes", "[config]") {
  const Folder folder;
  const auto file = folder / "exporter.yml";
  const auto secret = folder / "password";
  const auto text = text_with_password(secret);
  write(file, text_with("info"));
  Reloading exporter(file);
  exporter.watch();
  write(file, text);
  REQUIRE(wait_until(exporter.io, [&] { return !exporter.told.empty(); }));
  CHECK(exporter.takes == 0);
  write(secret, "new\n");
  write(file, text);
  REQUIRE(wait_until(exporter.io, [&] { return exporter.password == "new"; }));
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
    exporter.io.restart();
    exporter.io.poll();  // its tasks end
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
