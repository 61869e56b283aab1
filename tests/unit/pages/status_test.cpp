#include "pages/status.hpp"

#include <catch2/catch.hpp>

#include "support/board_pages.hpp"

using namespace zke;
using namespace zke::test;

namespace {

std::string status_page(BoardPages& pages) {
  add_status_page(pages.router, pages.board);
  const auto response = pages.ask("/");
  CHECK(response.status == 200);
  CHECK(response.content_type == "text/html; charset=utf-8");
  return response.body;
}

}  // namespace

TEST_CASE("the status page begins with the level of the ensemble", "[pages]") {
  BoardPages pages;
  pages.poll(Round("1 2 3", "1L 2F 3F"));

  CHECK(status_page(pages).find("<h2>Ensemble default</h2>\n<p><span class=\"good\">healthy</span> "
                                "All 3 voters serve, zk-1:2181 leads;") != std::string::npos);
}

TEST_CASE("the status page says what is wrong, escaped", "[pages]") {
  BoardPages pages;
  pages.poll(Round("1 2 3", "1L 2F 3-"));

  const auto page = status_page(pages);

  CHECK(page.find("<p><span class=\"bad\">at_risk</span> One more failure can end") !=
        std::string::npos);
  CHECK(page.find("zk-3:2181 can&#39;t be reached (connection refused)") != std::string::npos);
  CHECK(page.find("<td>zk-3:2181</td><td class=\"bad\">unreachable</td>") != std::string::npos);
}

TEST_CASE("the status page tells ages rightly when the wall clock jumps", "[pages]") {
  BoardPages pages;
  pages.poll(Round("1 2 3", "1L 2F 3F"));
  for (const auto days : {-3, 3}) {
    auto sample = *pages.board.find("default")->members[0].sample;
    sample.finished += std::chrono::days(days);
    sample.clock = std::chrono::steady_clock::now() + std::chrono::hours(days / 3);
    pages.board.put(std::make_shared<const MemberSample>(std::move(sample)));

    const auto page = status_page(pages);

    CHECK(page.find("<td>-") == std::string::npos);
    CHECK(page.find("3d") == std::string::npos);
  }
}

TEST_CASE("the status page shows members that were not polled yet as such", "[pages]") {
  BoardPages pages;

  CHECK(status_page(pages).find("<td>zk-1:2181</td><td class=\"weak\">not polled yet</td>") !=
        std::string::npos);
}
