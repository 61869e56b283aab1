#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "fourletter/ask_all.hpp"
#include "net/tls_facts.hpp"

namespace zke {

/// What one poll brought: the reply or the failure of each command that was due, in order.
struct PollRecord {
  Replies replies;
  bool is_moved = false;             ///< another address of the name answered than last time
  bool is_other_address = false;     ///< … and the last one still is an address of the name
  std::optional<TlsFacts> tls;       ///< what TLS showed, also in a poll that failed
  std::optional<Error> client_port;  ///< why it can't be spoken to, when the AdminServer answered
  std::string dns_error;             ///< why the name can't be looked up now, or empty
  std::chrono::system_clock::time_point finished;
  std::chrono::steady_clock::time_point clock;  ///< the same moment
  std::chrono::steady_clock::duration took{};

  std::chrono::steady_clock::time_point began() const { return clock - took; }

  /// The whole answer to `command`, or nullptr.
  const Reply* answer_to(Command command) const {
    const auto& reply = replies[command];
    const bool is_answer = reply && *reply && (**reply).kind == Reply::Kind::kAnswer;
    return is_answer ? &**reply : nullptr;
  }
};

}  // namespace zke
