#include "fourletter/command.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "fourletter/conf.hpp"
#include "fourletter/dirs.hpp"
#include "fourletter/hash.hpp"
#include "fourletter/mntr.hpp"
#include "fourletter/srvr.hpp"
#include "fourletter/wchs.hpp"

namespace zke {

namespace {

using namespace std::chrono_literals;

struct CommandRow {
  Command command;
  std::string_view word;
  std::size_t limit;  ///< far above what a server with 10,000 top-level znodes says
  bool (*is_its_start)(std::string_view);
  bool (*is_whole)(std::string_view);
  MaxAge max_age;
  std::optional<int> since_minor = {};  ///< of an optional word: 3.`since_minor`
};

constexpr std::size_t kMiB = 1U << 20U;

constexpr auto kRows = std::to_array<CommandRow>({
    {Command::kSrvr, "srvr", kMiB / 16, is_srvr, is_whole_srvr, {0s, 0s}},
    {Command::kMntr, "mntr", 8 * kMiB, is_mntr, is_whole_mntr, {0s, 0s}},
    {Command::kWchs, "wchs", kMiB / 16, is_wchs, is_whole_wchs, {0s, 10s}},
    {Command::kConf, "conf", kMiB, is_conf, is_whole_conf, {60s, 60s}},
    {Command::kHash, "hash", kMiB / 4, is_hash, is_whole_hash, {60s, 60s}, 6},
    {Command::kDirs, "dirs", kMiB / 16, is_dirs, is_whole_dirs, {60s, 60s}, 5},
});
static_assert(std::ranges::equal(kRows, kCommands, {}, &CommandRow::command));

// ZooKeeper's text, and ClickHouse Keeper's.
constexpr auto kNotServing =
    std::to_array<std::string_view>({"This ZooKeeper instance is not currently serving requests",
                                     "This instance is not currently serving requests"});

const CommandRow& row_of(Command command) { return kRows.at(static_cast<std::size_t>(command)); }

bool is_cut(std::string_view text, std::string_view whole) {
  return text.size() < whole.size() && whole.starts_with(text);
}

}  // namespace

std::string_view to_string(Command command) { return row_of(command).word; }

std::size_t reply_limit(Command command) { return row_of(command).limit; }

MaxAge max_age(Command command) { return row_of(command).max_age; }

bool is_optional(Command command) { return row_of(command).since_minor.has_value(); }

bool is_known_to(const ServerVersion& version, Command optional) {
  return is_at_least(version, 3, *row_of(optional).since_minor);
}

bool may_be_empty(Command command) { return command == Command::kHash; }

std::string_view to_string(PollSource source) {
  return source == PollSource::kAdminServer ? "admin_server" : "four_letter_words";
}

bool is_not_serving(std::string_view text) {
  return std::ranges::find(kNotServing, text) != kNotServing.end();
}

Result<Reply> read_reply(Command command, std::string text) {
  const auto& row = row_of(command);
  const auto said = trim(text);
  const auto not_allowed =
      std::string(row.word) + " is not executed because it is not in the whitelist.";
  Reply reply;
  if (is_not_serving(said)) {
    reply.kind = Reply::Kind::kNotServing;
  } else if (said == not_allowed) {
    reply.kind = Reply::Kind::kNotAllowed;
  } else if (is_cut(text, kNotServing[0]) || is_cut(text, kNotServing[1]) ||
             is_cut(text, not_allowed)) {
    return Error(Reason::kTruncated, "the answer was cut short");
  } else if (!row.is_its_start(text)) {
    return Error(Reason::kMalformed,
                 "not an answer of ZooKeeper, it begins with \"" + printable(text, 40) + "\"");
  } else if (!row.is_whole(text)) {
    return Error(Reason::kTruncated,
                 "the answer was cut short after " + std::to_string(text.size()) + " bytes");
  }
  reply.text = std::move(text);
  return reply;
}

}  // namespace zke
