#include "net/address_advice.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/text.hpp"
#include "net/address.hpp"
#include "net/address_mistake.hpp"

namespace zke {

namespace {

constexpr std::string_view kExample = "write HOST:PORT, such as zk-0.zk:2181 or [::1]:2181";
constexpr std::string_view kSeparators = " \t\r\n;,|";

bool has_any(std::string_view text, std::string_view of) {
  return text.find_first_of(of) != std::string_view::npos;
}

/// The host of `text`, with its brackets, if it is a good one.
std::string host_of(std::string_view text) {
  const auto colon = text.ends_with(']') ? std::string_view::npos : text.rfind(':');
  const auto address = read_address(std::string(text.substr(0, colon)) + ":1");
  const auto host = address ? to_string(*address) : ":1";
  return host.substr(0, host.size() - 2);
}

/// What the user may have meant by `text`, or nothing.
std::string repair(std::string text) {
  constexpr int kMaxMistakes = 8;
  for (int i = 0; i < kMaxMistakes; ++i) {
    const auto address = read_address(text);
    if (address && !address->host.empty() && address->port != 0) {
      return to_string(*address);
    }
    auto found = find_mistake(text);
    if (!found) {
      break;
    }
    text = std::move(found->rest);
  }
  const auto host = host_of(text);
  return host.empty() ? host : host + ":2181";
}

std::string write(const std::string& what, const std::string& right) {
  return what + "; " + (right.empty() ? std::string(kExample) : "write " + right);
}

/// The parts of a text with other separators than commas, if each may be meant as an address.
std::vector<std::string> find_parts(std::string_view text) {
  std::vector<std::string> parts;
  std::string part;
  for (const char c : std::string(text) + ' ') {
    if (kSeparators.find(c) == std::string_view::npos) {
      part += c;
    } else if (!part.empty()) {
      parts.push_back(repair(part));
      part.clear();
    }
  }
  const bool are_good = std::ranges::find(parts, std::string()) == parts.end();
  return are_good && parts.size() > 1 ? parts : std::vector<std::string>();
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  constexpr std::size_t kMaxShown = 5;
  std::string joined;
  for (std::size_t i = 0; i < std::min(parts.size(), kMaxShown); ++i) {
    joined += (joined.empty() ? "" : std::string(separator)) + parts[i];
  }
  return joined + (parts.size() > kMaxShown ? std::string(separator) + "..." : "");
}

bool has_separator(std::string_view text) { return has_any(text, kSeparators); }

}  // namespace

std::string explain_address(std::string_view text) {
  if (trim(text).empty()) {
    return "is an empty entry: a comma too many; " + std::string(kExample);
  }
  if (const auto line = find_server_line(text); line && !has_any(text, ", \t")) {
    return write(line->what, repair(line->rest));
  }
  if (const auto parts = find_parts(text); has_separator(text) && !parts.empty()) {
    return "is several addresses in one text; write each for itself: [" + join(parts, ", ") + "]";
  }
  if (auto found = find_mistake(text)) {
    return write(found->what, found->rest.empty() ? "" : repair(found->rest));
  }
  if (is_digits(text)) {
    return "is a port without a host; write HOST:PORT, such as localhost:" + std::string(text);
  }
  if (text.starts_with(':')) {
    return write("has no host", repair("localhost" + std::string(text)));
  }
  const auto host = host_of(text);
  if (host.empty()) {
    return "has no valid host; " + std::string(kExample);
  }
  const bool has_colon = !text.ends_with(']') && text.rfind(':') != std::string_view::npos;
  return write(has_colon && !text.ends_with(':') ? "has no valid port (1 to 65535)" : "has no port",
               host + ":2181");
}

std::string explain_listen_address(std::string_view text) {
  constexpr std::string_view kListenExample = "; write [HOST]:PORT, such as :9141 or [::1]:9141";
  if (is_digits(text) && read_address(":" + std::string(text))) {
    return "is a port alone; write :" + std::string(text);
  }
  constexpr std::size_t kMinPort = 4;  // ::1 is rather an address
  for (const std::string_view prefix : {"*", ":"}) {
    if (text.starts_with(prefix) && read_address(text.substr(1)) &&
        (prefix == "*" || text.size() > kMinPort)) {
      return "has a " + std::string(prefix) + " too many; write " + std::string(text.substr(1));
    }
  }
  if (const auto parts = find_parts(text); has_separator(text) && !parts.empty()) {
    return "is several addresses in one text; write each for itself: [" + join(parts, ", ") + "]";
  }
  const auto found = trim(text).empty() ? std::nullopt : find_mistake(text);
  if (found) {
    for (const auto& right : {found->rest, found->rest + ":9141"}) {
      if (!found->rest.empty() && read_address(right)) {
        return found->what + "; write " + right;
      }
    }
    return found->what + std::string(kListenExample);
  }
  const auto host = host_of(text);
  if (host.empty() && !text.starts_with(':')) {
    return (trim(text).empty() ? "is an empty entry: a comma too many" : "has no valid host") +
           std::string(kListenExample);
  }
  const bool has_colon = !text.ends_with(']') && text.rfind(':') != std::string_view::npos;
  return (has_colon && !text.ends_with(':') ? "has no valid port (0 to 65535); write "
                                            : "has no port; write ") +
         host + ":9141";
}

std::string explain_separators(std::string_view text) {
  auto entries = split(text, ',');
  std::erase_if(entries, [](std::string_view entry) { return trim(entry).empty(); });
  const bool has_empty = !entries.empty() && entries.size() < split(text, ',').size();
  if (has_empty) {
    std::vector<std::string> good;
    good.reserve(entries.size());
    for (const auto entry : entries) {
      good.push_back(repair(std::string(trim(entry))));
    }
    if (std::ranges::find(good, std::string()) == good.end()) {
      return "has an empty entry, a comma too many; write " + join(good, ",");
    }
  }
  const bool is_other = std::ranges::any_of(entries, [](std::string_view entry) {
    return has_any(trim(entry), ";| \t\r\n") && !find_server_line(trim(entry));
  });
  const auto parts = is_other ? find_parts(text) : std::vector<std::string>();
  return parts.empty() ? "" : "has separators that are no commas; write " + join(parts, ",");
}

}  // namespace zke
