#include "session/canary_znodes.hpp"

#include <array>
#include <utility>
#include <vector>

#include "base/text.hpp"

namespace zke {

namespace asio = boost::asio;

std::string members_path(const std::string& path) { return path + "/members"; }

std::string member_path(const std::string& path, const std::string& member) {
  return members_path(path) + "/" + member;
}

std::string writers_path(const std::string& path) { return path + "/writers"; }

Access access_of(bool has_credentials) {
  return has_credentials ? Access::kOwnAndReadable : Access::kOpen;
}

asio::awaitable<Outcome<std::string>> make_znode(Session& session, std::string path, Access access,
                                                 Session::Clock::time_point deadline) {
  auto answer = co_await session.create(path, "", access, CreateMode::kPersistent, deadline);
  if (answer.code != Code::kNoNode) {
    co_return answer;
  }
  const auto above = path.substr(0, path.rfind('/'));
  const auto made = co_await make_znode(session, above, access, deadline);
  if (made.code != Code::kOk && made.code != Code::kNodeExists) {
    co_return made;
  }
  co_return co_await session.create(path, "", access, CreateMode::kPersistent, deadline);
}

asio::awaitable<Outcome<std::size_t>> remove_canary(Session& session, std::string path,
                                                    Session::Clock::duration timeout) {
  Outcome<std::size_t> answer;
  answer.code = Code::kOk;
  std::vector<std::string> paths;
  for (const auto& folder : std::to_array({members_path(path), writers_path(path)})) {
    auto children = co_await session.children(folder, Session::Clock::now() + timeout);
    if (children.code == Code::kNoNode) {
      continue;
    }
    if (children.code != Code::kOk) {
      answer.code = children.code;
      answer.why = folder + ": " + children.why;
      co_return answer;
    }
    for (const auto& child : children.value) {
      paths.push_back(folder + "/" + child);
    }
    paths.push_back(folder);
  }
  paths.push_back(path);
  for (const auto& each : paths) {
    auto removed = co_await session.remove(each, Session::Clock::now() + timeout);
    const bool is_others = each == path && removed.code == Code::kNotEmpty;
    if (removed.code == Code::kOk) {
      ++answer.value;
    } else if (removed.code != Code::kNoNode && !is_others) {
      answer.code = removed.code;
      answer.why = each + ": " + removed.why;
      co_return answer;
    }
  }
  co_return answer;
}

namespace {

constexpr std::string_view kWriteTook = "write_us";
constexpr std::string_view kLateBy = "late_us";

void append(std::string_view key, const std::optional<std::chrono::microseconds>& time,
            std::string& text) {
  if (time) {
    text += " " + std::string(key) + "=" + std::to_string(time->count());
  }
}

std::optional<std::chrono::microseconds> read_time(std::string_view text) {
  constexpr std::chrono::microseconds kLongest = std::chrono::hours(1);
  const auto number = parse_int(text);
  const bool is_true = number && *number >= 0 && *number <= kLongest.count();
  return is_true ? std::optional(std::chrono::microseconds(*number)) : std::nullopt;
}

}  // namespace

std::string encode(const CanaryReport& report, std::chrono::milliseconds at) {
  auto text = "at_ms=" + std::to_string(at.count());
  append(kWriteTook, report.write_took, text);
  append(kLateBy, report.watch_late_by, text);
  return text;
}

CanaryReport parse_report(std::string_view text) {
  CanaryReport report;
  while (!text.empty()) {
    auto value = take_until(text, ' ');
    const auto key = take_until(value, '=');
    if (key == kWriteTook) {
      report.write_took = read_time(value);
    } else if (key == kLateBy) {
      report.watch_late_by = read_time(value);
    }
  }
  return report;
}

}  // namespace zke
