#include "pages/status.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "base/duration.hpp"
#include "base/text.hpp"
#include "base/version.hpp"

namespace zke {

namespace {

constexpr std::string_view kHead = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="10">
<title>zookeeper-exporter</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; color: #222; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #ddd; vertical-align: top; }
.good { color: #16722e; } .bad { color: #b3261e; font-weight: 600; } .weak { color: #666; }
</style>
</head>
<body>
)";

std::string cell(std::string_view text, std::string_view style = {}) {
  const auto open =
      style.empty() ? std::string("<td>") : "<td class=\"" + std::string(style) + "\">";
  return open + escape_html(text) + "</td>";
}

std::string zxid_text(const MemberSample& sample) {
  if (!sample.srvr || !sample.srvr->zxid) {
    return {};
  }
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "0x%x%08x", sample.srvr->zxid->epoch,
                sample.srvr->zxid->counter);
  return text.data();
}

std::string count_text(const std::optional<std::int64_t>& count) {
  return count ? std::to_string(*count) : std::string();
}

std::string age_text(const MemberSample& sample) {
  const auto age = std::chrono::steady_clock::now() - sample.clock;  // wall clocks jump
  return to_string(std::chrono::floor<std::chrono::seconds>(std::max(age, decltype(age)::zero()))) +
         " ago";
}

std::string member_row(const EnsembleView::Member& member) {
  std::string row = "<tr>" + cell(member.name);
  if (!member.sample) {
    return row + cell("not polled yet", "weak") +
           "<td></td><td></td><td></td><td></td><td></td></tr>\n";
  }
  const auto& sample = *member.sample;
  row += cell(to_string(sample.state), is_serving(sample.state) ? "good" : "bad");
  row += cell(sample.version ? sample.version->number : "");
  row += cell(zxid_text(sample));
  row += cell(sample.srvr ? count_text(sample.srvr->connections) : "");
  row += cell(age_text(sample));
  const auto problem = sample.reason == Reason::kNone
                           ? std::string()
                           : std::string(to_string(sample.reason)) + ": " + sample.detail;
  row += cell(problem, sample.is_up() ? "weak" : "bad");
  return row + "</tr>\n";
}

/// The level and its sentence. Before all members were polled there is none to show.
std::string verdict_line(const EnsembleVerdict& verdict) {
  if (verdict.summary.empty()) {
    return {};
  }
  const auto* const style = verdict.level == Level::kHealthy ? "good" : "bad";
  return "<p><span class=\"" + std::string(style) + "\">" + std::string(to_string(verdict.level)) +
         "</span> " + escape_html(verdict.summary) + "</p>\n";
}

std::string page(const Snapshot& snapshot, const Router& router) {
  std::string html(kHead);
  html += "<h1>zookeeper-exporter <span class=\"weak\">" + std::string(kVersion) + "</span></h1>\n";
  for (const auto& ensemble : snapshot.ensembles) {
    html += "<h2>Ensemble " + escape_html(ensemble->name) + "</h2>\n";
    html += verdict_line(ensemble->verdict);
    html +=
        "<table>\n<tr><th>Member</th><th>State</th><th>Version</th>"
        "<th>Last zxid</th><th>Connections</th><th>Polled</th><th>Problem</th></tr>\n";
    for (const auto& member : ensemble->members) {
      html += member_row(member);
    }
    html += "</table>\n";
  }
  html += "<h2>Pages</h2>\n<ul>\n";
  for (const auto& route : router.routes()) {
    if (!route.what.empty() && route.path != "/") {
      const auto path = escape_html(route.path);
      html +=
          "<li><a href=\"" + path + "\">" + path + "</a> " + escape_html(route.what) + "</li>\n";
    }
  }
  return html + "</ul>\n</body>\n</html>\n";
}

}  // namespace

void add_status_page(Router& router, const Board& board) {
  router.add("/", "the ensembles, their members and what is wrong with them",
             [&board, &router](const Request&) -> boost::asio::awaitable<Response> {
               Response response;
               response.content_type = "text/html; charset=utf-8";
               response.body = page(*board.snapshot(), router);
               response.headers.emplace_back("Cache-Control", "no-store");
               co_return response;
             });
}

}  // namespace zke
