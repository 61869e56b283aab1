#include "app.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/duration.hpp"
#include "base/spawn.hpp"
#include "base/version.hpp"
#include "http/server.hpp"
#include "metrics/ensemble_families.hpp"
#include "metrics/exposition.hpp"
#include "metrics/member_families.hpp"
#include "metrics/self_metrics.hpp"
#include "net/resolver.hpp"
#include "pages/checks.hpp"
#include "pages/health.hpp"
#include "pages/metrics.hpp"
#include "pages/probes.hpp"
#include "pages/status.hpp"
#include "poll/board.hpp"
#include "poll/poller.hpp"

namespace zke {

namespace asio = boost::asio;

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

/// One line when a member's state or failure changes, none when a poll brings nothing new.
void log_change(const MemberSample* last, const MemberSample& now) {
  const bool is_known_mix = last != nullptr && last->is_several_servers && now.is_several_servers;
  if (is_known_mix || (last != nullptr && last->state == now.state && last->reason == now.reason)) {
    return;  // what an address of several servers shows changes all the time
  }
  const log::Fields fields = {
      {"ensemble", now.ensemble},
      {"member", now.member},
      {"from", std::string(last == nullptr ? "unknown" : to_string(last->state))},
      {"to", std::string(to_string(now.state))},
      {"reason", std::string(to_string(now.reason))},
      {"detail", now.detail}};
  const bool is_well = is_serving(now.state) && now.reason == Reason::kNone;
  (is_well ? log::info : log::warn)("member changed", fields);
}

/// One line when an ensemble's level changes, not while members wait for their first poll.
void log_verdict(const std::string& ensemble, Level last, const EnsembleVerdict& now) {
  const bool is_start = std::ranges::any_of(
      now.findings, [](const auto& finding) { return finding.code == "not_polled"; });
  if (last == now.level || is_start) {
    return;
  }
  const bool is_well = now.level == Level::kHealthy;
  (is_well ? log::info : log::warn)("ensemble changed", {{"ensemble", ensemble},
                                                         {"from", std::string(to_string(last))},
                                                         {"to", std::string(to_string(now.level))},
                                                         {"summary", now.summary}});
}

/// Whether the member has learnt of another membership.
bool is_reconfigured(const MemberSample& last, const MemberSample& now) {
  const bool is_conf_new = last.conf && now.conf && last.conf->version != now.conf->version;
  return is_conf_new ||
         (last.quorum_size && now.quorum_size && last.quorum_size != now.quorum_size);
}

}  // namespace

class App::Parts {
 public:
  Parts(asio::io_context& loop, Settings settings)
      : loop_(loop),
        settings_(std::move(settings)),
        self_(settings_.member_count()),
        board_(settings_.ensembles, 2 * settings_.poll.interval + settings_.poll.timeout),
        resolver_(loop.get_executor()),
        poller_(loop.get_executor(), settings_.poll, settings_.ensembles, resolver_,
                [this](const SamplePtr& sample) { take(sample); }),
        limits_(http_limits()),
        server_(loop.get_executor(), router_, http_events(), limits_),
        heartbeat_timer_(loop),
        stop_timer_(loop) {
    add_status_page(router_, board_);
    add_metrics_page(router_, settings_.telemetry_path, exposition_, self_);
    const LookLimit looks(LookLimit::bounds_for(limits_.connections));
    add_health_pages(
        router_, board_,
        [this](const auto& ensemble, const auto& member) {
          return poller_.look_anew(ensemble, member);
        },
        looks, settings_.poll.timeout);
    add_probe_pages(
        router_, board_,
        [this](const auto& ensemble, const auto& member) { return poller_.look(ensemble, member); },
        looks);
    add_checks(router_, "/livez", "whether the exporter lives (never ZooKeeper's state)",
               {{"event_loop", [this] { return find_stuck_loop(); }}});
    add_checks(router_, "/readyz", "whether the exporter has polled every member once",
               {{"first_poll_round", [this] { return find_unpolled(); }},
                {"shutdown", [this] { return std::string(stopping_ ? "shutting down" : ""); }}});
  }

  Result<std::vector<std::uint16_t>> start() {
    std::vector<std::uint16_t> ports;
    for (const auto& address : settings_.listen) {
      const auto port = server_.listen(address);
      if (!port) {
        return port.error();
      }
      ports.push_back(*port);
    }
    log::info("starting zookeeper-exporter", {{"version", kVersion}});
    for (std::size_t i = 0; i < ports.size(); ++i) {
      log::info("listening",
                {{"address", to_string(settings_.listen[i])}, {"port", std::to_string(ports[i])}});
    }
    spawn(loop_.get_executor(), "heartbeat", beat());
    poller_.start();
    log::info("polling", {{"ensembles", std::to_string(settings_.ensembles.size())},
                          {"members", std::to_string(settings_.member_count())},
                          {"interval", to_string(settings_.poll.interval)},
                          {"timeout", to_string(settings_.poll.timeout)}});
    return ports;
  }

