#include "poll/ensembles.hpp"

#include <set>
#include <utility>

namespace zke {

namespace asio = boost::asio;

namespace {

asio::awaitable<void> wait_for_end(std::unique_ptr<Ensemble> ensemble) {
  co_await ensemble->join();
}

}  // namespace

Ensembles::Ensembles(PollContext context) : context_(std::move(context)), retired_(context_.loop) {}

void Ensembles::apply(const std::vector<EnsembleSettings>& settings, const PollSettings& poll) {
  if (is_at_rest_) {
    return;
  }
  std::set<std::string> wanted;
  auto& places = *context_.admin_places;
  places.clear();
  for (const auto& each : settings) {
    wanted.insert(each.name);
    for (const auto& member : each.members) {
      ++places[admin_place(member, each.admin)];
    }
  }
  for (auto next = running_.begin(); next != running_.end();) {
    const auto each = next++;
    if (!wanted.contains(each->first)) {
      const auto last = each->second->snapshot();
      retire(std::move(each->second));
      running_.erase(each);
      context_.publication.publish(last, nullptr);
    }
  }
  for (const auto& each : settings) {
    if (const auto found = running_.find(each.name); found != running_.end()) {
      found->second->apply(each, poll);
    } else {
      running_.emplace(each.name, std::make_unique<Ensemble>(context_, each, poll));
    }
  }
}

void Ensembles::retire(std::unique_ptr<Ensemble> ensemble) {
  auto name = "end of ensemble " + ensemble->snapshot()->name;
  ensemble->cancel();
  retired_.spawn(std::move(name), wait_for_end(std::move(ensemble)));
}

Result<SnapshotPtr> Ensembles::find(const std::string& name) const {
  const auto found = running_.find(name);
  if (found == running_.end()) {
    return Error(Reason::kLocalError, "no such ensemble is configured");
  }
  return found->second->snapshot();
}

asio::awaitable<Observation> Ensembles::look(std::string ensemble, std::string member,
                                             std::chrono::steady_clock::duration max_age) {
  const auto found = running_.find(ensemble);
  if (found != running_.end()) {
    if (const auto poller = found->second->find(member)) {
      co_return co_await (*poller)->look(max_age);
    }
  }
  Observation nothing;
  nothing.reason = Reason::kLocalError;
  nothing.detail = "no such member is configured";
  co_return nothing;
}

void Ensembles::rest() {
  is_at_rest_ = true;
  for (const auto& [name, ensemble] : running_) {
    ensemble->rest();
  }
}

void Ensembles::cancel() {
  is_at_rest_ = true;
  for (auto& [name, ensemble] : running_) {
    retire(std::move(ensemble));
  }
  running_.clear();
}

asio::awaitable<void> Ensembles::join() { co_await retired_.join(); }

}  // namespace zke
