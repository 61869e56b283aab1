#include "fourletter/ask.hpp"

#include <algorithm>
#include <optional>
#include <sstream>
#include <string_view>
#include <utility>
#include <variant>

#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "net/connection.hpp"
#include "net/tls_hello.hpp"
#include "net/tls_peer.hpp"

namespace zke {

namespace asio = boost::asio;

namespace {

using asio::ip::tcp;
using std::chrono::steady_clock;

std::string describe(const Question& question, const tcp::endpoint& server, std::string_view what) {
  std::ostringstream text;
  text << question.name << " " << server << ": " << what;
  return text.str();
}

/// What a failed address tells about the server, the least first. A name's addresses mostly lead to
/// one server, of which some may be unused: what speaks for a running server counts most.
enum class Telling {
  kNotPossible,  ///< we can't use this address: IPv6 is off, or it is not permitted
  kNoRoute,      ///< nor can the network
  kNoAnswer,     ///< no connection in time: a firewall drops, or the host is down
  kForeign,      ///< another service is there
  kRefused,      ///< the host itself says that nobody is there
  kOwnWant,      ///< we had no descriptor or memory to ask it: it may be well
  kSilent,       ///< it accepted: a frozen server does
  kClosed,       ///< so does one with too many connections
  kTls,          ///< it speaks TLS, or we should not
  kBroken,       ///< it began to answer
};

/// Why an address gave no ZooKeeper's answer.
struct Failure {
  Failure(Telling its_telling, Error its_error)
      : telling(its_telling), error(std::move(its_error)) {}

