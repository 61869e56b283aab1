#include "metrics/document.hpp"

#include <array>
#include <string_view>
#include <vector>

#include "metrics/catalogue.hpp"

namespace zke {

namespace {

using prometheus::MetricType;

struct Section {
  Source source;
  std::string_view title;
  std::string_view text;
};

constexpr auto kSections = std::to_array<Section>({
    {Source::kPoll, "Every member, always",
     "Present for every configured member from the end of its first poll on, whatever happens to "
     "it.\nAll other metrics of a member vanish with the first poll that does not bring them: no "
     "value is older than the\nlast poll (those from `conf`: a minute)."},
    {Source::kSrvr, "Identity, transactions, and how well the replies were read",
     "From `srvr`, which no ZooKeeper can refuse. A zxid does not fit a float, so that it comes in "
     "two parts."},
    {Source::kMntr, "The server's own figures",
     "From `mntr`. When its whitelist refuses `mntr`, `srvr` still gives the request latencies, "
     "packets,\nconnections, outstanding requests, znodes and proposal sizes. \"Since\" is the "
     "first ZooKeeper version that has it.\n\nA summary has `_sum` and `_count` and, where the "
     "server gives them, quantiles. Every summary comes with two gauges,\nits smallest and its "
     "largest value: `zookeeper_read_latency_seconds` with "
     "`zookeeper_read_latency_min_seconds` and\n`zookeeper_read_latency_max_seconds`. ZooKeeper's "
     "quantiles, extremes and averages cover the whole time since the\nserver started: in rules "
     "and dashboards use `rate(…_sum) / rate(…_count)`.\n\nA key that is not in this table is "
     "exported untyped as `zookeeper_<key>` and counted in `zookeeper_unknown_keys`."},
    {Source::kWatches, "Watches",
     "From `wchs`, which counts data watches only; `zookeeper_watches` (from `mntr`) counts data "
     "and child watches, so\nthat the difference is the child watches."},
    {Source::kConf, "Configuration",
     "From `conf`, asked once a minute and after every change of role: limits and sizes hardly "
     "change, and each\nquestion is a line in the server's log."},
    {Source::kTls, "TLS",
     "Only where `tls:` is configured. The certificate and the version are those of the last poll, "
     "also of one that\nfailed because of the certificate; they carry the label `member`, the "
     "others "
     "do not."},
    {Source::kClient, "What a client sees",
     "Only where a `canary:` is on ([canary.md](canary.md)). Counters and histograms "
     "are there from the start,\nat 0, and begin anew with the exporter, and when the canary's "
     "settings change."},
    {Source::kEnsemble, "Ensembles",
     "Judged from all members of an ensemble together ([health.md](health.md)). Without the label "
     "`member`, unless it is named."},
    {Source::kExporter, "The exporter itself", "Without the labels `ensemble` and `member`."},
});

/// Each row: a name, what it answers, and a query that works as it stands.
constexpr std::string_view kFirstTen = R"(
## Ten metrics to begin with

The rest of this page is for looking things up. Whoever is new to ZooKeeper can begin with these; each query can be
pasted into Prometheus. The words are explained in [glossary.md](glossary.md).

| Metric | What it answers | Query |
|---|---|---|
| `zookeeper_ensemble_state` | Does the ensemble serve its clients? | `zookeeper_ensemble_state == 1` |
| `zookeeper_ensemble_failures_tolerated` | How many more voters may fail? Below 1, the next failure ends the service. | `zookeeper_ensemble_failures_tolerated < 1` |
| `zookeeper_up` | Which member does not answer? | `zookeeper_up == 0` |
| `zookeeper_member_failure` | Why did the last poll of a member fail? | `zookeeper_member_failure{reason!="none"} == 1` |
| `zookeeper_member_state` | Who leads, who follows, who serves nobody? | `zookeeper_member_state == 1` |
| `zookeeper_lag_transactions` | How many transactions is a member behind its leader? | `max by (ensemble, member) (zookeeper_lag_transactions)` |
| `zookeeper_update_latency_seconds` | How long does a write take, on average? | `rate(zookeeper_update_latency_seconds_sum[5m]) / rate(zookeeper_update_latency_seconds_count[5m])` |
| `zookeeper_fsync_time_seconds` | How long does the disk take to store a write? | `rate(zookeeper_fsync_time_seconds_sum[5m]) / rate(zookeeper_fsync_time_seconds_count[5m])` |
| `zookeeper_outstanding_requests` | How many requests wait in a member? | `max_over_time(zookeeper_outstanding_requests[5m])` |
| `zookeeper_open_file_descriptors` | Which share of its file descriptors does a member use? At 1 it refuses connections. | `zookeeper_open_file_descriptors / zookeeper_max_file_descriptors` |
)";

std::string_view type_name(MetricType type) {
  switch (type) {
    case MetricType::Counter:
      return "counter";
    case MetricType::Summary:
      return "summary";
    case MetricType::Histogram:
      return "histogram";
    case MetricType::Untyped:
      return "untyped";
    case MetricType::Gauge:
      break;
  }
  return "gauge";
}

std::string quoted_labels(std::string_view labels) {
  std::string text;
  while (!labels.empty()) {
    const auto comma = labels.find(',');
    text += text.empty() ? "`" : ", `";
    text += labels.substr(0, comma);
    text += '`';
    labels.remove_prefix(comma == std::string_view::npos ? labels.size() : comma + 1);
  }
  return text;
}

void append_row(std::string& to, const CatalogueRow& row) {
  to += "| `" + std::string(row.name) + "` | ";
  to += type_name(row.type);
  to += " | " + quoted_labels(row.labels) + " | ";
  to += row.key.empty() ? std::string() : "`" + std::string(row.key) + "`";
  to += " | " + std::string(row.since) + " | " + std::string(row.help) + " |\n";
}

}  // namespace

std::string metrics_document() {
  std::string text =
      "# Metrics\n\n<!-- Generated from the catalogue (exporter/metrics/catalogue_*.cpp) by "
      "`make golden`; do not edit. -->\n\nAll metrics of ensembles carry the labels `ensemble` "
      "and `member` (`host:port`), unless a section says otherwise;\nthe tables name further "
      "labels. Times are in seconds, sizes in bytes, counters end in `_total`.\n";
  text += kFirstTen;
  for (const auto& section : kSections) {
    std::string table;
    for (const auto& row : catalogue()) {
      if (row.source == section.source) {
        append_row(table, row);
      }
    }
    if (table.empty()) {
      continue;
    }
    text += "\n## " + std::string(section.title) + "\n\n" + std::string(section.text) + "\n\n";
    text += "| Metric | Type | Labels | From | Since | Meaning |\n|---|---|---|---|---|---|\n";
    text += table;
  }
  return text;
}

}  // namespace zke
