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
     "From `conf`, asked once a minute and after every change of role: limits and sizes that "
     "hardly change are worth one\nline a minute in the server's log, not one a poll."},
    {Source::kEnsemble, "Ensembles",
     "Judged from all members of an ensemble together (docs/health.md). Without the label "
     "`member`, "
     "unless it is named."},
    {Source::kExporter, "The exporter itself", "Without the labels `ensemble` and `member`."},
});

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
