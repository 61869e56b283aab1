#include "http/query.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace zke {

namespace {

std::string decode(std::string_view text, bool plus_is_blank) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_escape = text[i] == '%' && i + 2 < text.size();
    const auto code = is_escape ? parse_hex(text.substr(i + 1, 2)) : std::nullopt;
    if (code) {
      decoded += static_cast<char>(*code);
      i += 2;
    } else {
      decoded += text[i] == '+' && plus_is_blank ? ' ' : text[i];
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

Request parse_target(std::string_view target) {
  constexpr std::string_view kScheme = "http://";
  if (target.starts_with(kScheme)) {
    target.remove_prefix(kScheme.size());
    target.remove_prefix(std::min(target.find('/'), target.size()));
  }
  target = target.substr(0, target.find('#'));
  Request request;
  auto query = target;
  request.path = decode(take_until(query, '?'), false);
  while (!query.empty()) {
    auto value = take_until(query, '&');
    auto name = decode(take_until(value, '='), true);
    if (!name.empty()) {
      request.query.emplace_back(std::move(name), decode(value, true));
    }
  }
  return request;
}

}  // namespace zke
