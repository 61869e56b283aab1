#include "fourletter/ask_all.hpp"

#include <utility>

#include <boost/asio/use_awaitable.hpp>

#include "fourletter/ask.hpp"

namespace zke {

namespace asio = boost::asio;

asio::awaitable<AllAnswers> ask_all(std::vector<asio::ip::tcp::endpoint> servers,
                                    std::array<bool, kCommandCount> due,
                                    std::chrono::steady_clock::time_point deadline) {
  AllAnswers all;
  for (std::size_t i = 0; i < kCommandCount && !servers.empty(); ++i) {
    if (!due.at(i)) {
      continue;
    }
    auto answer = co_await ask(servers, static_cast<Command>(i), deadline);
    if (!answer) {
      all.replies.at(i) = answer.error();
      const bool is_closed = answer.error().reason() == Reason::kClosedWithoutAnswer;
      if (is_closed && all.server) {
        continue;  // so ClickHouse Keeper refuses a word
      }
      break;
    }
    all.server = answer->server;
    servers = {answer->server};
    const bool is_serving = answer->reply.kind != Reply::Kind::kNotServing;
    all.replies.at(i) = std::move(answer->reply);
    if (!is_serving) {
      break;
    }
  }
  co_return all;
}

}  // namespace zke
