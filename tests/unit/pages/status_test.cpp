#include "pages/status.hpp"

#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

#include "base/text.hpp"
#include "pages/checks.hpp"
#include "support/board_pages.hpp"

using namespace zke;
using namespace zke::test;

namespace {

std::string status_page(BoardPages& pages, const ConfigState& config = {}) {
  add_status_page(pages.router, pages.board, config);
  const auto response = pages.ask("/");
  CHECK(response.status == 200);
  CHECK(response.content_type == "text/html; charset=utf-8");
  return response.body;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Where the page's links lead, from `/`.
std::set<std::string> links(const std::string& page) {
  const std::string mark = "<a href=\"";
  std::set<std::string> found;
  for (auto at = page.find(mark); at != std::string::npos; at = page.find(mark, at)) {
    at += mark.size();
    auto target = page.substr(at, page.find('"', at) - at);
    for (auto amp = target.find("&amp;"); amp != std::string::npos; amp = target.find("&amp;")) {
      target.replace(amp, 5, "&");
    }
    found.insert("/" + target);
  }
  return found;
}

/// Follows all links of the page, and returns how many there are.
std::size_t follow_links(BoardPages& pages) {
  add_checks(pages.router, "/livez", "whether the exporter lives", {{"loop", [] { return ""; }}});
  const auto targets = links(status_page(pages));
  for (const auto& target : targets) {
    CAPTURE(target);
    const auto status = pages.ask(target).status;
    CHECK((status == 200 || status == 503));
  }
  return targets.size();
}

/// The row of zk-3 up to its checks.
std::string third_row(BoardPages& pages) {
  const auto page = status_page(pages);
  const auto begin = page.find("<td>zk-3:2181</td>");
  return page.substr(begin, page.find("<a ", begin) - begin);
}

}  // namespace

TEST_CASE("the status page begins with the level of the ensemble", "[pages]") {
  BoardPages pages;
  pages.poll(Round("1 2 3", "1L 2F 3F"));

  CHECK(contains(
      status_page(pages),
      "<h2><a href=\"health/ensemble?ensemble=default\">Ensemble default</a></h2>\n<p><span "
      "class=\"good\">healthy</span> All 3 voters serve, zk-1:2181 leads;"));
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
    auto sample = *(*pages.board.find("default"))->members[0].sample;
    sample.finished += std::chrono::days(days);
    sample.clock = std::chrono::steady_clock::now() + std::chrono::hours(days / 3);
    pages.put("zk-1:2181", std::make_shared<const MemberSample>(std::move(sample)));

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

TEST_CASE("every link of the status page leads to a page", "[pages]") {
  BoardPages polled;
  polled.poll(Round("1 2 3", "1L 2F 3-"));
  CHECK(follow_links(polled) == 3 + 3 * 4);  // ensemble, /health/ensemble, /livez; of each row four

  BoardPages unpolled;
  CHECK(follow_links(unpolled) == 15);

  BoardPages twins({"orders", "search"});  // with members of the same names
  CHECK(follow_links(twins) == 4 + 3 * 3 + 6);

  BoardPages odd({"a b&c=d?e#f%2Fg+h;i\"j'k<l>/\\caf\u00E9 \u65E5\u672C", "..", "%", "&amp;"});
  CHECK(follow_links(odd) == 6 + 3 * 3 + 4 * 3);
}

TEST_CASE("a member's row links to its checks", "[pages]") {
  BoardPages pages({"my service"});

  const auto found = links(status_page(pages));

  CHECK(found.contains("/health/ensemble/disruption?member=zk-2:2181&ensemble=my%20service"));
  CHECK(found.contains("/probe/readiness?member=zk-2:2181&verbose"));
  CHECK(found.contains("/health/ensemble?ensemble=my%20service"));
}

TEST_CASE("a page that must be told a member is shown as a template", "[pages]") {
  BoardPages pages;

  const auto page = status_page(pages);

  for (const std::string path :
       {"/probe/readiness", "/probe/liveness", "/probe/startup", "/health/ensemble/disruption"}) {
    CHECK(contains(page, "<li><code>" + path + "?member=HOST:PORT</code> whether "));
  }
  const auto unknown = not_found(pages.router, parse_target("/x"));
  CHECK(contains(unknown.body, "\n  /probe/readiness?member=HOST:PORT  whether "));
  CHECK(contains(unknown.body, "\n  /health/ensemble  "));
}

TEST_CASE("an action is shown, but is no link", "[pages]") {
  BoardPages pages;
  pages.router.add_action(
      "/-/reload", "reads the configuration again",
      [](const Request&) -> boost::asio::awaitable<Response> { co_return Response(); });

  CHECK(contains(status_page(pages),
                 "<li><code>POST /-/reload</code> reads the configuration again</li>"));
}

TEST_CASE("a row says why its member serves nobody, in the words of the health pages", "[pages]") {
  const auto problem = [](const Round& round) {
    BoardPages pages;
    pages.poll(round);
    const auto row = third_row(pages);
    const auto begin = row.find("<p class=\"bad\">");
    REQUIRE(begin != std::string::npos);
    const auto text = row.substr(begin + 15, row.find("</p>") - begin - 15);
    const auto report = escape_html(pages.ask("/health/ensemble").body);
    CHECK(contains(report, "zk-3:2181 " + text));
    return text;
  };
  const auto failing = [](Reason reason) {
    Round round("1 2 3", "1L 2F 3-");
    round.at(3).failed(reason);
    return round;
  };
  const std::string not_serving =
      "answers, but serves nobody: it sees no quorum, or is still loading data";
  CHECK(problem(Round("1 2 3", "1L 2F 3N")) == not_serving);
  CHECK(problem(Round("1 2 3", "1- 2N 3N")) == not_serving);
  CHECK(problem(Round("1 2 3", "1L 2F 3R")) ==
        "serves read-only clients only: it is cut off from the other voters");
  CHECK(problem(Round("1 2 3", "1L 2F 3~")) == "can&#39;t be reached (no answer in time)");
  CHECK(problem(failing(Reason::kDns)) == "can&#39;t be reached (its name can&#39;t be looked up)");
  CHECK(problem(failing(Reason::kClosedWithoutAnswer)) ==
        "closes connections without an answer (too many connections, or no ZooKeeper)");
  CHECK(problem(failing(Reason::kTls)) == "gives no usable answer (TLS)");
  CHECK(problem(Round("1 2 3", "1L 2F 3S")) ==
        "is a standalone server, not a part of this ensemble");
}

TEST_CASE("a row tells of a canary's session that does not stand", "[pages]") {
  for (const auto state : kSessionStates) {
    Round round("1 2 3", "1L 2F 3F");
    ClientView view;
    view.session = state;
    round.at(3).client(view);
    BoardPages pages;
    pages.poll(round);
    const auto text = "the canary&#39;s session: " + std::string(to_string(state));
    CHECK(contains(third_row(pages), text) == (state != SessionState::kConnected));
    const auto json = pages.ask("/health/ensemble?format=json").body;
    CHECK(contains(json, "\"session\":\"" + std::string(to_string(state)) + "\""));
  }
}

TEST_CASE("a row tells of several servers, a conflict and a word that is refused", "[pages]") {
  BoardPages several;
  Round round("1 2 3", "1L 2F 3F");
  round.at(3).several();
  several.poll(round);
  CHECK(contains(third_row(several), "<p class=\"weak\">leads to one server now and to another"));

  BoardPages conflict;
  conflict.poll(Round("1 2 3", "1L 2L 3F"));
  CHECK(contains(status_page(conflict),
                 ":2181 lead different ensembles that are configured under one name</p>"));

  BoardPages refused;
  Round allowed("1 2 3", "1L 2F 3F");
  allowed.at(3).failed(Reason::kCommandRefused);
  refused.poll(allowed);
  CHECK(contains(third_row(refused), "<p class=\"weak\">command_refused: "));
}

TEST_CASE("the status page lists findings and says who may be stopped", "[pages]") {
  BoardPages pages;
  pages.poll(Round("1 2 3", "1L 2F 3-"));

  const auto page = status_page(pages);

  CHECK(contains(
      page,
      "<li><code>voter_down</code> zk-3:2181 can&#39;t be reached (connection refused)</li>"));
  CHECK(contains(page, ">safe to stop</a>"));
  CHECK(contains(
      page, ">not safe to stop: zk-3:2181 does not serve: bring it back first (and 1 more)</a>"));
}

TEST_CASE("the status page tells where the configuration is from, and why a newer one was refused",
          "[pages]") {
  BoardPages pages;
  ConfigState config;

  SECTION("flags") {
    CHECK(contains(status_page(pages, config), "Configuration: by flags alone."));
  }
  SECTION("a file") {
    config.file = "/etc/<exporter>.yml";
    config.taken = std::chrono::system_clock::from_time_t(1'000'000'000);
    CHECK(contains(
        status_page(pages, config),
        "Configuration: /etc/&lt;exporter&gt;.yml, found good at 2001-09-09 01:46:40 UTC."));
  }
  SECTION("a newer file with a mistake") {
    config.file = "exporter.yml";
    config.mistake = "exporter.yml:3: poll.intervall is not a known key";
    CHECK(contains(status_page(pages, config),
                   "<p class=\"bad\">The newest configuration was refused: exporter.yml:3: "
                   "poll.intervall is not a known key. The one before is in use"));
  }
}
