#include "judge/refusals.hpp"

namespace zke {

void Refusals::read(const Replies& replies, bool is_answering) {
  count_closed(replies, is_answering);
  for (const auto command : kCommands) {
    const auto& reply = replies[command];
    if (!reply) {
      continue;
    }
    if (closing_.contains(command)) {
      allowed_[command] = false;
    } else if (*reply && (*reply)->kind != Reply::Kind::kNotServing) {
      allowed_[command] = (*reply)->kind == Reply::Kind::kAnswer;
    }
  }
}

void Refusals::count_closed(const Replies& replies, bool is_answering) {
  if (!is_answering) {
    closed_ = {};
    return;
  }
  auto now = closed_;
  for (const auto command : kCommands) {
    if (const auto& reply = replies[command]) {
      now.set(command, !*reply && reply->error().reason() == Reason::kClosedWithoutAnswer);
    }
  }
  for (const auto command : kCommands) {
    if (replies[command]) {
      closing_.set(command,
                   now.contains(command) && (closing_.contains(command) || now == closed_));
    }
  }
  closed_ = now;
}

std::string Refusals::describe(bool is_zookeeper) const {
  std::string refused;
  for (const auto command : kCommands) {
    if (is_refused(command) && !is_optional(command)) {
      refused += (refused.empty() ? "" : ", ") + std::string(to_string(command));
    }
  }
  return refused.empty()
             ? refused
             : "the server refuses " + refused + ": add to its " +
                   (is_zookeeper ? "4lw.commands.whitelist" : "four_letter_word_allow_list");
}

}  // namespace zke
