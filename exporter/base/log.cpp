#include "base/log.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <poll.h>
#include <unistd.h>

#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>

#include "base/text.hpp"

namespace zke::log {

namespace {

constexpr std::size_t kMaxLine = 4096;  // PIPE_BUF: a pipe that polls writable takes it whole
constexpr std::size_t kMaxValue = 512;  // six times that when all of it must be escaped

/// stderr, as long as it takes lines at once.
class StderrSink : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  std::uint64_t dropped() const { return dropped_; }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    const auto& text = message.payload;
    pollfd ready{STDERR_FILENO, POLLOUT, 0};
    const bool writable = poll(&ready, 1, 0) == 1 && (ready.revents & POLLOUT) != 0;
    if (!writable || write(STDERR_FILENO, text.data(), text.size()) < 0) {
      ++dropped_;
    }
  }
  void flush_() override {}

 private:
  std::uint64_t dropped_ = 0;
};

struct Logger {
  std::shared_ptr<StderrSink> sink = std::make_shared<StderrSink>();
  spdlog::logger out{"zookeeper-exporter", sink};
  Format format = Format::kLogfmt;
};

Logger& logger() {
  static Logger instance;
  return instance;
}

spdlog::level::level_enum to_spdlog(Level level) {
  constexpr auto kLevels = std::to_array<spdlog::level::level_enum>(
      {spdlog::level::debug, spdlog::level::info, spdlog::level::warn, spdlog::level::err});
  return kLevels.at(static_cast<std::size_t>(level));
}

constexpr auto kLevelNames = std::to_array<std::string_view>({"debug", "info", "warn", "error"});

std::string now_utc() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  tm parts{};
  gmtime_r(&now.tv_sec, &parts);
  std::array<char, 40> text{};
  const auto n = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text.data() + n, text.size() - n, ".%03ldZ", now.tv_nsec / 1000000);
  return text.data();
}

bool is_plain(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return c > ' ' && c < 0x7F && c != '"' && c != '=' && c != '\\';
  });
}

void append_logfmt_value(std::string& line, std::string_view text) {
  if (is_plain(text)) {
    line += text;
  } else {
    line += quoted(text);
  }
}

void append_field(std::string& line, Format format, std::string_view key, std::string_view value) {
  if (format == Format::kJson) {
    line += line.empty() ? "{" : ",";
    line += quoted(key);
    line += ':';
    line += quoted(value);
    return;
  }
  if (!line.empty()) {
    line += ' ';
  }
  line += is_plain(key) ? key : "bad_key";
  line += '=';
  append_logfmt_value(line, value);
}

void write_line(Level level, std::string_view message, Fields fields) {
  auto& to = logger();
  if (!to.out.should_log(to_spdlog(level))) {
    return;
  }
  auto line = format_line(to.format, now_utc(), level, message, fields);
  line += '\n';
  to.out.log(to_spdlog(level), line);
}

}  // namespace

std::optional<Level> parse_level(std::string_view text) {
  const auto* found = std::ranges::find(kLevelNames, text);
  if (found == kLevelNames.end()) {
    return std::nullopt;
  }
  return static_cast<Level>(found - kLevelNames.begin());
}

std::optional<Format> parse_format(std::string_view text) {
  for (const auto format : {Format::kLogfmt, Format::kJson}) {
    if (text == to_string(format)) {
      return format;
    }
  }
  return std::nullopt;
}

std::string_view to_string(Level level) { return kLevelNames.at(static_cast<std::size_t>(level)); }

std::string_view to_string(Format format) { return format == Format::kJson ? "json" : "logfmt"; }

void configure(Level level, Format format) {
  logger().out.set_level(to_spdlog(level));
  logger().format = format;
}

std::uint64_t dropped_lines() { return logger().sink->dropped(); }

std::string format_line(Format format, std::string_view time, Level level, std::string_view message,
                        Fields fields) {
  std::string line;
  append_field(line, format, "ts", time);
  append_field(line, format, "level", to_string(level));
  append_field(line, format, "msg", message.substr(0, kMaxValue));
  for (const auto& field : fields) {
    const auto length = line.size();
    append_field(line, format, field.key, std::string_view(field.value).substr(0, kMaxValue));
    if (line.size() > kMaxLine - 2) {
      line.resize(length);
    }
  }
  if (format == Format::kJson) {
    line += '}';
  }
  return line;
}

void debug(std::string_view message, Fields fields) { write_line(Level::kDebug, message, fields); }
void info(std::string_view message, Fields fields) { write_line(Level::kInfo, message, fields); }
void warn(std::string_view message, Fields fields) { write_line(Level::kWarn, message, fields); }
void error(std::string_view message, Fields fields) { write_line(Level::kError, message, fields); }

}  // namespace zke::log
