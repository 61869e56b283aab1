#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include <boost/asio/awaitable.hpp>

#include "adminserver/ask.hpp"
#include "fourletter/ask_all.hpp"
#include "net/target.hpp"
#include "poll/settings.hpp"

namespace zke {

/// Asks one member by the sources that its ensemble may use, one connection at a time, and
/// remembers which of them gives what. By SourceChoice::kAuto:
///   - four-letter words come first; a word that the server refuses is asked of its AdminServer
///   - a client port that can't be spoken to without TLS, or that a firewall hides (it never let us
///     connect), is replaced by the AdminServer, and said so (`client_port`). One that refuses,
///     closes or keeps silent is not: whoever answers instead, clients are not served
///   - the AdminServer is believed when it names the member's port as its own; also by kAdminServer
///     where several members are on one host
///   - what did not answer is tried again after ten minutes, or when the other one fails; an
///     AdminServer that only took too long after a minute
class MemberSources {
 public:
  using Clock = std::chrono::steady_clock;

  /// `is_alone`: no other member is on this host, whose AdminServer it may be instead.
  void follow(SourceChoice choice, const AdminSettings& admin, bool is_alone);

  struct Answers {
    AllAnswers all;  ///< `server` with the client port, whatever answered
    std::optional<Error> client_port;
  };

  /// What the member says to each command in `due`. `client` is its client port; `now` is the time
  /// by which is remembered what is to be tried again.
  boost::asio::awaitable<Answers> ask(Target client, Commands due, Clock::time_point now,
                                      Clock::time_point deadline);

  /// What it should be asked again at `now`, though it refused that as a word less than ten minutes
  /// ago: its AdminServer came too late the last time.
  Commands again(Clock::time_point now) const;

  /// Another server may answer from now on.
  void forget();

 private:
  using Time = std::optional<Clock::time_point>;

  bool is_fresh(const Time& time, Clock::duration max_age) const;
  bool is_spared(Command command) const {
    return admin_spared_[command] && now_ < *admin_spared_[command];
  }
  AdminServer admin_of(const Target& client) const;
  bool may_replace(const Error& error, const Target& client) const;
  Error explain(const Error& error, const Target& client) const;
  Commands words_of(const Commands& due) const;
  void note_words(const AllAnswers& all);
  boost::asio::awaitable<std::optional<Error>> check_server(AdminServer admin, std::uint16_t port,
                                                            Clock::time_point deadline);
  boost::asio::awaitable<Answers> ask_both(Target client, Commands due, Clock::time_point deadline);
  boost::asio::awaitable<AllAnswers> ask_only_admin_server(Target client, Commands due,
                                                           Clock::time_point deadline);
  boost::asio::awaitable<std::optional<Error>> ask_instead(AdminServer admin, std::uint16_t port,
                                                           Command command,
                                                           Clock::time_point deadline,
                                                           AllAnswers& all);
  boost::asio::awaitable<void> fill_refused(AdminServer admin, std::uint16_t port, Commands due,
                                            Clock::time_point deadline, AllAnswers& all);

  SourceChoice choice_ = SourceChoice::kFourLetterWords;
  AdminSettings settings_;
  bool is_alone_ = true;
  Clock::time_point now_;

  bool was_connected_ = false;     ///< the client port let us in once
  std::optional<Error> replaced_;  ///< why the AdminServer comes first now
  Time words_tried_;               ///< … when the client port was tried last
  PerCommand<Time> refused_;       ///< when the server refused the word
  PerCommand<Time>
      admin_spared_;             ///< until when its AdminServer is not asked, which did not tell it
  PerCommand<bool> admin_told_;  ///< whether it told it the last time
  bool was_same_ = false;        ///< the AdminServer named this member's port once
  Time known_same_;              ///< when the AdminServer named this member's port
};

}  // namespace zke
