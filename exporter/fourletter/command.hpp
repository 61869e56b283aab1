#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "fourletter/version.hpp"

namespace zke {

/// The four-letter words that we send. None of them changes anything on the server or holds a lock
/// while it writes. The order is that of a poll.
enum class Command { kSrvr, kMntr, kWchs, kConf, kHash, kDirs };
constexpr auto kCommands = std::to_array<Command>({Command::kSrvr, Command::kMntr, Command::kWchs,
                                                   Command::kConf, Command::kHash, Command::kDirs});

/// "srvr"
std::string_view to_string(Command command);

/// The longest reply that is read, in bytes.
std::size_t reply_limit(Command command);

/// How old an answer may be that stands in for asking again: the server logs each word that it
/// answers. Zero: the word is asked in every poll.
struct MaxAge {
  std::chrono::seconds on_grid;
  std::chrono::seconds beside_grid;  ///< not less: those polls come in quick succession
};
MaxAge max_age(Command command);

/// Whether it is no loss when the server refuses the word. It is asked only of a server whose
/// version is known to have it: others log a stack trace.
bool is_optional(Command command);
bool is_known_to(const ServerVersion& version, Command optional);

/// Whether the answer may be nothing at all: a server without digests closes at once.
bool may_be_empty(Command command);

/// After a server refused a word, when it is tried again: that hardly changes before a restart.
constexpr auto kAskRefusedAgain = std::chrono::minutes(10);

/// How a server was asked.
enum class PollSource {
  kFourLetterWords,  ///< on its client port
  kAdminServer,      ///< over HTTP: the same figures as JSON
};
constexpr auto kPollSources =
    std::to_array<PollSource>({PollSource::kFourLetterWords, PollSource::kAdminServer});

/// "admin_server", as settings and labels spell it.
std::string_view to_string(PollSource source);

/// What a server said to a command.
struct Reply {
  enum class Kind {
    kAnswer,      ///< `text` is a whole answer
    kNotServing,  ///< the server runs, but has no quorum (or has leaderServes=no)
    kNotAllowed,  ///< the command is not in the server's whitelist
  };
  Kind kind = Kind::kAnswer;
  std::string text;  ///< as it came; of an AdminServer the JSON
  PollSource source = PollSource::kFourLetterWords;
};

/// Whether it is the text by which a server says that it has no quorum (or leaderServes=no).
bool is_not_serving(std::string_view text);

/// Tells refusals from answers, and rejects a reply that is cut short or is no ZooKeeper's.
/// EOF is the only end mark and also follows a cut reply (3 ways seen on real servers), so that
/// completeness is judged by each command's contents. (A mntr that ends at a line end may still be
/// cut: see Mntr::missing.)
Result<Reply> read_reply(Command command, std::string text);

}  // namespace zke
