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

PollSettings with_default_timeout(PollSettings poll) {
  if (poll.timeout.count() == 0) {
    poll.timeout = std::min(PollSettings().timeout, poll.interval);
  }
  return poll;
}

std::string find_mistake(const PollSettings& poll) {
  constexpr auto kShortest = std::chrono::seconds(1);
  constexpr auto kLongest = std::chrono::hours(1);
  constexpr auto kShortestTimeout = std::chrono::milliseconds(10);
  if (poll.interval < kShortest || poll.interval > kLongest) {
    return "poll.interval is " + to_string(poll.interval) + "; choose 1s to 1h";
  }
  if (poll.timeout < kShortestTimeout || poll.timeout > poll.interval) {
    return "poll.timeout is " + to_string(poll.timeout) + "; choose 10ms to the poll.interval of " +
           to_string(poll.interval);
  }
  return {};
}

std::string find_name_mistake(std::string_view name) {
  constexpr std::size_t kMaxName = 100;
  if (name.empty() || name.size() > kMaxName || printable(name, kMaxName) != name) {
    return "must be 1 to 100 bytes of printable text";
  }
  return {};
}

std::string find_path_mistake(std::string_view path) {
  constexpr auto kTaken =
      std::to_array<std::string_view>({"/livez", "/readyz", "/probe", "/health"});
  const bool has_right_letters =
      path.find_first_of(" ?#%*") == std::string_view::npos && printable(path, 200) == path;
  const bool is_taken = std::ranges::any_of(kTaken, [&](std::string_view taken) {
    return path == taken || (path.starts_with(taken) && path[taken.size()] == '/');
  });
  if (!path.starts_with('/') || path == "/" || path.starts_with("//") || !has_right_letters ||
      is_taken) {
    return "must be a path such as /metrics, and not that of another page";
  }
  return {};
}

}  // namespace zke
