#pragma once

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "http/query.hpp"
#include "pages/board.hpp"
#include "pages/disruption.hpp"
#include "pages/health.hpp"
#include "pages/probes.hpp"
#include "support/run.hpp"
#include "support/situation.hpp"

namespace zke::test {

/// The health and probe pages over ensembles of three members, without a server.
struct BoardPages {
  /// One ensemble, "default", or two of them.
  explicit BoardPages(const std::vector<std::string>& ensembles = {"default"}) {
    for (const auto& name : ensembles) {
      Snapshot nothing;
      nothing.name = name;
      nothing.members = {{"zk-1:2181", {}}, {"zk-2:2181", {}}, {"zk-3:2181", {}}};
      judge(std::move(nothing));
    }
    const auto check = [this](std::string ensemble,
                              std::string member) -> boost::asio::awaitable<Observation> {
      asked.push_back(ensemble + " " + member);
      co_return seen.value_or(polled(ensemble, member));
    };
    add_health_page(router, board);
    add_disruption_page(router, board, check);
    add_probe_pages(router, board, check);
  }

  /// All members of "default" are polled now.
  void poll(const Round& round) {
    const auto view = round.view(std::chrono::steady_clock::now());
    for (const auto& member : view.members) {
      if (member.sample) {
        put(member.name, member.sample, member.client);
      }
    }
  }

  /// A poll of a member of "default" has brought `sample`.
  void put(const std::string& name, SamplePtr sample, ClientViewPtr client = nullptr) {
    Snapshot next = **board.find("default");
    const auto member = std::ranges::find(next.members, name, &Snapshot::Member::name);
    member->sample = std::move(sample);
    member->client = std::move(client);
    judge(std::move(next));
  }

  Response ask(const std::string& target, const std::string& accept = "") {
    auto request = parse_target(target);
    request.headers.emplace_back("Accept", accept);
    return run(io, router.find(request.path)->answer(request));
  }

  Observation polled(const std::string& ensemble, const std::string& name) const {
    Observation observation;
    const auto& sample = (*board.find(ensemble))->find(name)->sample;
    if (sample) {
      observation.state = sample->state;
      observation.reason = sample->reason;
    }
    return observation;
  }

  boost::asio::io_context io{1};
  Board board;
  Router router;
  std::optional<Observation> seen;  ///< what looks at members show; empty: as polled
  std::vector<std::string> asked;   ///< "default zk-1:2181"

 private:
  void judge(Snapshot next) {
    const auto now = std::chrono::steady_clock::now();
    next.verdict = judge_ensemble(next, memories_[next.name], now, std::chrono::seconds(30));
    board.take(nullptr, std::make_shared<const Snapshot>(std::move(next)));
  }

  std::map<std::string, EnsembleMemory> memories_;  ///< by ensemble
};

/// The value of a header, or empty.
inline std::string header(const Response& response, const std::string& name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) {
      return value;
    }
  }
  return {};
}

}  // namespace zke::test
