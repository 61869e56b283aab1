#include "fourletter/ask_all.hpp"

#include <utility>

#include <boost/asio/use_awaitable.hpp>

#include "fourletter/ask.hpp"

namespace zke {

namespace asio = boost::asio;

asio::awaitable<AllAnswers> ask_all(Target target, Commands due,
                                    std::chrono::steady_clock::time_point deadline) {
  AllAnswers all;
  if (target.endpoints.empty()) {
    co_return all;
  }
  for (const auto command : due) {
    auto answer = co_await ask(target, command, deadline);
    if (!answer && may_be_empty(command) && all.server &&
        answer.error().reason() == Reason::kClosedWithoutAnswer) {
      all.replies[command] = Reply();
      continue;
    }
    if (!answer) {
      all.replies[command] = answer.error();
      const bool is_closed = answer.error().reason() == Reason::kClosedWithoutAnswer;
      if (is_closed && all.server) {
        continue;  // so ClickHouse Keeper refuses a word
      }
      break;
    }
    all.server = answer->server;
    target.endpoints = {answer->server};
    const bool is_serving = answer->reply.kind != Reply::Kind::kNotServing;
    all.replies[command] = std::move(answer->reply);
    if (!is_serving) {
      break;
    }
  }
  co_return all;
}

}  // namespace zke
