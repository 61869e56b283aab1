#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

#include "base/text.hpp"
#include "metrics/exposition.hpp"
#include "metrics/member_text.hpp"
#include "support/captures.hpp"
#include "support/golden_page.hpp"
#include "support/page_difference.hpp"

using namespace zke;
using namespace zke::test;

// What /metrics says about every captured server. After a wanted change `make golden` writes the
// files anew; read the difference.

namespace {

std::string page_of(const std::string& capture, std::initializer_list<FamilyText::Label> labels) {
  MemberMemory memory;
  MemberText text;
  Exposition exposition;
  const auto sample = memory.judge(captured_record(capture));
  exposition.put(capture, labels, [&](FamilyText& to) { text.write(sample, to); });
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

std::string bare_page_of(const std::string& capture) { return without_help(page_of(capture, {})); }

/// With PAGES_INTO set (tests/check_golden.sh) each page is also written there, whole.
void hand_over(const std::string& capture, const std::string& page) {
  if (const auto* folder = std::getenv("PAGES_INTO")) {
    const auto path = std::filesystem::path(folder) / (capture + ".prom");
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << page;
  }
}

}  // namespace

TEST_CASE("the metrics of every captured server are the expected ones (make golden)", "[metrics]") {
  auto all = captures();
  std::ranges::stable_partition(all, is_whole_page);
  for (const auto& capture : all) {
    const auto page = bare_page_of(capture);
    CAPTURE(capture);
    CHECK_THAT(first_difference(golden_page(capture, page), page), Catch::Equals(""));
    hand_over(capture, page);
  }
}

TEST_CASE("a page comes back whole from its difference to any other", "[metrics]") {
  auto before = std::string("zookeeper_up 1\nzookeeper_serving 0\nzookeeper_up 2 0\n");
  for (const auto& capture : captures()) {
    const auto page = bare_page_of(capture);
    CAPTURE(capture);
    CHECK(apply_difference(before, page_difference(before, page)) == page);
    CHECK(apply_difference(page, page_difference(page, before)) == before);
    before = page;
  }
}

TEST_CASE("a page's difference says what changed, went, came and moved", "[metrics]") {
  const std::string before = "a 1\nb 1\nc{x=\"y z\"} 1\nd 1\ne 1\n";

  CHECK(page_difference(before, before).empty());
  CHECK(page_difference(before, "a 1\nb 2\nc{x=\"y z\"} 1\nn 1\nm 1\ne 1\n") ==
        "= b 2\n  c{x=\"y z\"}\n+ n 1\n+ m 1\n- d\n");
  const std::string moved = "n 1\ne 1\nd 1\n";
  CHECK(apply_difference(before, page_difference(before, moved)) == moved);
  CHECK_THROWS(apply_difference(before, "- f\n"));
  CHECK_THROWS(page_difference(before, "a 1\na 2\n"));
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
