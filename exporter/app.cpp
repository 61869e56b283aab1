#include "app.hpp"

#include <chrono>
#include <string>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/config_state.hpp"
#include "base/duration.hpp"
#include "base/heartbeat.hpp"
#include "base/task_group.hpp"
#include "base/version.hpp"
#include "config/dump.hpp"
#include "http/limits.hpp"
#include "http/server.hpp"
#include "metrics/exposition.hpp"
#include "metrics/self_metrics.hpp"
#include "metrics/snapshot_text.hpp"
#include "net/resolver.hpp"
#include "pages/board.hpp"
#include "pages/checks.hpp"
#include "pages/configuration.hpp"
#include "pages/disruption.hpp"
#include "pages/health.hpp"
#include "pages/metrics.hpp"
#include "pages/probes.hpp"
#include "pages/status.hpp"
#include "poll/change_log.hpp"
#include "poll/ensembles.hpp"
#include "poll/publication.hpp"

namespace zke {

namespace asio = boost::asio;

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

}  // namespace

class App::Parts {
 public:
  Parts(asio::io_context& loop, Settings settings, Clock clock)
      : loop_(loop),
        settings_(std::move(settings)),
        resolver_(loop.get_executor()),
        ensembles_({loop.get_executor(), resolver_, publication_, clock}),
        limits_(find_limits(settings_.member_count(), settings_.listen.size())),
        server_(loop.get_executor(), router_, http_events(), limits_),
        heartbeat_(loop.get_executor(), [this](auto lag) { self_.observe_loop_lag(lag); }),
        stop_timer_(loop),
        tasks_(loop.get_executor()) {
    publication_.subscribe(
        [this](const auto& last, const auto& now) { snapshot_text_.take(last, now); });
    publication_.subscribe([this](const auto& last, const auto& now) { board_.take(last, now); });
    publication_.subscribe(log_changes);
    add_pages();
    config_.taken = std::chrono::system_clock::now();
    self_.set_members(settings_.member_count());
    self_.set_config(config_);
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
    tasks_.spawn("heartbeat", heartbeat_.run());
    ensembles_.apply(settings_.ensembles, settings_.poll);
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
    ensembles_.rest();
    tasks_.spawn("shutdown", shut_down());
  }

 private:
  void add_pages() {
    constexpr auto kAnew = seconds(0);
    constexpr auto kFresh = seconds(1);
    const LookLimit looks(LookLimit::bounds_for(limits_.connections));
    add_status_page(router_, board_, config_);
    add_metrics_page(router_, settings_.telemetry_path, exposition_, self_);
    add_health_page(router_, board_);
    add_disruption_page(router_, board_, look_within(kAnew), looks,
                        [this] { return settings_.poll.timeout; });
    add_probe_pages(router_, board_, look_within(kFresh), looks);
    add_configuration_page(router_, [this] { return configuration_; });
    add_checks(router_, "/livez", "whether the exporter lives (never ZooKeeper's state)",
               {{"event_loop", [this] { return heartbeat_.find_fault(); }}});
    add_checks(router_, "/readyz", "whether the exporter has polled every member once",
               {{"first_poll_round", [this] { return find_unpolled(); }},
                {"shutdown", [this] { return std::string(stopping_ ? "shutting down" : ""); }}});
  }

  LiveCheck look_within(steady_clock::duration max_age) {
    return [this, max_age](const auto& ensemble, const auto& member) {
      return ensembles_.look(ensemble, member, max_age);
    };
  }

  HttpEvents http_events() {
    HttpEvents events;
    events.answered = [this](const std::string& route, int status, auto took) {
      self_.count_request(route, status, took);
    };
    events.connections = [this](std::size_t open) { self_.set_connections(open); };
    events.dropped = [this] { self_.count_dropped_connection(); };
    return events;
  }

  asio::awaitable<void> shut_down() {
    constexpr auto kServeOn = milliseconds(300);  // load balancers see /readyz fail first
    constexpr auto kPatience = seconds(1);
    stop_timer_.expires_after(kServeOn);
    co_await stop_timer_.async_wait(kTuple);
    co_await server_.stop(steady_clock::now() + kPatience);
    ensembles_.cancel();
    co_await ensembles_.join();
    loop_.stop();
  }

  std::string find_unpolled() const {
    const auto count = board_.unpolled();
    return count == 0 ? std::string() : std::to_string(count) + " members were not polled yet";
  }

  asio::io_context& loop_;
  Settings settings_;
  std::shared_ptr<Body> configuration_ = std::make_shared<Body>(to_yaml(settings_));
  ConfigState config_;
  SelfMetrics self_;
  Exposition exposition_;
  SnapshotText snapshot_text_{exposition_};
  Board board_;
  Publication publication_;
  Router router_;
  Resolver resolver_;
  Ensembles ensembles_;
  HttpLimits limits_;
  HttpServer server_;
  Heartbeat heartbeat_;
  asio::steady_timer stop_timer_;
  TaskGroup tasks_;
  bool stopping_ = false;
};

App::App(asio::io_context& loop, Settings settings, Clock clock)
    : parts_(std::make_unique<Parts>(loop, std::move(settings), clock)) {}

App::~App() = default;

Result<std::vector<std::uint16_t>> App::start() { return parts_->start(); }

void App::stop() { parts_->stop(); }

}  // namespace zke
