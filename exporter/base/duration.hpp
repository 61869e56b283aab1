#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace zke {

/// A duration in Prometheus' form: `500ms`, `10s`, `1m30s`, `2h`; nothing when it is anything else,
/// or longer than 3650 days: a clock's time plus twice of it never overflows.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// The same form, for messages.
std::string to_string(std::chrono::milliseconds duration);

}  // namespace zke
