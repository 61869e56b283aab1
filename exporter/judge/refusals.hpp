#pragma once

#include <optional>
#include <string>

#include "fourletter/ask_all.hpp"

namespace zke {

/// Which words a server refuses, as far as its last answers tell: by its own word, or by closing
/// without a byte, as ClickHouse Keeper does. A limit on connections does that to any word, so it
/// must close on the same words twice in a row, while it answers `srvr`.
class Refusals {
 public:
  /// `is_answering`: whether `srvr` was answered by a server that serves.
  void read(const Replies& replies, bool is_answering);

  /// Another server may answer from now on.
  void forget() { *this = Refusals(); }

  /// Whether each word is allowed; empty until that is known.
  const PerCommand<std::optional<bool>>& allowed() const { return allowed_; }

  bool is_refused(Command command) const { return allowed_[command] == false; }

  /// Whether closing without a byte is this server's way to refuse the word, and no failure.
  bool is_by_closing(Command command) const { return closing_.contains(command); }

  /// For people: what is refused, and what to do about it. Empty when nothing is but what is
  /// optional.
  std::string describe(bool is_zookeeper) const;

 private:
  void count_closed(const Replies& replies, bool is_answering);

  PerCommand<std::optional<bool>> allowed_;
  Commands closed_;   ///< words closed without a byte when last asked
  Commands closing_;  ///< those that count as refused for that
};

}  // namespace zke
