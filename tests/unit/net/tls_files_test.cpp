#include "net/tls_files.hpp"

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <sys/stat.h>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "support/certificates.hpp"
#include "support/folder.hpp"
#include "support/run.hpp"
#include "support/wait.hpp"

using namespace zke;
using namespace zke::test;
using namespace std::chrono_literals;

namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

/// An authority's certificate.
std::string some_pem() { return make_authority({"Our authority"}).pem(); }

/// Files on the test's loop that are looked at all the time.
struct Files {
  explicit Files(const std::string& text = some_pem(), TlsFiles::Clock::duration look_every = 1ms)
      : path(folder / "ca.crt") {
    write(path, text);
    settings.ca_file = path;
    files = std::make_shared<TlsFiles>(io.get_executor(), settings, TlsFileTimes{look_every, 1h});
  }

  /// Waits for the first reading, and tells whether it ended.
  bool wait_first() {
    return wait_until(io, [&] { return files->context() || !files->mistake().empty(); });
  }

  bool wait_for_mistake(bool is_there = true) {
    return wait_until(io, [&] { return files->mistake().empty() != is_there; });
  }

  bool wait_for_other_than(const TlsContext::Ptr& last) {
    return wait_until(io, [&] { return files->context() != last; });
  }

  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  Folder folder;
  fs::path path;
  TlsSettings settings;
  std::shared_ptr<TlsFiles> files;
};

/// Readings whose outcomes the test decides on; one without an outcome hangs.
class FakeLoads {
 public:
  ~FakeLoads() { answer(good()); }  // a thread that hangs ends

  std::shared_ptr<TlsFiles> watch(asio::io_context& io, TlsFiles::Clock::duration patience = 1h) {
    const auto load = [state = state_](const TlsSettings& /*settings*/, const TlsContext::Ptr&) {
      std::unique_lock lock(state->mutex);
      ++state->begun;
      state->changed.wait(lock, [&] { return !state->outcomes.empty(); });
      auto outcome = state->outcomes.front();
      state->outcomes.pop_front();
      return outcome;
    };
    auto files = std::make_shared<TlsFiles>(io.get_executor(), TlsSettings(),
                                            TlsFileTimes{1ms, patience}, load);
    files->start();
    return files;
  }

  void answer(const Result<TlsContext::Ptr>& outcome) {
    const std::lock_guard lock(state_->mutex);
    state_->outcomes.push_back(outcome);
    ++state_->answered;
    state_->changed.notify_all();
  }

  /// Waits until all outcomes are taken, and the next reading has begun.
  void wait_taken(asio::io_context& io) {
    while (begun() <= answered()) {
      io.run_one_for(1ms);  // a thread that begins is no event of the loop
    }
  }

  std::size_t begun() const {
    const std::lock_guard lock(state_->mutex);
    return state_->begun;
  }

  std::size_t answered() const {
    const std::lock_guard lock(state_->mutex);
    return state_->answered;
  }

