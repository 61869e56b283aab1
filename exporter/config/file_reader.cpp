#include "config/file_reader.hpp"

#include <algorithm>
#include <exception>
#include <memory>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/file.hpp"
#include "base/text.hpp"
#include "config/ensemble_settings.hpp"

namespace zke {

namespace asio = boost::asio;

namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

bool holds(const std::string& file, const std::string& secret) {
  const auto now = read_secret(file);
  return now && *now == secret;
}

bool is_known(const std::string& sha256, const KnownFiles& known) {
  return sha256 == known.sha256 && std::ranges::all_of(known.secrets, [](const auto& file) {
           return holds(file.first, file.second);
         });
}

FileReading read_file(const ConfigSource& source, const Watcher& watch, const KnownFiles& known) {
  FileReading reading;
  try {
    if (watch) {
      reading.places = watch(source.file());  // first: what happens from now on is heard
    }
    reading.is_void = true;
    const auto text = source.read_text();
    reading.sha256 = sha256_of(text);
    reading.is_void = false;
    if (!is_known(reading.sha256, known)) {
      reading.config = source.parse(text);
    }
  } catch (const std::exception& e) {
    reading.mistake = printable(e.what());
  }
  if (reading.config && reading.config->is_file_empty) {
    reading.is_void = true;
    reading.mistake = shown_path(source.file()) +
                      ": has no setting in it; write some, or restart to run with the defaults";
  }
  return reading;
}

}  // namespace

FileReader::FileReader(const asio::any_io_executor& loop, ConfigSource source)
    : source_(std::move(source)), ended_(loop), background_(loop) {}

asio::awaitable<FileReading> FileReader::read(Watcher watch, KnownFiles known) {
  constexpr auto kPatience = seconds(10);
  const auto deadline = steady_clock::now() + kPatience;
  const auto result = std::make_shared<std::optional<FileReading>>();
  std::string trouble = "within 10 s; look at the file system that it is on";
  co_await wait(deadline);  // one that hung may have come back
  if (!is_reading_) {
    auto work = [source = source_, watch, known, result, this]() -> Background::Done {
      return [reading = read_file(source, watch, known), result, this]() mutable {
        *result = std::move(reading);
        is_reading_ = false;
        ended_.cancel();
      };
    };
    is_reading_ = background_.run(std::move(work));
    trouble =
        is_reading_ ? trouble : "now: no thread can be started; look at the limit of processes";
    co_await wait(deadline);
  }
  if (*result) {
    co_return std::move(**result);
  }
  FileReading nothing;
  nothing.mistake = shown_path(source_.file()) + ": cannot be read " + trouble;
  co_return nothing;
}

/// Until no reading runs.
asio::awaitable<void> FileReader::wait(steady_clock::time_point deadline) {
  while (is_reading_ && steady_clock::now() < deadline) {
    ended_.expires_at(deadline);
    co_await ended_.async_wait(kTuple);
  }
}

}  // namespace zke
