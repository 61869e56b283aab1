#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "adminserver/pages.hpp"
#include "adminserver/reply.hpp"
#include "support/captures.hpp"
#include "support/files.hpp"

/// What AdminServers of real servers said, in tests/data/<version>/<role>/admin.
namespace zke::test {

/// Every `<version>/<role>` with answers of an AdminServer, sorted.
inline std::vector<std::string> admin_captures() {
  auto found = captures();
  std::erase_if(found, [](const auto& name) {
    return !std::filesystem::exists(TESTS_DIR "/data/" + name + "/admin");
  });
  return found;
}

/// A page as it came: `monitor` without a quorum is an error's page in HTML.
inline HttpAnswer admin_answer(const std::string& capture, const std::string& page) {
  const auto path = "data/" + capture + "/admin/" + page;
  const bool is_json = std::filesystem::exists(TESTS_DIR "/" + path + ".json");
  HttpAnswer answer;
  answer.status = is_json ? 200 : 500;
  answer.body = read_file(path + (is_json ? ".json" : ".html"));
  return answer;
}

/// The reply as ask_admin makes it of a server's pages.
inline Reply admin_reply(const std::string& capture, Command command) {
  Reply reply;
  std::string text;
  for (const auto& page : admin_pages(command)) {
    auto read = read_admin_reply(page.name, admin_answer(capture, std::string(page.name)));
    if (!read) {
      throw std::runtime_error(capture + ": " + read.error().detail());
    }
    if (text.empty()) {
      reply = *read;
    }
    if (read->kind == Reply::Kind::kAnswer) {
      text += (text.empty() ? "" : ",\n") + read->text;
    }
  }
  if (command == Command::kConf && reply.kind == Reply::Kind::kAnswer) {
    reply.text = "[" + text + "]";
  }
  return reply;
}

/// A poll through the AdminServer alone.
inline PollRecord admin_record(const std::string& capture) {
  auto record = empty_record();
  for (const auto command : {Command::kSrvr, Command::kMntr, Command::kWchs, Command::kConf}) {
    const auto reply = admin_reply(capture, command);
    set_reply(record, command, reply);
    if (reply.kind == Reply::Kind::kNotServing) {
      break;
    }
  }
  return record;
}

}  // namespace zke::test
