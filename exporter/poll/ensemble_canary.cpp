#include "poll/ensemble_canary.hpp"

#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace zke {

namespace asio = boost::asio;

namespace {

asio::awaitable<void> wait_for_end(std::shared_ptr<Canary> canary) { co_await canary->join(); }

}  // namespace

EnsembleCanary::EnsembleCanary(const asio::any_io_executor& loop, Clock clock, Resolver& resolver,
                               Events events)
    : loop_(loop),
      clock_(clock),
      resolver_(resolver),
      events_(std::move(events)),
      tasks_(loop),
      retired_(loop) {}

bool EnsembleCanary::follow(const CanarySettings& settings, const std::vector<Address>& members,
                            const std::shared_ptr<TlsFiles>& tls) {
  const bool is_other = canary_ && canary_->settings() != settings;
  if (is_other) {
    retire();
  }
  std::map<std::string, std::shared_ptr<ServerPlace>> places;
  std::vector<Canary::Member> tried;
  if (settings.level != CanaryLevel::kOff) {
    for (const auto& address : members) {
      auto name = to_string(address);
      const auto known = places_.find(name);
      auto place = known == places_.end() ? std::make_shared<ServerPlace>(address, resolver_)
                                          : known->second;
      place->speak_tls(tls);
      tried.push_back({name, [place](auto deadline) { return place->find(deadline); }});
      places.emplace(std::move(name), std::move(place));
    }
    if (!canary_) {
      canary_ = std::make_shared<Canary>(loop_, clock_, settings, canary_events());
    }
    canary_->follow(tried);
  }
  places_ = std::move(places);
  return is_other;
}

/// Those of a canary that was retired since then are heard no more.
Canary::Events EnsembleCanary::canary_events() {
  const auto number = number_;
  Canary::Events events;
  events.seen = [this, number](const auto& member, const auto& view) {
    if (number == number_) {
      note(member, view);
    }
  };
  events.dropped = [this, number](const auto& member) {
    if (number == number_) {
      events_.dropped(member);
    }
  };
  events.writer_changed = [this, number] {
    if (number == number_) {
      note({}, nullptr);
    }
  };
  return events;
}

void EnsembleCanary::note(const std::string& member, const ClientViewPtr& view) {
  if (view) {
    views_[member] = view;
  }
  if (!std::exchange(is_telling_, true)) {
    tasks_.spawn("what clients see", tell());
  }
}

asio::awaitable<void> EnsembleCanary::tell() {
  co_await asio::post(loop_, asio::use_awaitable);
  is_telling_ = false;
  events_.seen(std::exchange(views_, {}));
}

void EnsembleCanary::hurry(const std::string& member) {
  if (canary_) {
    canary_->hurry(member);
  }
}

void EnsembleCanary::retire() {
  if (const auto canary = std::exchange(canary_, nullptr)) {
    ++number_;
    views_.clear();
    canary->close();
    retired_.spawn("end of a canary", wait_for_end(canary));
  }
}

void EnsembleCanary::close() {
  if (canary_) {
    canary_->close();
  }
}

void EnsembleCanary::cancel() {
  if (canary_) {
    canary_->cancel();
  }
  retire();
  tasks_.cancel();
}

asio::awaitable<void> EnsembleCanary::join() {
  co_await tasks_.join();
  co_await retired_.join();
}

}  // namespace zke
