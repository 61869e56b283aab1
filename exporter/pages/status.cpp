#include "pages/status.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <map>
#include <string>
#include <vector>

#include "base/duration.hpp"
#include "base/text.hpp"
#include "base/version.hpp"
#include "http/query.hpp"
#include "judge/verdict_text.hpp"
#include "pages/ensemble_report.hpp"

namespace zke {

namespace {

constexpr std::string_view kHead = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="10">
<link rel="icon" href="data:,">
<title>zookeeper-exporter</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 80rem; padding: 0 1rem;
  color: #222; overflow-wrap: break-word; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #ddd;
  vertical-align: top; }
td:first-child { min-width: 9rem; } td:nth-child(3) { min-width: 12rem; }
td:nth-child(4) { min-width: 8rem; }
td:first-child, td:nth-child(3), td:nth-child(4) { overflow-wrap: anywhere; }
td:last-child { white-space: nowrap; }
td p { margin: 0; }
.good { color: #16722e; } .bad { color: #b3261e; font-weight: 600; } .weak { color: #666; }
@media (max-width: 56rem) {
  thead { display: none; }
  table, tbody, tr, td { display: block; border: 0; padding: 0; }
  tr { border-bottom: 1px solid #ddd; padding: .5rem 0; }
  td:first-child { font-weight: 600; } td:nth-child(n) { min-width: 0; }
  td:empty { display: none; }
  td:nth-child(6)::before { content: "Version "; }
  td:nth-child(7)::before { content: "Last zxid "; }
  td:nth-child(8)::before { content: "Connections "; }
  td:nth-child(9)::before { content: "Polled "; }
}
</style>
</head>
<body>
)";

constexpr std::string_view kTableHead =
    "<thead><tr><th scope=\"col\">Member</th><th scope=\"col\">State</th>"
    "<th scope=\"col\">Problem</th><th scope=\"col\">May it be stopped?</th>"
    "<th scope=\"col\">Checks</th><th scope=\"col\">Version</th><th scope=\"col\">Last zxid</th>"
    "<th scope=\"col\">Connections</th><th scope=\"col\">Polled</th></tr></thead>\n<tbody>\n";

using FindingsOf = std::map<std::string_view, std::vector<const Finding*>>;  ///< by member

std::string cell(std::string_view text, std::string_view style = {}) {
  const auto open =
      style.empty() ? std::string("<td>") : "<td class=\"" + std::string(style) + "\">";
  return open + escape_html(text) + "</td>";
}

/// `path` is relative to this page: a proxy may serve it below a path of its own.
std::string link(const std::string& path, std::string_view text) {
  return "<a href=\"" + escape_html(path) + "\">" + escape_html(text) + "</a>";
}

std::string paragraph(std::string_view text, std::string_view style) {
  return "<p class=\"" + std::string(style) + "\">" + escape_html(text) + "</p>";
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

/// Without the member's name, which stands in the row: "can't be reached (connection refused)".
std::string_view without_name(std::string_view text, const std::string& name) {
  const bool is_about_it = text.starts_with(name + " ") && !text.starts_with(name + " and ");
  return is_about_it ? text.substr(name.size() + 1) : text;
}

/// What is wrong with a member, in the words of the verdict; then what its last poll met.
std::string problem_cell(const Snapshot::Member& member, const MemberVerdict& verdict,
                         const FindingsOf& findings) {
  std::string problem;
  const auto* const style = verdict.serves ? "weak" : "bad";
  if (const auto found = findings.find(member.name); found != findings.end()) {
    for (const auto* finding : found->second) {
      problem += paragraph(without_name(finding->text, member.name), style);
    }
  } else if (!verdict.serves) {
    const auto text = describe_state(member.name, member.sample.get());
    problem += paragraph(without_name(text, member.name), style);
  }
  if (member.client && member.client->session != SessionState::kConnected) {
    problem += paragraph("the canary's session: " + std::string(to_string(member.client->session)),
                         "weak");
  }
  const auto& sample = *member.sample;
  if (verdict.is_leader && sample.state != MemberState::kLeader) {
    problem += paragraph(role_text(member, verdict), "weak");
  }
  if (sample.reason != Reason::kNone) {
    problem += paragraph(std::string(to_string(sample.reason)) + ": " + sample.detail, "weak");
  }
  return "<td>" + problem + "</td>";
}

/// Links to what the exporter says of a member when it is asked anew.
std::string check_cells(const std::string& ensemble, const MemberVerdict& verdict, Level level) {
  const auto member = "?member=" + escape_parameter(verdict.member);
  std::string probes;
  for (const std::string probe : {"readiness", "liveness", "startup"}) {
    probes += (probes.empty() ? "" : " ") + link("probe/" + probe + member + "&verbose", probe);
  }
  return "<td>" +
         link("health/ensemble/disruption" + member + "&ensemble=" + escape_parameter(ensemble),
              stop_text(verdict, level)) +
         "</td><td>" + probes + "</td>";
}

std::string_view style_of(const MemberSample& sample, const MemberVerdict& verdict) {
  if (!verdict.serves) {
    return "bad";
  }
  return is_serving(sample.state) ? "good" : "weak";  // weak: it serves by the leader's word
}

std::string member_row(const Snapshot& ensemble, std::size_t i, const FindingsOf& findings) {
  const auto& member = ensemble.members[i];
  const auto& verdict = ensemble.verdict.members[i];
  const auto checks = check_cells(ensemble.name, verdict, ensemble.verdict.level);
  std::string row = "<tr>" + cell(member.name);
  if (!member.sample) {
    return row + cell("not polled yet", "weak") + "<td></td>" + checks +
           "<td></td><td></td><td></td><td></td></tr>\n";
  }
  const auto& sample = *member.sample;
  row += cell(to_string(sample.state), style_of(sample, verdict));
  row += problem_cell(member, verdict, findings);
  row += checks;
  row += cell(sample.version ? sample.version->number : "");
  row += cell(zxid_text(sample));
  row += cell(sample.srvr ? count_text(sample.srvr->connections) : "");
  row += cell(age_text(sample));
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

/// The codes and texts of what is wrong; the rows have those of members as well.
std::string findings_list(const EnsembleVerdict& verdict) {
  constexpr std::size_t kMost = 10;
  std::string list;
  for (std::size_t i = 0; i < std::min(kMost, verdict.findings.size()); ++i) {
    const auto& finding = verdict.findings[i];
    list += "<li><code>" + escape_html(to_string(finding.code)) + "</code> " +
            escape_html(finding.text) + "</li>\n";
  }
  if (verdict.findings.size() > kMost) {
    list += "<li>and " + std::to_string(verdict.findings.size() - kMost) + " more</li>\n";
  }
  return list.empty() ? list : "<ul>\n" + list + "</ul>\n";
}

std::string ensemble_section(const Snapshot& ensemble) {
  FindingsOf findings;
  for (const auto& finding : ensemble.verdict.findings) {
    findings[finding.member].push_back(&finding);
  }
  auto html = "<h2>" +
              link("health/ensemble?ensemble=" + escape_parameter(ensemble.name),
                   "Ensemble " + ensemble.name) +
              "</h2>\n" + verdict_line(ensemble.verdict) + findings_list(ensemble.verdict) +
              "<table>\n" + std::string(kTableHead);
  for (std::size_t i = 0; i < ensemble.members.size(); ++i) {
    html += member_row(ensemble, i, findings);
  }
  return html + "</tbody>\n</table>\n";
}

/// No link: a page that must be told a member (the rows have those), and what does something.
std::string route_item(const Router::Route& route) {
  const auto target = route.shown();
  const bool is_template = route.query.find("HOST:PORT") != std::string::npos;
  return "<li>" +
         (is_template || route.is_action ? "<code>" + escape_html(target) + "</code>"
                                         : link(target.substr(1), target)) +
         " " + escape_html(route.what) + "</li>\n";
}

std::string utc_text(std::chrono::system_clock::time_point at) {
  const auto seconds = std::chrono::system_clock::to_time_t(at);
  tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 40> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &parts);
  return text.data();
}

/// Where the configuration is from; or that the newest was refused, and why.
std::string config_line(const ConfigState& config) {
  const auto taken = utc_text(config.taken);
  if (!config.mistake.empty()) {
    return paragraph("The newest configuration was refused: " + config.mistake +
                         ". The one before is in use; all was well with it at " + taken + ".",
                     "bad");
  }
  return paragraph(config.file.empty()
                       ? "Configuration: by flags alone."
                       : "Configuration: " + config.file + ", found good at " + taken + ".",
                   "weak");
}

std::string page(const Snapshots& snapshots, const Router& router, const ConfigState& config) {
  std::string html(kHead);
  html += "<h1>zookeeper-exporter <span class=\"weak\">" + std::string(kVersion) + "</span></h1>\n";
  html += config_line(config) + "\n";
  for (const auto& ensemble : snapshots) {
    html += ensemble_section(*ensemble);
  }
  html += "<h2>Pages</h2>\n<ul>\n";
  for (const auto& route : router.routes()) {
    if (!route.what.empty() && route.path != "/") {
      html += route_item(route);
    }
  }
  return html + "</ul>\n</body>\n</html>\n";
}

}  // namespace

void add_status_page(Router& router, const Board& board, const ConfigState& config) {
  router.add("/", "the ensembles, their members and what is wrong with them",
             [&board, &router, &config](const Request&) {
               Response response;
               response.content_type = "text/html; charset=utf-8";
               response.body = page(board.snapshots(), router, config);
               response.headers.emplace_back("Cache-Control", "no-store");
               return response;
             });
}

}  // namespace zke
