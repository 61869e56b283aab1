#include "adminserver/ask.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>

#include <boost/asio/use_awaitable.hpp>

#include "adminserver/configuration.hpp"
#include "adminserver/pages.hpp"
#include "adminserver/reply.hpp"
#include "net/http_answer.hpp"

namespace zke {

namespace asio = boost::asio;

namespace {

using std::chrono::steady_clock;

constexpr std::size_t kMaxHead = 64U << 10U;

Result<Reply> read_page(std::string_view page, const Result<HttpAnswer>& answer) {
  if (!answer) {
    return answer.error();
  }
  return read_admin_reply(page, *answer);
}

/// A GET of one page. `is_fault` says after the answer whether the server failed to make it.
Question question_of(const AdminServer& server, const AdminPage& page, bool& is_fault) {
  auto bytes = "GET " + server.path + "/" + std::string(page.name) +
               " HTTP/1.1\r\nHost: " + server.target.name +
               "\r\nUser-Agent: zookeeper-exporter\r\nAccept: application/json\r\n";
  if (!server.authorization.empty()) {
    bytes += "Authorization: " + server.authorization + "\r\n";
  }
  bytes += "Connection: close\r\n\r\n";
  const auto limit = reply_limit(page.command);
  Question question("AdminServer " + std::string(page.name), std::move(bytes), limit + kMaxHead);
  question.is_secret = !server.authorization.empty();
  question.closed = "it may speak HTTPS only (admin.scheme), or is no AdminServer";
  question.speaks_tls = "this port speaks TLS; set admin.scheme to https";
  question.speaks_plain = "this port does not speak TLS; set admin.scheme to http";
  question.usual_answer = page.command == Command::kMntr ? 32U << 10U : 1U << 10U;
  question.read = [page, limit, &is_fault](const std::string& text) -> Result<Reply> {
    const auto answer = read_http_answer(text, limit);
    is_fault = answer && is_server_fault(*answer);
    return read_page(page.name, answer);
  };
  return question;
}

/// Asks for one page. Without a quorum `monitor` fails within the server (3.6 and later), but that
/// it also does for other reasons: `server_stats` tells.
asio::awaitable<Result<Answer>> ask_page(AdminServer server, AdminPage page,
                                         steady_clock::time_point deadline) {
  bool is_fault = false;
  auto question = question_of(server, page, is_fault);
  auto answer = co_await ask(server.target, std::move(question), deadline);
  if (page.command != Command::kMntr || !is_fault) {
    co_return answer;
  }
  auto stats = question_of(server, kAdminPages.front(), is_fault);
  auto second = co_await ask(server.target, std::move(stats), deadline);
  const bool is_lost = second && second->reply.kind == Reply::Kind::kNotServing;
  co_return is_lost ? second : answer;
}

}  // namespace

asio::awaitable<Result<Answer>> ask_admin(AdminServer server, Command command,
                                          steady_clock::time_point deadline) {
  const auto pages = admin_pages(command);
  if (pages.empty()) {
    Answer unknown;
    unknown.server = server.target.endpoints.front();
    unknown.reply.kind = Reply::Kind::kNotAllowed;
    unknown.reply.source = PollSource::kAdminServer;
    co_return unknown;
  }
  auto first = co_await ask_page(server, pages.front(), deadline);
  if (!first || pages.size() == 1 || first->reply.kind != Reply::Kind::kAnswer) {
    co_return first;
  }
  server.target.endpoints = {first->server};
  auto text = "[" + first->reply.text;
  for (std::size_t i = 1; i < pages.size(); ++i) {
    auto more = co_await ask_page(server, pages[i], deadline);
    if (!more || more->reply.kind == Reply::Kind::kNotServing) {
      co_return more;
    }
    if (more->reply.kind == Reply::Kind::kAnswer) {
      text += ",\n" + more->reply.text;
    }
  }
  first->reply.text = std::move(text) + "]";
  co_return first;
}

asio::awaitable<AllAnswers> ask_admin(AdminServer server, Commands due,
                                      steady_clock::time_point deadline) {
  AllAnswers all;
  for (const auto command : due) {
    auto answer = co_await ask_admin(server, command, deadline);
    if (!answer) {
      all.replies[command] = answer.error();
      break;
    }
    all.server = answer->server;
    server.target.endpoints = {answer->server};
    const bool is_serving = answer->reply.kind != Reply::Kind::kNotServing;
    all.replies[command] = std::move(answer->reply);
    if (!is_serving) {
      break;
    }
  }
  co_return all;
}

asio::awaitable<Result<std::optional<std::int64_t>>> ask_client_port(
    AdminServer server, steady_clock::time_point deadline) {
  const auto page = admin_pages(Command::kConf).front();
  const auto answer = co_await ask_page(server, page, deadline);
  if (!answer) {
    co_return answer.error();
  }
  constexpr std::int64_t kNone = -1;
  constexpr std::int64_t kMaxPort = 65535;
  const auto conf = parse_configuration(answer->reply.text);
  co_return find_figure(conf, "clientPort", kNone, kMaxPort).value;
}

std::string basic_authorization(std::string_view username, std::string_view password) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto text = std::string(username) + ":" + std::string(password);
  std::string base64;
  for (std::size_t i = 0; i < text.size(); i += 3) {
    std::uint32_t bits = 0;
    for (std::size_t n = 0; n < 3; ++n) {
      const bool is_there = i + n < text.size();
      bits = (bits << 8U) | (is_there ? static_cast<unsigned char>(text[i + n]) : 0U);
    }
    for (std::size_t n = 0; n < 4; ++n) {
      const bool is_there = i + n <= text.size();
      base64 += is_there ? kDigits[(bits >> (18 - 6 * n)) & 63U] : '=';
    }
  }
  return "Basic " + base64;
}

}  // namespace zke
