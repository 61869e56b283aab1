#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "http/query.hpp"
#include "pages/health.hpp"
#include "pages/probes.hpp"
#include "poll/board.hpp"
#include "support/run.hpp"
#include "support/situation.hpp"

namespace zke::test {

/// The health and probe pages over ensembles of three members, without a server.
struct BoardPages {
  /// One ensemble, "default", or two of them.
  explicit BoardPages(const std::vector<std::string>& ensembles = {"default"})
      : board(settings(ensembles)) {
    const auto check = [this](std::string ensemble,
                              std::string member) -> boost::asio::awaitable<Observation> {
      asked.push_back(ensemble + " " + member);
      co_return seen.value_or(polled(ensemble, member));
    };
    add_health_pages(router, board, check);
    add_probe_pages(router, board, check);
  }

  /// All members are polled now.
  void poll(const Round& round) {
    const auto view = round.view(std::chrono::steady_clock::now());
    for (const auto& member : view.members) {
      if (member.sample) {
        board.put(member.sample);
      }
    }
  }

  Response ask(const std::string& target, const std::string& accept = "") {
    auto request = parse_target(target);
    request.accept = accept;
    return run(io, router.find(request.path)->page(request));
  }

  static std::vector<EnsembleSettings> settings(const std::vector<std::string>& names) {
    std::vector<EnsembleSettings> ensembles;
    for (const auto& name : names) {
      ensembles.push_back({name, {{"zk-1", 2181}, {"zk-2", 2181}, {"zk-3", 2181}}});
    }
    return ensembles;
  }

  Observation polled(const std::string& ensemble, const std::string& name) const {
    Observation observation;
    for (const auto& member : board.find(ensemble)->members) {
      if (member.name == name && member.sample) {
        observation.state = member.sample->state;
        observation.reason = member.sample->reason;
      }
    }
    return observation;
  }

  boost::asio::io_context io{1};
  Board board;
  Router router;
  std::optional<Observation> seen;  ///< what looks at members show; empty: as polled
  std::vector<std::string> asked;   ///< "default zk-1:2181"
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
