#include <random>

#include <catch2/catch.hpp>

#include "support/situation.hpp"

using namespace zke;
using namespace zke::test;

namespace {

/// Situations that nobody thought of, the same in each run.
class Generator {
 public:
  std::size_t below(std::size_t limit) { return engine_() % limit; }
  bool one_in(std::size_t count) { return below(count) == 0; }

  std::string membership(std::size_t size) {
    const bool has_groups = one_in(4);
    std::string text;
    for (std::size_t id = 1; id <= size; ++id) {
      text += std::to_string(id) + (one_in(5) ? "o" : "");
      if (has_groups) {
        text += "/" + std::to_string(1 + below(3)) + "*" + std::to_string(below(4));
      }
      text += " ";
    }
    return text;
  }

  std::string members(std::size_t size) {
    constexpr std::string_view kStates = "LFFFFFOSRNN--~~?";
    const auto words = std::to_array<std::string>(
        {"", "", "", ":srvr", ":3.4", ":keeper", ":noconf", "@6", "+1", "+2", "+9"});
    std::string text;
    for (std::size_t id = 1; id <= size; ++id) {
      const auto state = kStates[below(kStates.size())];
      const auto word = words.at(below(words.size()));
      const bool tells = std::string_view("LFOS").find(state) != std::string_view::npos;
      text += std::to_string(id) + state + (tells ? word : "") + " ";
    }
    return text;
  }

  /// What a client sees after some rounds, of which most end as the one before.
  ClientView client(Watch::Clock::time_point now) {
    ClientView view;
    view.is_writing_level = !one_in(4);
    for (const auto operation : kCanaryOperations) {
      auto result = kCanaryResults.at(below(kCanaryResults.size()));
      for (int round = 3; round >= 0; --round) {
        result = one_in(5) ? kCanaryResults.at(below(kCanaryResults.size())) : result;
        const auto time = std::chrono::milliseconds(below(2000));
        note(view, {operation, result, time, "", time}, now - round * std::chrono::seconds(10));
      }
    }
    return view;
  }

  void change(Round& round, const std::string& members, Watch::Clock::time_point now) {
    constexpr auto kFailures =
        std::to_array<Reason>({Reason::kDns, Reason::kNoRoute, Reason::kClosedWithoutAnswer,
                               Reason::kMalformed, Reason::kLocalError});
    for (std::size_t i = 0; i + 1 < members.size(); ++i) {
      if (members[i + 1] == '-') {
        round.at(members[i] - '0').failed(kFailures.at(below(kFailures.size())));
      } else if (members[i + 1] == 'F' && one_in(20)) {
        round.at(members[i] - '0').several();
      }
      if (std::string_view("LFOSRN-~").find(members[i + 1]) != std::string_view::npos &&
          one_in(3)) {
        round.at(members[i] - '0').client(client(now));
      }
    }
  }

 private:
  std::mt19937 engine_{20261126};
};

}  // namespace

TEST_CASE("no situation makes a verdict contradict itself", "[judge]") {
  constexpr int kEnsembles = 1500;
  constexpr int kSteps = 6;
  Generator any;
  for (int n = 0; n < kEnsembles; ++n) {
    const auto size = 1 + any.below(7);
    const auto membership = any.membership(size);
    Watch watch;
    std::string story = membership;
    for (int step = 0; step < kSteps; ++step) {
      const auto members = any.members(size);
      Round round(membership, members);
      any.change(round, members, watch.now);
      story += "\n" + members;
      const auto& verdict = watch.see(round, std::chrono::seconds(any.below(15)));
      auto contradictions = find_contradictions(verdict);
      const auto differences = find_differences(watch.view);
      contradictions.insert(contradictions.end(), differences.begin(), differences.end());
      if (!contradictions.empty()) {
        FAIL(story << "\n" << verdict.summary << "\n" << contradictions[0]);
      }
    }
  }
  SUCCEED("all of one mind");
}
