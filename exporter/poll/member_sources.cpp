#include "poll/member_sources.hpp"

#include <memory>
#include <string>
#include <utility>

#include <boost/asio/use_awaitable.hpp>

#include "adminserver/pages.hpp"
#include "net/tls_peer.hpp"

namespace zke {

namespace asio = boost::asio;

namespace {

using std::chrono::steady_clock;

constexpr auto kKnowAgain = std::chrono::minutes(1);
constexpr auto kAskLateAgain = std::chrono::minutes(1);

bool is_kind(const std::optional<Result<Reply>>& reply, Reply::Kind kind) {
  return reply && *reply && (**reply).kind == kind;
}

steady_clock::time_point half_way(steady_clock::time_point deadline) {
  const auto now = steady_clock::now();
  return now + (deadline - now) / 2;
}

}  // namespace

void MemberSources::follow(SourceChoice choice, const AdminSettings& admin, bool is_alone) {
  if (choice != choice_ || admin != settings_ || is_alone != is_alone_) {
    forget();
  }
  choice_ = choice;
  settings_ = admin;
  is_alone_ = is_alone;
}

void MemberSources::forget() {
  was_connected_ = false;
  replaced_.reset();
  words_tried_.reset();
  refused_.fill({});
  admin_spared_.fill({});
  admin_told_.fill(false);
  was_same_ = false;
  known_same_.reset();
}

bool MemberSources::is_fresh(const Time& time, Clock::duration max_age) const {
  return time && now_ - *time < max_age;
}

Commands MemberSources::again(Clock::time_point now) const {
  Commands again;
  for (const auto command : kCommands) {
    const auto& refused = refused_[command];
    const auto& spared = admin_spared_[command];
    again.set(command, refused && spared && now - *refused < kAskRefusedAgain && now >= *spared);
  }
  return again;
}

/// At the addresses of the client port, in their order.
AdminServer MemberSources::admin_of(const Target& client) const {
  AdminServer admin;
  const auto host = client.name.substr(0, client.name.rfind(':'));
  admin.target.name = host + ":" + std::to_string(settings_.port);
  for (const auto& endpoint : client.endpoints) {
    admin.target.endpoints.emplace_back(endpoint.address(), settings_.port);
  }
  if (settings_.is_https && client.tls) {  // a session with one port is of no use to the other
    const auto& tls = client.tls;
    admin.target.tls = choice_ == SourceChoice::kAdminServer
                           ? tls
                           : std::make_shared<TlsPeer>(tls->context(), tls->name());
  }
  admin.path = settings_.path;
  if (!settings_.username.empty()) {
    admin.authorization = basic_authorization(settings_.username, settings_.password);
  }
  return admin;
}

/// Whether a server may serve all the same whose client port fails like this. Where TLS is
/// configured, its failure is that of clients too: an expired certificate, say.
bool MemberSources::may_replace(const Error& error, const Target& client) const {
  switch (error.reason()) {
    case Reason::kTls:
      return client.tls == nullptr;
    case Reason::kNoConnection:
    case Reason::kNoRoute:
      return !was_connected_;
    default:
      return false;
  }
}

/// The words to send: not those that were refused lately, and that the AdminServer tells.
Commands MemberSources::words_of(const Commands& due) const {
  Commands words;
  for (const auto command : due) {
    const bool is_told = is_fresh(refused_[command], kAskRefusedAgain) && !is_spared(command) &&
                         !admin_pages(command).empty();
    words.set(command, !is_told || command == Command::kSrvr);
  }
  return words;
}

void MemberSources::note_words(const AllAnswers& all) {
  was_connected_ = was_connected_ || all.server;
  for (const auto command : kCommands) {
    if (is_kind(all.replies[command], Reply::Kind::kNotAllowed)) {
      refused_[command] = now_;
    } else if (is_kind(all.replies[command], Reply::Kind::kAnswer)) {
      refused_[command].reset();
    }
  }
}

/// Of several servers on a host, only one has the AdminServer's port. Empty when it is this one.
asio::awaitable<std::optional<Error>> MemberSources::check_server(AdminServer admin,
                                                                  std::uint16_t port,
                                                                  Clock::time_point deadline) {
  if (is_fresh(known_same_, kKnowAgain)) {
    co_return std::nullopt;
  }
  known_same_.reset();
  const auto told = co_await ask_client_port(admin, deadline);
  if (!told) {
    co_return told.error();
  }
  constexpr std::int64_t kNone = -1;  // it has a port with TLS only, which it does not tell
  const auto& its_port = *told;
  if (!its_port && (was_same_ || is_alone_)) {
    co_return std::nullopt;  // it serves nobody, and so does not tell
  }
  if (its_port && (*its_port == port || (*its_port == kNone && is_alone_))) {
    was_same_ = true;
    known_same_ = now_;
    co_return std::nullopt;
  }
  co_return Error(Reason::kMalformed,
                  "AdminServer " + admin.target.name + ": it is another server's, or port " +
                      std::to_string(port) + " is not as that knows it; set source and admin.port");
}

/// Asks the AdminServer for what the server refused as a word. Empty when it told.
asio::awaitable<std::optional<Error>> MemberSources::ask_instead(AdminServer admin,
                                                                 std::uint16_t port,
                                                                 Command command,
                                                                 Clock::time_point deadline,
                                                                 AllAnswers& all) {
  if (auto failure = co_await check_server(admin, port, deadline)) {
    co_return failure;
  }
  auto answer = co_await ask_admin(admin, command, deadline);
  if (!answer) {
    co_return answer.error();
  }
  if (answer->reply.kind == Reply::Kind::kNotAllowed) {
    co_return Error(Reason::kCommandRefused, "AdminServer: it has no such page");
  }
  all.replies[command] = std::move(answer->reply);
  co_return std::nullopt;
}

asio::awaitable<void> MemberSources::fill_refused(AdminServer admin, std::uint16_t port,
                                                  Commands due, Clock::time_point deadline,
                                                  AllAnswers& all) {
  std::optional<Error> failure;
  for (const auto command : due) {
    if (!is_fresh(refused_[command], kAskRefusedAgain)) {
      continue;
    }
    Reply refused;
    refused.kind = Reply::Kind::kNotAllowed;
    all.replies[command] = refused;
    if (is_spared(command) || admin_pages(command).empty()) {
      continue;
    }
    if (!failure || Clock::now() < deadline) {  // else it fares like the one before
      failure = co_await ask_instead(admin, port, command, deadline, all);
    }
    if (!failure) {
      admin_told_[command] = true;
      admin_spared_[command].reset();
      if (is_kind(all.replies[command], Reply::Kind::kNotServing)) {
        break;
      }
      continue;
    }
    known_same_.reset();
    if (std::exchange(admin_told_[command], false)) {
      all.replies[command] = *failure;  // it may do better in the next poll
    } else {
      const bool is_late = failure->reason() == Reason::kTimeout;
      admin_spared_[command] = now_ + (is_late ? kAskLateAgain : kAskRefusedAgain);
    }
  }
}

/// Why the client port fails, and what else may be meant.
Error MemberSources::explain(const Error& error, const Target& client) const {
  if (error.reason() != Reason::kTls || client.tls == nullptr || !settings_.is_https) {
    return error;
  }
  return {error.reason(), error.detail() +
                              " (tls: is for this port and the AdminServer; where only that one "
                              "speaks TLS, set source: admin_server)"};
}

asio::awaitable<MemberSources::Answers> MemberSources::ask_both(Target client, Commands due,
                                                                Clock::time_point deadline) {
  Answers answers;
  const auto port = client.endpoints.front().port();
  auto admin = admin_of(client);
  const bool is_admin_first = replaced_ && is_fresh(words_tried_, kAskRefusedAgain);
  for (const bool is_admin : {is_admin_first, !is_admin_first}) {
    const bool is_last = is_admin != is_admin_first;
    // The first that may fail leaves time for the other one.
    const auto until = is_last || !replaced_ ? deadline : half_way(deadline);
    if (is_admin) {
      if (!replaced_ || Clock::now() >= deadline || co_await check_server(admin, port, until)) {
        continue;
      }
      auto all = co_await ask_admin(admin, due, until);
      if (all.server) {
        answers.all = std::move(all);
        answers.client_port = replaced_;
        co_return answers;
      }
      known_same_.reset();
      continue;
    }
    answers.all = co_await ask_all(client, words_of(due), until);
    note_words(answers.all);
    words_tried_ = now_;
    auto& srvr = answers.all.replies[Command::kSrvr];
    const bool is_failed = srvr && !*srvr;
    replaced_ = is_failed && may_replace(srvr->error(), client) ? std::optional(srvr->error())
                                                                : std::nullopt;
    if (is_failed) {
      srvr = explain(srvr->error(), client);
      continue;
    }
    if (is_kind(srvr, Reply::Kind::kAnswer)) {
      admin.target.endpoints = {{answers.all.server->address(), settings_.port}};
      co_await fill_refused(std::move(admin), port, due, deadline, answers.all);
    }
    co_return answers;
  }
  co_return answers;
}

/// A member that is alone on its host may have another port there than it knows (Docker).
asio::awaitable<AllAnswers> MemberSources::ask_only_admin_server(Target client, Commands due,
                                                                 Clock::time_point deadline) {
  const auto port = client.endpoints.front().port();
  const auto admin = admin_of(client);
  if (!is_alone_) {
    if (const auto failure = co_await check_server(admin, port, deadline)) {
      AllAnswers none;
      none.replies[Command::kSrvr] = *failure;
      co_return none;
    }
  }
  co_return co_await ask_admin(admin, due, deadline);
}

asio::awaitable<MemberSources::Answers> MemberSources::ask(Target client, Commands due,
                                                           Clock::time_point now,
                                                           Clock::time_point deadline) {
  now_ = now;
  Answers answers;
  if (client.endpoints.empty()) {
    co_return answers;
  }
  const auto port = client.endpoints.front().port();
  if (choice_ == SourceChoice::kFourLetterWords) {
    answers.all = co_await ask_all(std::move(client), due, deadline);
  } else if (choice_ == SourceChoice::kAdminServer) {
    answers.all = co_await ask_only_admin_server(std::move(client), due, deadline);
  } else {
    answers = co_await ask_both(std::move(client), due, deadline);
  }
  if (answers.all.server) {
    answers.all.server->port(port);
  }
  co_return answers;
}

}  // namespace zke
