#pragma once

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "fourletter/command.hpp"
#include "judge/judge_member.hpp"
#include "support/files.hpp"

/// The replies of real servers below tests/data/<version>/<role>/.
namespace zke::test {

/// Every `<version>/<role>` below tests/data, sorted.
inline std::vector<std::string> captures() {
  const std::filesystem::path root = TESTS_DIR "/data";
  std::vector<std::string> found;
  for (const auto& version : std::filesystem::directory_iterator(root)) {
    for (const auto& role : std::filesystem::directory_iterator(version)) {
      if (std::filesystem::exists(role.path() / "srvr.txt")) {
        found.push_back(std::filesystem::relative(role.path(), root));
      }
    }
  }
  std::erase_if(found, [](const auto& name) { return name.starts_with("extra/"); });
  std::ranges::sort(found);
  return found;
}

inline std::string captured(const std::string& capture, Command command) {
  return read_file("data/" + capture + "/" + std::string(to_string(command)) + ".txt");
}

/// Whether the server was asked for it: those that do not know an optional word are not.
inline bool is_captured(const std::string& capture, Command command) {
  return !is_optional(command) ||
         std::filesystem::exists(std::string(TESTS_DIR "/data/") + capture + "/" +
                                 std::string(to_string(command)) + ".txt");
}

/// The reply as a poll would bring it; what can't be read is a bug in the test.
inline Reply captured_reply(const std::string& capture, Command command) {
  auto reply = read_reply(command, captured(capture, command));
  if (!reply) {
    throw std::runtime_error(capture + " " + std::string(to_string(command)) + ": " +
                             reply.error().detail());
  }
  return *reply;
}

/// A poll of 5 ms at a fixed time, without any reply yet.
inline PollRecord empty_record() {
  PollRecord record;
  record.finished = std::chrono::system_clock::time_point(std::chrono::seconds(1763800000));
  record.clock = std::chrono::steady_clock::time_point(std::chrono::hours(1));
  record.took = std::chrono::milliseconds(5);
  return record;
}

inline void set_reply(PollRecord& record, Command command, Result<Reply> reply) {
  record.replies[command] = std::move(reply);
}

/// A poll that brought all captured replies, as a member without quorum would only be asked
/// for the first.
inline PollRecord captured_record(const std::string& capture) {
  auto record = empty_record();
  for (const auto command : kCommands) {
    if (!is_captured(capture, command)) {
      continue;
    }
    const auto reply = captured_reply(capture, command);
    set_reply(record, command, reply);
    if (reply.kind == Reply::Kind::kNotServing) {
      break;
    }
  }
  return record;
}

}  // namespace zke::test
