#include "http/query.hpp"

#include <algorithm>

#include <boost/beast/core/string.hpp>

#include "base/text.hpp"

namespace zke {

namespace {

/// A path keeps its escaped slashes: they are no separators, and no page has one in its name.
std::string decode(std::string_view text, bool is_path) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_escape = text[i] == '%' && i + 2 < text.size();
    const auto code = is_escape ? parse_hex(text.substr(i + 1, 2)) : std::nullopt;
    if (code && !(is_path && *code == '/')) {
      decoded += static_cast<char>(*code);
      i += 2;
    } else {
      decoded += text[i] == '+' && !is_path ? ' ' : text[i];
    }
  }
  return decoded;
}

}  // namespace

const std::string* Request::parameter(std::string_view name) const {
  const auto found =
      std::ranges::find(query, name, [](auto& pair) { return std::string_view(pair.first); });
  return found == query.end() ? nullptr : &found->second;
}

std::string Request::header(std::string_view name) const { return joined_values_of(headers, name); }

bool Request::wants_json() const {
  const auto* format = parameter("format");
  return header("Accept").find("application/json") != std::string::npos ||
         (format != nullptr && *format == "json");
}

Request parse_target(std::string_view target) {
  constexpr std::string_view kScheme = "http://";
  const bool is_absolute = boost::beast::iequals(target.substr(0, kScheme.size()), kScheme);
  if (is_absolute) {
    target.remove_prefix(kScheme.size());
    target.remove_prefix(std::min(target.find_first_of("/?#"), target.size()));
  }
  target = target.substr(0, target.find('#'));
  Request request;
  auto query = target;
  request.path = decode(take_until(query, '?'), true);
  if (is_absolute && request.path.empty()) {
    request.path = "/";
  }
  while (!query.empty()) {
    auto value = take_until(query, '&');
    auto name = decode(take_until(value, '='), false);
    if (!name.empty()) {
      request.query.emplace_back(std::move(name), decode(value, false));
    }
  }
  return request;
}

std::string escape_parameter(std::string_view text) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:";
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string escaped;
  for (const char letter : text) {
    if (kPlain.find(letter) != std::string_view::npos) {
      escaped += letter;
    } else {
      const auto code = static_cast<unsigned char>(letter);
      escaped += {'%', kDigits[code / 16], kDigits[code % 16]};
    }
  }
  return escaped;
}

}  // namespace zke
