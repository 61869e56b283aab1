#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "base/clock.hpp"
#include "base/task_group.hpp"
#include "judge/client_view.hpp"
#include "net/address.hpp"
#include "net/resolver.hpp"
#include "net/tls_files.hpp"
#include "poll/server_place.hpp"
#include "session/canary.hpp"

namespace zke {

/// The canary of an ensemble, if it has one: begins, changes and ends with its settings. Other
/// settings are another canary, whose counts begin anew.
class EnsembleCanary {
 public:
  using Views = std::map<std::string, ClientViewPtr>;  ///< by member

  struct Events {
    /// What is new about some members, all of one turn of the loop at once; also who writes.
    std::function<void(const Views& views)> seen;
    std::function<void(const std::string& member)> dropped;  ///< its connection
  };

  EnsembleCanary(const boost::asio::any_io_executor& loop, Clock clock, Resolver& resolver,
                 Events events);

  /// Tries these members from now on, over TLS by `tls` unless that is nullptr. Whether it is
  /// another canary than before, or none any more: what was seen before is of no use.
  bool follow(const CanarySettings& settings, const std::vector<Address>& members,
              const std::shared_ptr<TlsFiles>& tls);

  /// See Canary::is_writer.
  std::optional<bool> is_writer() const { return canary_ ? canary_->is_writer() : std::nullopt; }

  /// See Canary::hurry.
  void hurry(const std::string& member);

  /// Takes leave of the servers, within a second.
  void close();

  void cancel();
  boost::asio::awaitable<void> join();

 private:
  Canary::Events canary_events();
  void retire();
  void note(const std::string& member, const ClientViewPtr& view);
  boost::asio::awaitable<void> tell();

  boost::asio::any_io_executor loop_;
  Clock clock_;
  Resolver& resolver_;
  Events events_;
  std::map<std::string, std::shared_ptr<ServerPlace>> places_;  ///< by member
  std::shared_ptr<Canary> canary_;                              ///< nullptr: off
  int number_ = 0;                                              ///< that it is here
  bool is_telling_ = false;                                     ///< soon
  Views views_;                                                 ///< not told yet
  TaskGroup tasks_;
  TaskGroup retired_;  ///< waits for canaries that are gone
};

}  // namespace zke