  void stop() {
    if (std::exchange(stopping_, true)) {
      loop_.stop();
      return;
    }
    log::info("shutting down");
    poller_.stop();
    spawn(loop_.get_executor(), "shutdown", shut_down());
  }

 private:
  HttpEvents http_events() {
    HttpEvents events;
    events.answered = [this](const std::string& route, int status, auto took) {
      self_.count_request(route, status, took);
    };
    events.connections = [this](std::size_t open) { self_.set_connections(open); };
    events.dropped = [this] { self_.count_dropped_connection(); };
    return events;
  }

  /// Polls come first: HTTP gets what descriptors they leave.
  HttpLimits http_limits() const {
    HttpLimits limits;
    const auto reserved = reserved_descriptors(settings_.member_count(), settings_.listen.size());
    const auto wanted = reserved + limits.connections;
    const auto allowed = allow_descriptors(wanted);
    limits.connections = connections_within(allowed, reserved, limits.connections);
    if (allowed < wanted) {
      log::warn("the limit of open files is low: raise it (ulimit -n, LimitNOFILE=)",
                {{"limit", std::to_string(allowed)},
                 {"wanted", std::to_string(wanted)},
                 {"http_connections", std::to_string(limits.connections)}});
    }
    return limits;
  }

  void take(const SamplePtr& sample) {
    const auto name = sample->ensemble + '\n' + sample->member;
    exposition_.put(name, member_families(*sample),
                    {{"ensemble", sample->ensemble}, {"member", sample->member}});
    const auto before = board_.find(sample->ensemble);
    const auto last = board_.put(sample);
    log_change(last.get(), *sample);
    const auto view = board_.find(sample->ensemble);
    const auto& verdict = view->verdict;
    log_verdict(sample->ensemble, before->verdict.level, verdict);
    if (last &&
        verdict.level != before->verdict.level) {  // not while members wait for a first poll
      poller_.note_change(sample->ensemble);
    }
    exposition_.put(sample->ensemble + '\n', ensemble_families(verdict),
                    {{"ensemble", sample->ensemble}});
    if (last && is_reconfigured(*last, *sample)) {
      poller_.refresh_conf(sample->ensemble);  // the others do not know it yet
    }
  }

  /// Measures how late the loop is, and is late itself when the loop is stuck.
  asio::awaitable<void> beat() {
    constexpr auto kPeriod = seconds(1);
    for (;;) {
      heartbeat_timer_.expires_after(kPeriod);
      co_await heartbeat_timer_.async_wait(kTuple);
      heartbeat_ = steady_clock::now();
      self_.observe_loop_lag(heartbeat_ - heartbeat_timer_.expiry());
    }
  }

  asio::awaitable<void> shut_down() {
    constexpr auto kServeOn = milliseconds(300);  // load balancers see /readyz fail first
    constexpr auto kPatience = seconds(1);
    constexpr auto kStep = milliseconds(10);
    stop_timer_.expires_after(kServeOn);
    co_await stop_timer_.async_wait(kTuple);
    server_.drain();
    const auto deadline = steady_clock::now() + kPatience;
    while (server_.connections() > 0 && steady_clock::now() < deadline) {
      stop_timer_.expires_after(kStep);
      co_await stop_timer_.async_wait(kTuple);
    }
    loop_.stop();
  }

  std::string find_stuck_loop() const {
    constexpr auto kStuck = seconds(10);
    const auto age = steady_clock::now() - heartbeat_;
    if (age < kStuck) {
      return {};
    }
    return "no heartbeat for " + to_string(std::chrono::floor<seconds>(age));
  }

  std::string find_unpolled() const {
    const auto count = board_.waiting();
    return count == 0 ? std::string() : std::to_string(count) + " members were not polled yet";
  }

  asio::io_context& loop_;
  Settings settings_;
  SelfMetrics self_;
  Exposition exposition_;
  Board board_;
  Router router_;
  Resolver resolver_;
  Poller poller_;
  HttpLimits limits_;
  HttpServer server_;
  asio::steady_timer heartbeat_timer_;
  asio::steady_timer stop_timer_;
  steady_clock::time_point heartbeat_ = steady_clock::now();
  bool stopping_ = false;
};

App::App(asio::io_context& loop, Settings settings)
    : parts_(std::make_unique<Parts>(loop, std::move(settings))) {}

App::~App() = default;

Result<std::vector<std::uint16_t>> App::start() { return parts_->start(); }

void App::stop() { parts_->stop(); }

}  // namespace zke
