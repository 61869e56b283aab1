#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zke {

/// Takes the text up to `stop` off the front of `text`, and drops the `stop`.
std::string_view take_until(std::string_view& text, char stop);

/// Takes one line off the front of `text`, without its `\n` or `\r\n`.
std::string_view take_line(std::string_view& text);

/// Without leading and trailing blanks and line ends.
std::string_view trim(std::string_view text);

std::vector<std::string_view> split(std::string_view text, char separator);

/// Whether it is decimal digits and nothing else, one at least.
bool is_digits(std::string_view text);

/// A whole decimal number, or nothing.
std::optional<std::int64_t> parse_int(std::string_view text);

/// A whole hexadecimal number without `0x`, or nothing.
std::optional<std::uint64_t> parse_hex(std::string_view text);

/// A number as Java prints it: `2.7466`, `1.0E-4`, `NaN`, `-Infinity`; whatever the locale.
/// Nothing when anything else is in `text`.
std::optional<double> parse_double(std::string_view text);

/// As short as it can be read back from: `0.1`, `1e+21`, `NaN`, `+Inf`.
void append_double(std::string& to, double value);

/// `text` with everything that is not valid UTF-8 replaced by U+FFFD.
std::string valid_utf8(std::string_view text);

/// One printable line for a log or a page: valid UTF-8, cut at `limit` bytes, and a space in the
/// place of each character that is unprintable: control characters (C0 and C1), line ends, marks of
/// direction, and what is not seen (joiners, tags). Never more work than `limit` asks for.
std::string printable(std::string_view text, std::size_t limit = std::string_view::npos);

/// The same characters as `\uXXXX`, for the inside of quotes: JSON text stays valid JSON.
std::string escape_unprintable(std::string_view text);

/// `text` in quotes, as JSON and logfmt write it.
std::string quoted(std::string_view text);

/// `&`, `<`, `>` and quotes escaped, and made printable.
std::string escape_html(std::string_view text);

}  // namespace zke
