#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include <boost/asio/io_context.hpp>

#include "app.hpp"
#include "support/fake_server.hpp"
#include "support/http_client.hpp"
#include "support/wait.hpp"

namespace zke::test {

/// What one GET /metrics said.
struct Scrape {
  std::map<std::string, double> series;  ///< by `name{labels}`
  std::chrono::duration<double, std::milli> took{};

  /// Of a member's series; `more` are further labels: `state="leader"`. NaN when it has none.
  double value(const std::string& name, const Address& member, const std::string& more = "") const;

  /// The names of all series that a member's own polls brought: the ensemble's verdict on it is not
  /// among them.
  std::set<std::string> names(const Address& member) const;

  /// The label value whose series is 1, if that is one and all others are 0.
  std::string state(const Address& member) const;
  std::string failure(const Address& member) const;

  int polls(const Address& member) const;  ///< that have ended
};

/// The series that a healthy member has which gives the replies below tests/data/`replies`.
std::set<std::string> full_series(const std::string& replies);

/// The series of a member of which nothing but its absence is known.
const std::set<std::string>& bare_series();

/// What is missing of `wanted` and what is there in excess: "-a +b ", or "none".
std::string differences(const std::set<std::string>& found, const std::set<std::string>& wanted);

/// The real exporter on the test's loop; it polls one member between two healthy ones. Its clock
/// runs ten times as fast.
class Trio {
 public:
  static constexpr auto kHealthy = "3.8.0/follower";
  static constexpr int kSpeed = 10;

  /// By that clock.
  struct Timing {
    std::chrono::milliseconds interval = std::chrono::seconds(1);
    std::chrono::milliseconds timeout = std::chrono::seconds(kIsSanitized ? 15 : 3);
  };

  explicit Trio(Timing timing, Door door = Door::kOpen);
  Trio() : Trio(Timing()) {}

  /// Starts the exporter over `member` (of its own: the fake one) and the two others.
  void start();
  void start(const Address& member);

  Scrape scrape();

  /// Scrapes until `count` polls of the odd one have ended, and one of each other.
  Scrape scrape_after_polls(int count);

  /// Scrapes until the odd one's next poll has ended. One that is under way now does not count.
  Scrape scrape_after_next_poll();

  /// All is well with the two others, whatever the odd one does.
  void check_others(const Scrape& scrape) const;

  boost::asio::io_context io{1};
  FakeServer left;
  FakeServer odd;
  FakeServer right;
  Address member;  ///< the odd one's address, for Scrape
  std::uint16_t port = 0;
  std::unique_ptr<App> app;

 private:
  Scrape scrape_until(const std::function<bool(const Scrape&)>& is_enough);

  Timing timing_;
};

}  // namespace zke::test
