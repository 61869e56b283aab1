#include "app.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/duration.hpp"
#include "base/heartbeat.hpp"
#include "base/task_group.hpp"
#include "base/version.hpp"
#include "config/difference.hpp"
#include "config/dump.hpp"
#include "config/reloader.hpp"
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
#include "pages/reload.hpp"
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

/// Those of `addresses` that are not among `others`.
std::vector<Address> difference(const std::vector<Address>& addresses,
                                const std::vector<Address>& others) {
  std::vector<Address> rest;
  std::ranges::copy_if(addresses, std::back_inserter(rest), [&](const auto& address) {
    return std::ranges::find(others, address) == others.end();
  });
  return rest;
}

}  // namespace

class App::Parts {
 public:
  Parts(asio::io_context& loop, Invocation invocation, Clock clock)
      : loop_(loop),
        invocation_(std::move(invocation)),
        settings_(std::move(invocation_.config.settings)),
        resolver_(loop.get_executor()),
        ensembles_({loop.get_executor(), resolver_, publication_, clock}),
        limits_(find_limits(settings_.member_count(), settings_.listen.size())),
        server_(loop.get_executor(), router_, http_events(), limits_),
        heartbeat_(loop.get_executor(), [this](auto lag) { self_.observe_loop_lag(lag); }),
        reloader_(loop.get_executor(), invocation_.source, invocation_.config, reload_events()),
        stop_timer_(loop),
        tasks_(loop.get_executor()) {
    publication_.subscribe(
        [this](const auto& last, const auto& now) { snapshot_text_.take(last, now); });
    publication_.subscribe([this](const auto& last, const auto& now) { board_.take(last, now); });
    publication_.subscribe(log_changes);
    add_pages();
    self_.set_config(reloader_.state());
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
      log_listener(settings_.listen[i], ports[i]);
    }
    tasks_.spawn("heartbeat", heartbeat_.run());
    run_settings();
    log::info("polling", {{"ensembles", std::to_string(settings_.ensembles.size())},
                          {"members", std::to_string(settings_.member_count())},
                          {"interval", to_string(settings_.poll.interval)},
                          {"timeout", to_string(settings_.poll.timeout)}});
    reloader_.start(invocation_.is_watched);
    return ports;
  }

  void reload(const std::string& cause) { reloader_.ask(cause); }

  void stop() {
    if (std::exchange(stopping_, true)) {
      loop_.stop();
      return;
    }
    log::info("shutting down");
    reloader_.stop();
    ensembles_.rest();
    tasks_.spawn("shutdown", shut_down());
  }

 private:
  static void log_listener(const Address& address, std::uint16_t port) {
    log::info("listening", {{"address", to_string(address)}, {"port", std::to_string(port)}});
  }

  void add_pages() {
    constexpr auto kAnew = seconds(0);
    constexpr auto kFresh = seconds(1);
    add_status_page(router_, board_, reloader_.state());
    add_metrics_page(router_, settings_.telemetry_path, exposition_, self_);
    add_health_page(router_, board_);
    add_disruption_page(router_, board_, look_within(kAnew), looks_,
                        [this] { return settings_.poll.timeout; });
    add_probe_pages(router_, board_, look_within(kFresh), looks_);
    add_configuration_page(router_, [this] { return settings_text_; });
    add_reload_page(
        router_, [this](auto cause) { return reloader_.reload(std::move(cause)); },
        invocation_.has_lifecycle, looks_);
    const std::vector<Check> alive{{"event_loop", [this] { return heartbeat_.find_fault(); }}};
    const std::vector<Check> ready{
        {"first_poll_round", [this] { return find_unpolled(); }},
        {"shutdown", [this] { return std::string(stopping_ ? "shutting down" : ""); }}};
    add_checks(router_, "/livez", "whether the exporter lives (never ZooKeeper's state)", alive);
    add_checks(router_, "/readyz", "whether the exporter has polled every member once", ready);
    add_checks(router_, "/-/healthy", "the same as /livez, as Prometheus calls it", alive);
    add_checks(router_, "/-/ready", "the same as /readyz", ready);
  }

  LiveCheck look_within(steady_clock::duration max_age) {
    return [this, max_age](const auto& ensemble, const auto& member) {
      return ensembles_.look(ensemble, member, max_age);
    };
  }

  Reloader::Events reload_events() {
    Reloader::Events events;
    events.take = [this](Settings next) { return take(std::move(next)); };
    events.told = [this](const ConfigState& state) { self_.set_config(state); };
    return events;
  }

  /// Takes other settings while all runs. What may fail comes first, when nothing has changed yet.
  asio::awaitable<Result<std::vector<std::string>>> take(Settings next) {
    constexpr auto kPatience = seconds(5);
    const auto added = difference(next.listen, settings_.listen);
    const auto removed = difference(settings_.listen, next.listen);
    const auto places = co_await find_places(resolver_, added, steady_clock::now() + kPatience);
    if (!places) {
      co_return listen_error(places.error());
    }
    const auto ports = server_.change_listeners(*places, removed);
    if (!ports) {
      co_return listen_error(ports.error());
    }
    for (std::size_t i = 0; i < added.size(); ++i) {
      log_listener(added[i], (*ports)[i]);
    }
    has_polled_all_ = find_unpolled().empty();
    log::configure(next.log_level, next.log_format);
    router_.move(settings_.telemetry_path, next.telemetry_path);
    const bool is_other_size = next.member_count() != settings_.member_count() ||
                               next.listen.size() != settings_.listen.size();
    const auto last = std::exchange(settings_, std::move(next));
    if (is_other_size) {
      limits_ = find_limits(settings_.member_count(), settings_.listen.size());
      server_.set_limits(limits_);
      looks_.set_bounds(LookLimit::bounds_for(limits_.connections));
    }
    run_settings();
    co_return find_changes(last, settings_);
  }

  static Error listen_error(const Error& error) {
    return {error.reason(), "http.listen: " + error.detail()};
  }

  /// Polls by the settings, and shows them.
  void run_settings() {
    ensembles_.apply(settings_.ensembles, settings_.poll);
    std::vector<std::string> names;
    for (const auto& ensemble : settings_.ensembles) {
      names.push_back(ensemble.name);
    }
    board_.arrange(names);
    self_.set_members(settings_.member_count());
    settings_text_ = std::make_shared<Body>(to_yaml(settings_));
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

  /// Only of the first round: members that a reload adds make the exporter no less ready.
  std::string find_unpolled() const {
    const auto count = has_polled_all_ ? 0 : board_.unpolled();
    return count == 0 ? std::string() : std::to_string(count) + " members were not polled yet";
  }

  asio::io_context& loop_;
  Invocation invocation_;
  Settings settings_;  ///< that run now
  std::shared_ptr<Body> settings_text_;
  SelfMetrics self_;
  Exposition exposition_;
  SnapshotText snapshot_text_{exposition_};
  Board board_;
  Publication publication_;
  Router router_;
  Resolver resolver_;
  Ensembles ensembles_;
  HttpLimits limits_;
  LookLimit looks_{LookLimit::bounds_for(limits_.connections)};
  HttpServer server_;
  Heartbeat heartbeat_;
  Reloader reloader_;
  asio::steady_timer stop_timer_;
  TaskGroup tasks_;
  bool has_polled_all_ = false;  ///< once, before the newest reload
  bool stopping_ = false;
};

App::App(asio::io_context& loop, Invocation invocation, Clock clock)
    : parts_(std::make_unique<Parts>(loop, std::move(invocation), clock)) {}

App::~App() = default;

Result<std::vector<std::uint16_t>> App::start() { return parts_->start(); }

void App::reload(const std::string& cause) { parts_->reload(cause); }

void App::stop() { parts_->stop(); }

}  // namespace zke
