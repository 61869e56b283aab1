#include "metrics/client_text.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

#include "metrics/exposition.hpp"
#include "support/captures.hpp"
#include "support/families.hpp"
#include "support/files.hpp"

using namespace zke;
using namespace zke::test;
using namespace std::chrono_literals;

using enum CanaryOperation;
using enum CanaryResult;

namespace {

ClientView view_at(bool is_writing_level) {
  ClientView view;
  view.is_writing_level = is_writing_level;
  return view;
}

FamilyList families_of(const ClientView& view) {
  return rendered([&](FamilyText& to) { write_client(view, to); });
}

std::size_t count_lines(const FamilyList& families, std::string_view name) {
  const auto* const family = find_family(families, name);
  return family == nullptr ? 0 : family->lines.size();
}

}  // namespace

TEST_CASE("all that a canary counts is there from the start, at 0", "[metrics]") {
  for (const bool is_writing : {false, true}) {
    const auto families = families_of(view_at(is_writing));
    const std::size_t histogram = Durations::kBounds.size() + 3;
    CHECK(count_lines(families, "zookeeper_session_state") == 5);
    CHECK(count_lines(families, "zookeeper_session_establish_seconds") == histogram);
    CHECK(count_lines(families, "zookeeper_canary_operations_total") == (is_writing ? 36U : 18U));
    CHECK(count_lines(families, "zookeeper_canary_operation_duration_seconds") ==
          (is_writing ? 4 : 2) * histogram);
    CHECK(count_lines(families, "zookeeper_canary_watch_delivery_seconds") ==
          (is_writing ? histogram : 0));
    for (const auto& family : families) {
      CAPTURE(family.name);
      CHECK((
          family.name == "zookeeper_session_state" ||
          std::ranges::all_of(family.lines, [](const auto& line) { return value_of(line) == 0; })));
    }
  }
}

TEST_CASE("exactly the state of the session is 1", "[metrics]") {
  for (const auto state : kSessionStates) {
    auto view = view_at(false);
    view.session = state;
    const auto lines = lines_of(families_of(view), "zookeeper_session_state");
    CHECK(lines.find("{state=\"" + std::string(to_string(state)) + "\"} 1\n") != std::string::npos);
    CHECK(std::ranges::count(lines, '1') == 1);
  }
}

TEST_CASE("a histogram's buckets hold all that took as long at most", "[metrics]") {
  auto view = view_at(true);
  for (const std::chrono::milliseconds took : {1ms, 3ms, 4ms, 700ms, 12000ms}) {
    note(view, {kSet, kOk, took}, {});
  }
  note(view, {kSet, kTimeout, 5s}, {});
  note(view, {kExists, kOk, 2ms}, {});
  const auto all = lines_of(families_of(view), "zookeeper_canary_operation_duration_seconds");
  std::string set;
  std::string_view rest = all;
  while (!rest.empty()) {
    const auto line = take_line(rest);
    if (line.find("\"set\"") != std::string_view::npos) {
      set += std::string(line.substr(43)) + "\n";
    }
  }
  CHECK(set ==
        "_bucket{operation=\"set\",le=\"0.001\"} 1\n"
        "_bucket{operation=\"set\",le=\"0.0025\"} 1\n"
        "_bucket{operation=\"set\",le=\"0.005\"} 3\n"
        "_bucket{operation=\"set\",le=\"0.01\"} 3\n"
        "_bucket{operation=\"set\",le=\"0.025\"} 3\n"
        "_bucket{operation=\"set\",le=\"0.05\"} 3\n"
        "_bucket{operation=\"set\",le=\"0.1\"} 3\n"
        "_bucket{operation=\"set\",le=\"0.25\"} 3\n"
        "_bucket{operation=\"set\",le=\"0.5\"} 3\n"
        "_bucket{operation=\"set\",le=\"1\"} 4\n"
        "_bucket{operation=\"set\",le=\"2.5\"} 4\n"
        "_bucket{operation=\"set\",le=\"5\"} 4\n"
        "_bucket{operation=\"set\",le=\"10\"} 4\n"
        "_bucket{operation=\"set\",le=\"+Inf\"} 5\n"
        "_sum{operation=\"set\"} 12.708\n"
        "_count{operation=\"set\"} 5\n");
}

TEST_CASE("all that a client sees is the expected page (make golden)", "[metrics]") {
  auto view = view_at(true);
  view.session = SessionState::kConnected;
  int took = 0;
  for (const auto operation : kCanaryOperations) {
    for (const auto result : kCanaryResults) {
      note(view, {operation, result, std::chrono::milliseconds(1 << ++took / 3)}, {});
    }
  }
  Exposition exposition;
  exposition.put("client", {{"ensemble", "default"}, {"member", "zk-0:2181"}},
                 [&](FamilyText& to) { write_client(view, to); });
  const auto page = exposition.text({});
  CHECK_THAT(first_difference(golden("golden/client.prom", page), page), Catch::Equals(""));
}
