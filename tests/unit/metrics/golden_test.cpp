#include <catch2/catch.hpp>

#include "base/text.hpp"
#include "metrics/exposition.hpp"
#include "metrics/member_families.hpp"
#include "support/captures.hpp"

using namespace zke;
using namespace zke::test;

// What /metrics says about every captured server. After a wanted change `make golden` writes the
// files anew; read the difference.

namespace {

std::string page_of(const std::string& capture,
                    const std::vector<prometheus::ClientMetric::Label>& labels) {
  MemberMemory memory;
  Exposition exposition;
  exposition.put(capture, member_families(memory.judge(captured_record(capture))), labels);
  return exposition.text({});
}

/// Without HELP, which stands in docs/metrics.md: a third of the page.
std::string without_help(std::string_view page) {
  std::string rest;
  while (!page.empty()) {
    const auto line = take_line(page);
    if (!line.starts_with("# HELP ")) {
      rest += line;
      rest += '\n';
    }
  }
  return rest;
}

}  // namespace

TEST_CASE("the metrics of every captured server are the expected ones (make golden)", "[metrics]") {
  for (const auto& capture : captures()) {
    const auto page = without_help(page_of(capture, {}));
    CAPTURE(capture);
    CHECK_THAT(first_difference(golden("golden/" + capture + ".prom", page), page),
               Catch::Equals(""));
  }
}

TEST_CASE("a whole page with all that belongs to it is the expected one (make golden)",
          "[metrics]") {
  const auto page = page_of("3.9.3/leader", {{"ensemble", "default"}, {"member", "zk-0:2181"}});

  CHECK_THAT(first_difference(golden("golden/page.prom", page), page), Catch::Equals(""));
}

TEST_CASE("no key and no line of any captured reply is unknown", "[metrics]") {
  for (const auto& capture : captures()) {
    CAPTURE(capture);
    const auto page = "\n" + page_of(capture, {});
    const bool has_mntr = captured_reply(capture, Command::kMntr).kind == Reply::Kind::kAnswer;

    CHECK((page.find("\nzookeeper_unknown_keys 0\n") != std::string::npos) == has_mntr);
    if (page.find("\nzookeeper_unparsed_lines ") != std::string::npos) {
      CHECK(page.find("\nzookeeper_unparsed_lines 0\n") != std::string::npos);
    }
    CHECK(page.find(" untyped\n") == std::string::npos);
    CHECK(page.find("zookeeper_label_sets_left_out") == std::string::npos);
  }
}