  Telling telling;
  Error error;
};

Failure closed_without_answer(const Question& question, const tcp::endpoint& server) {
  return {Telling::kClosed,
          Error(Reason::kClosedWithoutAnswer,
                describe(question, server,
                         "closed without an answer: " + std::string(question.closed)))};
}

Failure connect_failure(const Question& question, const tcp::endpoint& server,
                        const NotConnected& failure) {
  const auto because = [&](Telling telling, Reason reason) {
    return Failure(telling, Error(reason, describe(question, server, failure.why)));
  };
  switch (failure.kind) {
    case NotConnected::Kind::kNotPossible:
      return because(Telling::kNotPossible, Reason::kLocalError);
    case NotConnected::Kind::kNoAnswer:
      return because(Telling::kNoAnswer, Reason::kNoConnection);
    case NotConnected::Kind::kRefused:
      return because(Telling::kRefused, Reason::kRefused);
    case NotConnected::Kind::kOwnWant:
      return because(Telling::kOwnWant, Reason::kLocalError);
    case NotConnected::Kind::kReset:  // a server at maxClientCnxns closes with SO_LINGER 0
      return closed_without_answer(question, server);
    case NotConnected::Kind::kSilent:
      return because(Telling::kSilent, Reason::kTimeout);
    case NotConnected::Kind::kNoTls:
    case NotConnected::Kind::kTls:
      return because(Telling::kTls, Reason::kTls);
    case NotConnected::Kind::kNoRoute:
      break;
  }
  return because(Telling::kNoRoute, Reason::kNoRoute);
}

Failure read_failure(const Question& question, const tcp::endpoint& server,
                     const Transfer& transfer, std::size_t received) {
  const auto after = " after " + std::to_string(received) + " bytes";
  if (transfer.end == Transfer::End::kFull) {
    const auto what =
        "the answer is longer than the limit of " + std::to_string(received) + " bytes";
    return {Telling::kBroken, Error(Reason::kTooLarge, describe(question, server, what))};
  }
  if (transfer.end == Transfer::End::kLate) {
    const auto what = received == 0 ? "connected, but no answer before the deadline"
                                    : "no end of the answer before the deadline," + after;
    return {received == 0 ? Telling::kSilent : Telling::kBroken,
            Error(Reason::kTimeout, describe(question, server, what))};
  }
  if (transfer.end == Transfer::End::kTls) {
    return {Telling::kTls, Error(Reason::kTls, describe(question, server, transfer.why))};
  }
  if (received == 0) {
    return closed_without_answer(question, server);
  }
  return {Telling::kBroken,
          Error(Reason::kTruncated, describe(question, server, transfer.why + after))};
}

/// What came of one connection.
struct Exchange {
  std::optional<NotConnected> failure = {};
  Transfer transfer = {};
  std::string text = {};
  bool is_nudged = false;
};

/// A port that waits for TLS keeps silent: it needs a fifth byte to see that this is none. Late,
/// when most servers have answered, it gets some more; and closes then. A greeting of TLS, which
/// may take a busy server some time, must still fit behind it.
steady_clock::time_point nudge_time(steady_clock::time_point deadline) {
  constexpr int kLastPart = 5;
  constexpr steady_clock::duration kGreeting = std::chrono::milliseconds(500);
  const auto left = deadline - steady_clock::now();
  return deadline - std::max(left / kLastPart, std::min(left / 2, kGreeting));
}

asio::awaitable<Exchange> exchange(tcp::endpoint server, const Question& question,
                                   steady_clock::time_point deadline,
                                   std::shared_ptr<TlsPeer> tls) {
  Exchange done;
  Connection connection(co_await asio::this_coro::executor, deadline, tls);
  if (question.is_nudged) {
    connection.nudge_at(nudge_time(deadline));
  }
  done.failure = co_await connection.connect(server);
  if (done.failure) {
    co_return done;
  }
  done.transfer = co_await connection.write(question.bytes);
  if (done.transfer.end == Transfer::End::kDone) {
    done.text.reserve(question.usual_answer);
    done.transfer = co_await connection.read_to_end(done.text, question.limit);
  }
  done.is_nudged = connection.is_nudged();
  if (done.transfer.end == Transfer::End::kDone && !done.text.empty()) {
    connection.close();
    done.text.shrink_to_fit();  // it is kept until the next poll
  }
  co_return done;
}

/// Whether a port on which TLS failed answers to the word without it.
asio::awaitable<bool> speaks_plain(tcp::endpoint server, const Question& question,
                                   steady_clock::time_point deadline) {
  auto done = co_await exchange(server, question, deadline, nullptr);
  co_return !done.failure && !done.text.empty() && question.read(std::move(done.text));
}

asio::awaitable<std::variant<Answer, Failure>> ask_one(tcp::endpoint server,
                                                       const Question& question,
                                                       steady_clock::time_point deadline,
                                                       std::shared_ptr<TlsPeer> tls) {
  const auto because_of_tls = [&](std::string_view what) {
    return Failure(Telling::kTls, Error(Reason::kTls, describe(question, server, what)));
  };
  auto done = co_await exchange(server, question, deadline, tls);
  const bool is_closed =
      done.transfer.end == Transfer::End::kDone || done.transfer.end == Transfer::End::kBroken;
  const bool may_be_plain = tls && done.failure && !question.is_secret &&
                            (done.failure->kind == NotConnected::Kind::kReset ||
                             done.failure->kind == NotConnected::Kind::kNoTls);
  if (may_be_plain && co_await speaks_plain(server, question, deadline)) {
    co_return because_of_tls(question.speaks_plain);
  }
  if (done.failure) {
    co_return connect_failure(question, server, *done.failure);
  }
  if (!tls && is_tls_answer(done.text)) {
    co_return because_of_tls(question.speaks_tls);
  }
  if (done.is_nudged && done.text.empty() && is_closed) {
    if (co_await speaks_tls(server, deadline)) {
      co_return because_of_tls(question.speaks_tls);
    }
    done.transfer.end = Transfer::End::kLate;  // it kept silent, and closed only now
  }
  if (done.is_nudged && done.transfer.end == Transfer::End::kBroken) {
    done.transfer.end = Transfer::End::kDone;  // who has not read our nudge resets, all being said
  }
  if (done.transfer.end != Transfer::End::kDone || done.text.empty()) {
    co_return read_failure(question, server, done.transfer, done.text.size());
  }
  auto reply = question.read(std::move(done.text));
  if (!reply) {
    const auto reason = reply.error().reason();
    co_return Failure(reason == Reason::kMalformed ? Telling::kForeign : Telling::kBroken,
                      Error(reason, describe(question, server, reply.error().detail())));
  }
  Answer answer{server, std::move(*reply)};
  co_return answer;
}

}  // namespace

asio::awaitable<Result<Answer>> ask(Target target, Question question,
                                    steady_clock::time_point deadline) {
  std::optional<Failure> most_telling;
  const auto& servers = target.endpoints;
  for (auto left = servers.size(); left > 0; --left) {
    const auto now = steady_clock::now();
    if (most_telling && now >= deadline) {
      break;
    }
    // A silent address leaves time for the others.
    const auto share = now + (deadline - now) / static_cast<int>(left);
    auto outcome = co_await ask_one(servers[servers.size() - left], question, share, target.tls);
    if (auto* answer = std::get_if<Answer>(&outcome)) {
      co_return std::move(*answer);
    }
    auto& failure = std::get<Failure>(outcome);
    if (!most_telling || failure.telling > most_telling->telling) {
      most_telling = std::move(failure);
    }
  }
  co_return most_telling ? most_telling->error : Error(Reason::kDns, "no address");
}

asio::awaitable<Result<Answer>> ask(Target target, Command command,
                                    steady_clock::time_point deadline) {
  Question question(std::string(to_string(command)), std::string(to_string(command)),
                    reply_limit(command));
  question.closed = command == Command::kSrvr
                        ? "too many connections (maxClientCnxns), or no ZooKeeper"
                        : "the server does not allow this word (four_letter_word_allow_list, "
                          "4lw.commands.whitelist), or has too many connections";
  question.speaks_tls = "this port speaks TLS; configure tls: for it";
  question.speaks_plain =
      "this port speaks ZooKeeper without TLS; remove tls: or use its secureClientPort";
  question.is_nudged = command == Command::kSrvr;  // it comes first, and its answer is short: who
                                                   // closes with the rest unread cuts a long one
  question.usual_answer = command == Command::kMntr ? 32U << 10U : 1U << 10U;
  question.read = [command](std::string text) { return read_reply(command, std::move(text)); };
  co_return co_await ask(std::move(target), std::move(question), deadline);
}

}  // namespace zke
