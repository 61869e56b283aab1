#include "config/settings.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "base/duration.hpp"
#include "base/text.hpp"
#include "config/check.hpp"

namespace zke {

std::size_t Settings::member_count() const {
  std::size_t count = 0;
  for (const auto& ensemble : ensembles) {
    count += ensemble.members.size();
  }
  return count;
}

void settle_timeout(Settings& settings) {
  if (settings.timeout_place.empty()) {
    settings.poll.timeout = std::min(PollSettings().timeout, settings.poll.interval);
  }
}

std::string find_poll_mistake(const Settings& settings) {
  constexpr auto kShortest = std::chrono::seconds(1);
  constexpr auto kLongest = std::chrono::hours(1);
  constexpr auto kShortestTimeout = std::chrono::milliseconds(10);
  const auto& poll = settings.poll;
  if (poll.interval < kShortest || poll.interval > kLongest) {
    return settings.interval_place + " is " + to_string(poll.interval) + "; choose 1s to 1h";
  }
  if (poll.timeout < kShortestTimeout || poll.timeout > poll.interval) {
    return settings.timeout_place + " is " + to_string(poll.timeout) +
           "; choose 10ms to the poll.interval of " + to_string(poll.interval);
  }
  return {};
}

std::string MemberList::add(const Address& address, bool is_observer) {
  constexpr std::size_t kMaxMembers = 10000;
  const auto name = to_string(address);
  const auto index = settings_.ensembles.size();
  const Place here{name, index, is_observer};
  const auto [found, is_new] = places_.try_emplace(server_key(address), here);
  const auto& place = found->second;
  if (!is_new && place.ensemble == index && place.is_observer != is_observer) {
    return name + " is among the members and the observers; list it in one of them";
  }
  if (!is_new) {
    return name + " is listed twice" +
           (place.spelling == name ? "" : ", the other time as " + place.spelling) +
           "; a member belongs to one ensemble, once";
  }
  if (places_.size() > kMaxMembers) {
    return "are more than 10000 in all; give the rest to another exporter";
  }
  auto& ensemble = settings_.ensembles.back();
  ensemble.members.push_back(address);
  if (is_observer) {
    ensemble.observers.push_back(address);
  }
  return {};
}

std::string add_listener(Settings& settings, const Address& address) {
  const auto found = std::ranges::find_if(
      settings.listen, [&](const Address& other) { return is_same_listener(other, address); });
  if (found == settings.listen.end()) {
    settings.listen.push_back(address);
    return {};
  }
  return *found == address ? "lists " + to_string(address) + " twice; list it once"
                           : "lists " + to_string(*found) + " and " + to_string(address) +
                                 ", which take the same port; list one of them";
}

std::string find_name_mistake(std::string_view name) {
  constexpr std::size_t kMaxName = 100;
  if (name.empty() || name.size() > kMaxName || printable(name, kMaxName) != name) {
    return "must be 1 to 100 bytes of printable text";
  }
  // Blanks of Unicode and what has no width, in UTF-8; ends that nobody sees make two names of one.
  constexpr auto kUnseen = std::to_array<std::string_view>(
      {" ",      "\u00A0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005",
       "\u2006", "\u2007", "\u2008", "\u2009", "\u200A", "\u200B", "\u200C", "\u200D", "\u2028",
       "\u2029", "\u202F", "\u205F", "\u2060", "\u3000", "\uFEFF", "\u00AD"});
  const bool has_blank_end = std::ranges::any_of(kUnseen, [&](std::string_view unseen) {
    return name.starts_with(unseen) || name.ends_with(unseen);
  });
  return has_blank_end ? "begins or ends with a blank; write a name such as orders" : "";
}

std::string find_path_mistake(std::string_view path) {
  constexpr std::size_t kMaxPath = 200;
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  constexpr auto kTaken =
      std::to_array<std::string_view>({"/livez", "/readyz", "/probe", "/health"});
  const bool is_taken = std::ranges::any_of(kTaken, [&](std::string_view taken) {
    return path == taken || (path.starts_with(taken) && path[taken.size()] == '/');
  });
  const auto rest = path.substr(path.starts_with('/') ? 1 : 0);
  const auto parts = split(rest.ends_with('/') ? rest.substr(0, rest.size() - 1) : rest, '/');
  const bool has_good_parts = std::ranges::none_of(
      parts, [](std::string_view part) { return part.empty() || part == "." || part == ".."; });
  if (path == "/" || is_taken) {
    return "must be a path such as /metrics, and not that of another page";
  }
  if (!path.starts_with('/') || path.size() > kMaxPath || !has_good_parts ||
      path.find_first_not_of(kLetters) != std::string_view::npos) {
    return "must be a path such as /metrics, of letters, digits and - . _ ~ between single "
           "slashes, without . and .. as parts";
  }
  return {};
}

}  // namespace zke
