#include "http/fetch.hpp"

#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>

#include "base/task_group.hpp"
#include "net/connection.hpp"
#include "net/http_answer.hpp"
#include "net/resolver.hpp"

namespace zke {

namespace asio = boost::asio;

namespace {

using std::chrono::steady_clock;

constexpr std::size_t kMaxAnswer = 2U << 20U;

/// The body of a whole answer.
Result<std::string> read_page(const std::string& text) {
  auto answer = read_http_answer(text, kMaxAnswer);
  if (!answer) {
    return answer.error();
  }
  if (answer->status != 200) {
    return Error(Reason::kMalformed, "the answer has status " + std::to_string(answer->status));
  }
  return std::move(answer->body);
}

/// Asks one address. The reason is kRefused when there was no connection.
asio::awaitable<Result<std::string>> exchange(asio::ip::tcp::endpoint server, std::string request,
                                              steady_clock::time_point deadline) {
  Connection connection(co_await asio::this_coro::executor, deadline);
  if (const auto failure = co_await connection.connect(server)) {
    co_return Error(Reason::kRefused, failure->why);
  }
  std::string text;
  auto done = co_await connection.write(request);
  if (done.end == Transfer::End::kDone) {
    done = co_await connection.read_to_end(text, kMaxAnswer);
  }
  switch (done.end) {
    case Transfer::End::kFull:
      co_return Error(Reason::kTooLarge, "the answer is larger than 2 MiB");
    case Transfer::End::kLate:
      co_return Error(Reason::kTimeout, "no whole answer in time");
    case Transfer::End::kBroken:
    case Transfer::End::kTls:
      co_return Error(Reason::kTruncated, done.why);
    case Transfer::End::kDone:
      connection.close();
  }
  co_return read_page(text);
}

/// What remains for each of `count` addresses.
steady_clock::time_point share_of(steady_clock::time_point deadline, std::size_t count) {
  const auto now = steady_clock::now();
  return now + (deadline - now) / static_cast<int>(count);
}

}  // namespace

asio::awaitable<Result<std::string>> fetch(HttpUrl url, std::string page,
                                           steady_clock::time_point deadline) {
  Resolver resolver(co_await asio::this_coro::executor);
  const auto name = resolver.watch(url.server.host);
  co_await name->wait_first(deadline);
  const auto known = name->known();
  Result<std::string> answer =
      Error(Reason::kDns, known.answered ? known.error : "the name server does not answer");
  const auto request = "GET " + url.prefix + page + " HTTP/1.1\r\nHost: " + to_string(url.server) +
                       "\r\nUser-Agent: zookeeper-exporter\r\nConnection: close\r\n\r\n";
  for (std::size_t i = 0; i < known.addresses.size(); ++i) {
    const asio::ip::tcp::endpoint server(known.addresses[i], url.server.port);
    const auto until = share_of(deadline, known.addresses.size() - i);
    answer = co_await exchange(server, request, until);
    if (answer || answer.error().reason() != Reason::kRefused) {
      break;
    }
  }
  co_return answer;
}

Result<std::string> fetch_now(const HttpUrl& url, const std::string& page,
                              std::chrono::milliseconds timeout) {
  asio::io_context loop(1);
  Result<std::string> answer = Error(Reason::kTimeout, "no answer");
  const auto work = [&]() -> asio::awaitable<void> {
    answer = co_await fetch(url, page, steady_clock::now() + timeout);
    loop.stop();  // a look-up may still hang
  };
  TaskGroup tasks(loop.get_executor());
  tasks.spawn("fetch", work());
  loop.run();
  return answer;
}

}  // namespace zke