  static Result<TlsContext::Ptr> good() {
    TlsSettings settings;
    settings.verify = false;  // no files
    return TlsContext::load(settings);
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<Result<TlsContext::Ptr>> outcomes;
    std::size_t begun = 0;
    std::size_t answered = 0;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

asio::awaitable<bool> wait(std::shared_ptr<TlsFiles> files, TlsFiles::Clock::time_point deadline) {
  co_await files->wait_first(deadline);
  co_return true;
}

}  // namespace

TEST_CASE("the files of TLS are there after the first reading", "[net]") {
  Files files;
  CHECK_FALSE(files.files->context());
  files.files->start();

  CHECK(files.wait_first());
  CHECK(files.files->context());
  CHECK(files.files->mistake().empty());
}

TEST_CASE("files that are bad from the start are told at the first look", "[net]") {
  Files files("hello\n", 1h);
  files.files->start();

  CHECK(files.wait_first());
  CHECK_FALSE(files.files->context());
  CHECK(files.files->mistake().starts_with("ca_file " + files.path.string() + ": holds no "));
}

TEST_CASE("files that change are in use soon, those that do not stay", "[net]") {
  Files files;
  files.files->start();
  REQUIRE(files.wait_first());
  const auto first = files.files->context();

  replace(files.path, some_pem());
  CHECK(files.wait_for_other_than(first));
  CHECK(files.files->context());
}

TEST_CASE("files behind a link that is swapped are in use soon, as a Secret's", "[net]") {
  Files files;
  const auto& folder = files.folder;
  fs::create_directory(folder / "1");
  fs::create_directory(folder / "2");
  fs::rename(files.path, folder / "1/ca.crt");
  write(folder / "2/ca.crt", some_pem());
  fs::create_directory_symlink("1", folder / "..data");
  fs::create_symlink("..data/ca.crt", files.path);
  files.files->start();
  REQUIRE(files.wait_first());
  const auto first = files.files->context();
  REQUIRE(first);

  fs::create_directory_symlink("2", folder / "..new");
  fs::rename(folder / "..new", folder / "..data");
  CHECK(files.wait_for_other_than(first));
  CHECK(files.files->mistake().empty());
}

TEST_CASE("new files that are broken keep the old ones in use, until they are mended", "[net]") {
  Files files;
  files.files->start();
  REQUIRE(files.wait_first());
  const auto first = files.files->context();

  SECTION("another content") { replace(files.path, "hello\n"); }
  SECTION("gone") { fs::remove(files.path); }
  SECTION("a pipe") {
    fs::remove(files.path);
    REQUIRE(mkfifo(files.path.c_str(), 0600) == 0);
  }
  CHECK(files.wait_for_mistake());
  CHECK(files.files->context() == first);

  fs::remove(files.path);
  replace(files.path, some_pem());
  CHECK(files.wait_for_mistake(false));
  CHECK(files.files->context() != first);
}

TEST_CASE("a mistake is told when two looks in a row find it", "[net]") {
  asio::io_context io;
  const auto work = asio::make_work_guard(io);
  FakeLoads loads;
  const auto files = loads.watch(io);
  std::vector<bool> told;
  for (const bool is_good : {true, false, true, false, false, true}) {
    loads.answer(is_good ? loads.good() : Error(Reason::kTls, "ca_file x: broken"));
    loads.wait_taken(io);
    told.push_back(!files->mistake().empty());
    CHECK(files->context());
  }
  CHECK(told == std::vector<bool>{false, false, false, false, true, false});
}

TEST_CASE("a first reading that hangs ends no wait but by the deadline", "[net]") {
  asio::io_context io;
  const auto work = asio::make_work_guard(io);
  FakeLoads loads;
  const auto files = loads.watch(io);
  const auto deadline = TlsFiles::Clock::now() + 20ms;

  CHECK(run(io, wait(files, deadline)));
  CHECK(TlsFiles::Clock::now() >= deadline);
  CHECK_FALSE(files->context());
  CHECK(files->mistake().empty());

  loads.answer(loads.good());
  CHECK(run(io, wait(files, TlsFiles::Clock::now() + 1h)));
  CHECK(files->context());
}

TEST_CASE("while a reading hangs, what was read before stays in use", "[net]") {
  asio::io_context io;
  const auto work = asio::make_work_guard(io);
  FakeLoads loads;
  const auto files = loads.watch(io);
  loads.answer(loads.good());
  REQUIRE(run(io, wait(files, TlsFiles::Clock::now() + 1h)));
  const auto first = files->context();
  loads.wait_taken(io);

  CHECK(files->context() == first);
  CHECK(run(io, wait(files, TlsFiles::Clock::now() + 1h)));  // at once
}

TEST_CASE("a reading that does not end is told, and forgiven when it ends", "[net]") {
  asio::io_context io;
  const auto work = asio::make_work_guard(io);
  FakeLoads loads;
  const auto files = loads.watch(io, 1ms);
  loads.answer(loads.good());
  REQUIRE(run(io, wait(files, TlsFiles::Clock::now() + 1h)));
  const auto first = files->context();

  CHECK(wait_until(io, [&] { return files->mistake().starts_with("reading the files does not"); }));
  CHECK(files->context() == first);

  loads.answer(loads.good());
  CHECK(wait_until(io, [&] { return files->mistake().empty(); }));
}

TEST_CASE("files may go while they are read", "[net]") {
  for (int i = 0; i < 20; ++i) {
    Files files;
    files.files->start();
    std::weak_ptr<TlsFiles> weak = files.files;
    files.files.reset();
    CHECK(weak.expired());
    files.io.poll();
  }
}

TEST_CASE("a reading that ends after its loop harms nobody", "[net]") {
  for (int i = 0; i < 20; ++i) {
    const Files files;
    files.files->start();
  }
}
