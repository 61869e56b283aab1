#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>
#include <system_error>

namespace zke {

namespace {

template <class Number, class... Format>
std::optional<Number> parse_number(std::string_view text, Format... format) {
  Number value{};
  const char* end = text.data() + text.size();
  const auto [stop, ec] = std::from_chars(text.data(), end, value, format...);
  if (ec != std::errc() || stop != end || text.empty()) {
    return std::nullopt;
  }
  return value;
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

/// The length of the valid UTF-8 sequence that `text` begins with, 0 when it begins with none.
std::size_t sequence_length(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) {
    return 1;
  }
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) {
    return 0;
  }
  const auto second = static_cast<unsigned char>(text[1]);
  const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool surrogate = first == 0xED && second > 0x9F;
  const bool too_high = first == 0xF4 && second > 0x8F;
  if (overlong || surrogate || too_high) {
    return 0;
  }
  for (const char c : text.substr(1, length - 1)) {
    if (!is_continuation(c)) {
      return 0;
    }
  }
  return length;
}

/// The code point of a valid UTF-8 sequence.
char32_t decode(std::string_view sequence) {
  constexpr auto kLeadBits = std::to_array<unsigned>({0, 0x7F, 0x1F, 0x0F, 0x07});
  char32_t code = static_cast<unsigned char>(sequence[0]) & kLeadBits.at(sequence.size());
  for (const char c : sequence.substr(1)) {
    code = code << 6U | (static_cast<unsigned char>(c) & 0x3FU);
  }
  return code;
}

/// Whether it steers what shows the text, or is in it unseen: control characters (C0, C1), line
/// and paragraph ends, marks of direction, joiners, fillers, tags, what is no character.
bool is_unprintable(char32_t c) {
  struct Range {
    char32_t first;
    char32_t last;
  };
  constexpr auto kRanges = std::to_array<Range>({{0x00, 0x1F},
                                                 {0x7F, 0x9F},
                                                 {0xAD, 0xAD},
                                                 {0x034F, 0x034F},
                                                 {0x061C, 0x061C},
                                                 {0x115F, 0x1160},
                                                 {0x17B4, 0x17B5},
                                                 {0x180B, 0x180F},
                                                 {0x200B, 0x200F},
                                                 {0x2028, 0x202E},
                                                 {0x2060, 0x206F},
                                                 {0x3164, 0x3164},
                                                 {0xFDD0, 0xFDEF},
                                                 {0xFEFF, 0xFEFF},
                                                 {0xFFA0, 0xFFA0},
                                                 {0xFFF0, 0xFFFB},
                                                 {0x1BCA0, 0x1BCA3},
                                                 {0x1D173, 0x1D17A},
                                                 {0xE0000, 0xE0FFF}});
  if ((c & 0xFFFEU) == 0xFFFEU) {  // the last two of each plane
    return true;
  }
  for (const auto& range : kRanges) {
    if (c <= range.last) {
      return c >= range.first;
    }
  }
  return false;
}

/// Calls `visit(sequence, code point)` for each character, U+FFFD for each byte that is no part of
/// one, until it returns false.
template <class Visit>
void each_character(std::string_view text, Visit visit) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  while (!text.empty()) {
    const auto length = sequence_length(text);
    const auto sequence = length == 0 ? kReplacement : text.substr(0, length);
    if (!visit(sequence, decode(sequence))) {
      return;
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
}

void append_escape(std::string& to, char32_t code) {
  std::array<char, 16> escape{};
  const auto value = static_cast<unsigned>(code);
  if (value < 0x10000) {
    std::snprintf(escape.data(), escape.size(), "\\u%04x", value);
  } else {  // as JSON wants it: a surrogate pair
    const auto rest = value - 0x10000;
    std::snprintf(escape.data(), escape.size(), "\\u%04x\\u%04x", 0xD800 + (rest >> 10U),
                  0xDC00 + (rest & 0x3FFU));
  }
  to += escape.data();
}

}  // namespace

std::string_view take_until(std::string_view& text, char stop) {
  const auto head = text.substr(0, text.find(stop));
  text.remove_prefix(std::min(head.size() + 1, text.size()));
  return head;
}

std::string_view take_line(std::string_view& text) {
  auto line = take_until(text, '\n');
  if (line.ends_with('\r')) {
    line.remove_suffix(1);
  }
  return line;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0;;) {
    const auto end = text.find(separator, begin);
    parts.push_back(text.substr(begin, end - begin));
    if (end == std::string_view::npos) {
      return parts;
    }
    begin = end + 1;
  }
}

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::optional<std::int64_t> parse_int(std::string_view text) {
  return parse_number<std::int64_t>(text);
}

std::optional<std::uint64_t> parse_hex(std::string_view text) {
  return parse_number<std::uint64_t>(text, 16);
}

std::optional<double> parse_double(std::string_view text) {
  if (const auto integer = parse_int(text)) {  // most are, and this is faster
    return static_cast<double>(*integer);
  }
  const bool negative = text.starts_with('-');
  const auto digits = negative ? text.substr(1) : text;
  if (digits == "NaN") {
    return std::numeric_limits<double>::quiet_NaN();
  }
  if (digits == "Infinity") {
    const auto infinity = std::numeric_limits<double>::infinity();
    return negative ? -infinity : infinity;
  }
  if (digits.empty() || digits.find_first_not_of("0123456789.Ee+-") != std::string_view::npos) {
    return std::nullopt;  // from_chars would take "nan" and "inf"
  }
  return parse_number<double>(text, std::chars_format::general);
}

void append_double(std::string& to, double value) {
  if (std::isnan(value)) {
    to += "NaN";
    return;
  }
  if (std::isinf(value)) {
    to += value > 0 ? "+Inf" : "-Inf";
    return;
  }
  std::array<char, 32> buffer{};
  constexpr double kExactInteger = 9007199254740992.0;  // 2^53
  const auto integer = std::abs(value) < kExactInteger ? static_cast<std::int64_t>(value) : 0;
  const bool is_integer = static_cast<double>(integer) == value;
  const auto done = is_integer ? std::to_chars(buffer.begin(), buffer.end(), integer)
                               : std::to_chars(buffer.begin(), buffer.end(), value);
  to.append(buffer.begin(), done.ptr);
}

std::string valid_utf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  each_character(text, [&](std::string_view sequence, char32_t) {
    valid += sequence;
    return true;
  });
  return valid;
}

std::string printable(std::string_view text, std::size_t limit) {
  std::string line;
  each_character(text, [&](std::string_view sequence, char32_t code) {
    const auto shown = is_unprintable(code) ? std::string_view(" ") : sequence;
    const bool fits = line.size() + shown.size() <= limit;
    line += fits ? shown : std::string_view();
    return fits;
  });
  return line;
}

std::string escape_unprintable(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  each_character(text, [&](std::string_view sequence, char32_t code) {
    if (is_unprintable(code)) {
      append_escape(escaped, code);
    } else {
      escaped += sequence;
    }
    return true;
  });
  return escaped;
}

std::string quoted(std::string_view text) {
  std::string inside;
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      inside += '\\';
    }
    if (c == '\n') {
      inside += "\\n";
    } else {
      inside += c;
    }
  }
  return '"' + escape_unprintable(inside) + '"';
}

std::string escape_html(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : printable(text)) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

}  // namespace zke
