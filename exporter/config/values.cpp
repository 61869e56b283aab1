#include "config/values.hpp"

#include <algorithm>
#include <utility>

#include "base/duration.hpp"
#include "base/text.hpp"

namespace zke {

namespace {

Error mistake(std::string text) { return {Reason::kMalformed, std::move(text)}; }

std::string find_clash(const Address& address, const Address& other) {
  return other == address ? "lists " + to_string(address) + " twice; list it once"
                          : "lists " + to_string(other) + " and " + to_string(address) +
                                ", which take the same port; list one of them";
}

bool is_taken(std::string_view path) {
  return path == "/" || std::ranges::any_of(kTakenPaths, [&](std::string_view taken) {
           return path == taken || (path.starts_with(taken) && path[taken.size()] == '/');
         });
}

}  // namespace

Result<log::Level> read_level(std::string_view text) {
  const auto level = log::parse_level(text);
  return level ? Result(*level) : mistake("must be " + std::string(kLevels));
}

Result<log::Format> read_format(std::string_view text) {
  const auto format = log::parse_format(text);
  return format ? Result(*format) : mistake("must be " + std::string(kFormats));
}

Result<std::chrono::milliseconds> read_duration(std::string_view text, std::string_view bounds,
                                                std::string_view example) {
  constexpr std::size_t kMaxShown = 100;
  const auto duration = parse_duration(text);
  return duration
             ? Result(*duration)
             : mistake("is \"" + printable(text, kMaxShown) + "\", no duration; write one of " +
                       std::string(bounds) + ", such as " + std::string(example));
}

bool is_plain(std::string_view text, std::string_view forbidden) {
  constexpr std::size_t kMax = 200;
  return text.size() <= kMax && std::ranges::all_of(text, [&](char c) {
           return c > ' ' && c < '\x7f' && forbidden.find(c) == std::string_view::npos;
         });
}

std::string find_file_name_mistake(const std::string& name) {
  constexpr std::size_t kMaxName = 4096;
  return name.empty() || name.size() > kMaxName ? "must be the name of a file, 1 to 4096 bytes long"
                                                : "";
}

Result<std::vector<Address>> read_listeners(const std::vector<std::string>& texts) {
  constexpr std::size_t kMaxListeners = 100;
  if (texts.size() > kMaxListeners) {
    return mistake("lists more than 100 addresses; :9141 alone takes a port on all of them");
  }
  std::vector<Address> listeners;
  for (const auto& text : texts) {
    const auto address = parse_listen_address(text);
    if (!address) {
      return address.error();
    }
    const auto other = std::ranges::find_if(
        listeners, [&](const Address& listener) { return is_same_listener(listener, *address); });
    if (other != listeners.end()) {
      return mistake(find_clash(*address, *other));
    }
    listeners.push_back(*address);
  }
  return listeners;
}

Result<std::string> read_telemetry_path(const std::string& text) {
  constexpr std::size_t kMaxPath = 200;
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  if (is_taken(text)) {
    return mistake("must be a path such as /metrics, and not that of another page");
  }
  const std::string_view path = text;
  const auto rest = path.substr(path.starts_with('/') ? 1 : 0);
  const auto parts = split(rest.ends_with('/') ? rest.substr(0, rest.size() - 1) : rest, '/');
  const bool has_good_parts = std::ranges::none_of(
      parts, [](std::string_view part) { return part.empty() || part == "." || part == ".."; });
  if (!path.starts_with('/') || path.size() > kMaxPath || !has_good_parts ||
      path.find_first_not_of(kLetters) != std::string_view::npos) {
    return mistake(
        "must be a path such as /metrics, of letters, digits and - . _ ~ between single slashes, "
        "without . and .. as parts");
  }
  return text;
}

}  // namespace zke
