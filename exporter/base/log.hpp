#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

/// One line an event on stderr, in logfmt or JSON, with a time in UTC. A line that stderr can't
/// take at once (a stuck pipe, a full disk) is dropped and counted: logging never blocks.
namespace zke::log {

enum class Level { kDebug, kInfo, kWarn, kError };
enum class Format { kLogfmt, kJson };

struct Field {
  std::string_view key;
  std::string value;
};
using Fields = std::initializer_list<Field>;

std::optional<Level> parse_level(std::string_view text);
std::optional<Format> parse_format(std::string_view text);

/// As they are read.
std::string_view to_string(Level level);
std::string_view to_string(Format format);

/// What is logged from now on. Before, it is info in logfmt.
void configure(Level level, Format format);

void debug(std::string_view message, Fields fields = {});
void info(std::string_view message, Fields fields = {});
void warn(std::string_view message, Fields fields = {});
void error(std::string_view message, Fields fields = {});

/// Lines that stderr did not take since the start.
std::uint64_t dropped_lines();

/// One line as it is written, without the line end; for tests.
std::string format_line(Format format, std::string_view time, Level level, std::string_view message,
                        Fields fields);

}  // namespace zke::log
