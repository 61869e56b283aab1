#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <prometheus/metric_type.h>

#include "metrics/reading.hpp"

namespace zke {

/// Where a metric's value comes from.
enum class Source {
  kPoll,      ///< the poll itself: present for every member, always
  kSrvr,      ///< `srvr`
  kMntr,      ///< `mntr`; some of them also from `srvr` when `mntr` is refused
  kWatches,   ///< `wchs` (and `mntr`)
  kConf,      ///< `conf`
  kTls,       ///< how TLS is spoken; of members, or of their ensemble
  kClient,    ///< what the canary sees as a client of a member
  kEnsemble,  ///< judged from all members of an ensemble
  kExporter,  ///< the exporter itself
};

/// One metric: how it is read and how it is exported. Everything that /metrics says has a row.
struct CatalogueRow {
  Source source;
  /// kMntr: the key without `zk_`; of a summary without `avg_`, `cnt_`, …; of a set without the
  /// user's part (`write_per_namespace`). Other sources: the field that the value is read from.
  std::string_view key;
  std::string_view name;  ///< ours; a Summary also yields min and max gauges, see `stat_name`
  prometheus::MetricType type;
  double divisor;           ///< from the server's unit to ours: 1000 for milliseconds
  std::string_view labels;  ///< beside `ensemble` and `member`, separated by commas
  std::string_view since;   ///< first ZooKeeper version that has it; empty: always
  std::string_view help;    ///< one sentence, for the engineer on call
  /// How the value is read. With kMntr: how it is read from the rest when `mntr` is refused.
  Reading reading = {};
};

/// All rows, sorted by name. A row's place is its id.
std::span<const CatalogueRow> catalogue();
using RowId = std::uint16_t;

const CatalogueRow& row_of(RowId id);

/// The first row of the name of the row that reads `key` of mntr: keys with one meaning share it.
RowId mntr_row(std::string_view key);

/// The name of a summary's "min" or "max" gauge: the word goes before the unit,
/// `zookeeper_read_latency_seconds` gives `zookeeper_read_latency_max_seconds`.
std::string stat_name(std::string_view summary_name, std::string_view stat);

}  // namespace zke
