#include "pages/disruption.hpp"

#include <algorithm>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/task_group.hpp"
#include "pages/answer.hpp"

namespace zke {

namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using std::chrono::steady_clock;
using Reasons = std::vector<std::string>;

struct Gate {
  const Board& board;
  LiveCheck check;
  LookLimit limit;
  std::function<std::chrono::milliseconds()> timeout;
};

std::vector<std::string> names_of(const std::vector<Snapshot::Member>& members) {
  std::vector<std::string> names;
  names.reserve(members.size());
  for (const auto& member : members) {
    names.push_back(member.name);
  }
  return names;
}

/// The ensembles that have a member of that name; `within` is the one that it must be, or nullptr.
std::vector<SnapshotPtr> find_ensembles(const Snapshots& snapshots, const std::string& member,
                                        const std::string* within) {
  std::vector<SnapshotPtr> found;
  for (const auto& ensemble : snapshots) {
    const bool is_wanted = within == nullptr || *within == ensemble->name;
    if (is_wanted && ensemble->verdict.find(member) != nullptr) {
      found.push_back(ensemble);
    }
  }
  return found;
}

/// What the looks of one request share.
struct Looks {
  Looks(const asio::any_io_executor& loop, SnapshotPtr its_ensemble)
      : ensemble(std::move(its_ensemble)), missing(names_of(ensemble->members)), news(loop) {}

  SnapshotPtr ensemble;
  std::vector<std::string> missing;
  std::string change;  ///< the first that was seen
  asio::steady_timer news;
};

asio::awaitable<void> look_at(std::shared_ptr<Looks> looks, std::shared_ptr<const Gate> gate,
                              Snapshot::Member member) {
  std::string change;
  try {
    const auto seen = co_await gate->check(looks->ensemble->name, member.name);
    if (!member.sample || member.sample->state != seen.state) {
      change = member.name + " has changed since it was last polled: it is " +
               std::string(to_string(seen.state)) + " now; ask again in a second";
    }
  } catch (const std::exception& e) {
    change = member.name + " could not be looked at: " + e.what();
  }
  std::erase(looks->missing, member.name);
  looks->change = looks->change.empty() ? change : looks->change;
  looks->news.cancel();
}

/// Looks at all members at once. Empty when every one is now what it was in its last poll.
asio::awaitable<std::string> find_change(std::shared_ptr<const Gate> gate, SnapshotPtr ensemble) {
  constexpr auto kGrace = std::chrono::seconds(1);  // a look ends by itself at the timeout
  auto limit = gate->limit;
  const auto place = limit.enter(ensemble->name, names_of(ensemble->members));
  if (place == nullptr) {
    co_return std::string(kBusyReason) + ": the ensemble " + kBusyText;
  }
  const auto loop = co_await asio::this_coro::executor;
  const auto looks = std::make_shared<Looks>(loop, ensemble);
  const auto deadline = steady_clock::now() + gate->timeout() + kGrace;
  TaskGroup tasks(loop);
  for (const auto& member : ensemble->members) {
    tasks.spawn("look at " + member.name, look_at(looks, gate, member));
  }
  while (looks->change.empty() && !looks->missing.empty() && steady_clock::now() < deadline) {
    looks->news.expires_at(deadline);
    co_await looks->news.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  auto change = looks->change;
  if (change.empty() && !looks->missing.empty()) {
    change = looks->missing.front() + " could not be looked at in time; ask again in a second";
  }
  tasks.cancel();
  co_await tasks.join();
  co_return change;
}

/// Why the member must not be stopped, by what is known now.
std::vector<std::string> reasons_of(const Snapshot& ensemble, const std::string& name,
                                    const Request& request) {
  const auto* member = ensemble.verdict.find(name);
  if (member == nullptr) {
    return {"it is not known any more"};
  }
  auto reasons = member->unsafe_to_stop;
  if (is_set(request, "leader_last") && member->is_leader) {
    reasons.emplace_back("it leads: stop the others first");
  }
  return reasons;
}

Response respond(const Request& request, const std::string& ensemble, const std::string& member,
                 const std::vector<std::string>& reasons) {
  std::string text =
      member + (reasons.empty() ? " may be stopped\n" : " must not be stopped now:\n");
  for (const auto& reason : reasons) {
    text += "- " + reason + "\n";
  }
  const json::object json{{"member", member},
                          {"ensemble", ensemble},
                          {"safe_to_stop", reasons.empty()},
                          {"reasons", json::array(reasons.begin(), reasons.end())}};
  return health_response(request, reasons.empty(), text, json);
}

asio::awaitable<Response> show_disruption(std::shared_ptr<const Gate> gate,
                                          const Request& request) {
  if (auto mistake =
          find_unknown_parameter(request, {"member", "ensemble", "action", "leader_last"})) {
    co_return std::move(*mistake);
  }
  const auto* wanted = request.parameter("member");
  const auto* action = request.parameter("action");
  if (action != nullptr && *action != "stop") {
    co_return unknown_value(request, 400, "action", {"stop"});
  }
  const auto snapshots = gate->board.snapshots();
  const auto found = wanted == nullptr
                         ? std::vector<SnapshotPtr>()
                         : find_ensembles(snapshots, *wanted, request.parameter("ensemble"));
  std::vector<std::string> known;
  if (found.empty()) {
    for (const auto& ensemble : snapshots) {
      std::ranges::move(names_of(ensemble->members), std::back_inserter(known));
    }
    co_return unknown_value(request, wanted == nullptr ? 400 : 404, "member", known);
  }
  if (found.size() > 1) {  // a yes for one is none for the other
    for (const auto& ensemble : found) {
      known.push_back(ensemble->name);
    }
    co_return unknown_value(request, 400, "ensemble", known);
  }
  const auto& ensemble = found.front();
  auto reasons = reasons_of(*ensemble, *wanted, request);
  if (reasons.empty()) {
    auto change = co_await find_change(gate, ensemble);
    if (!change.empty()) {
      reasons.push_back(std::move(change));
    } else {  // polls may have ended during the looks
      const auto now = gate->board.find(ensemble->name);
      reasons = now ? reasons_of(**now, *wanted, request) : Reasons{"it is not known any more"};
    }
  }
  co_return respond(request, ensemble->name, *wanted, reasons);
}

}  // namespace

void add_disruption_page(Router& router, const Board& board, LiveCheck check, LookLimit limit,
                         std::function<std::chrono::milliseconds()> timeout) {
  const auto gate = std::make_shared<const Gate>(
      Gate{board, std::move(check), std::move(limit), std::move(timeout)});
  router.add(
      "/health/ensemble/disruption", "whether a member may be stopped now",
      [gate](const Request& request) { return show_disruption(gate, request); },
      "?member=HOST:PORT");
}

}  // namespace zke
