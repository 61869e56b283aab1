#pragma once

#include <optional>
#include <string_view>

#include "metrics/catalogue.hpp"
#include "metrics/labels.hpp"

namespace zke {

/// Which part of a metric a `mntr` line carries; all but kValue belong to summaries.
enum class Stat { kValue, kAvg, kMin, kMax, kCount, kSum, kQuantile };

/// What a `mntr` key means. The four dialects spell one summary
///   zk_cnt_readlatency            zk_cnt_<znode>_read_per_namespace            (3.6+)
///   zk_readlatency_count          zk_read_per_namespace_count{key="<znode>"}   (Prometheus
///   provider)
/// with p50_, p95_, p99_, p999_ or {quantile="0.5"}; the znode is a user's name, unescaped.
struct MntrName {
  RowId row = 0;
  Stat stat = Stat::kValue;
  double quantile = 0;       ///< with Stat::kQuantile
  std::string_view set_key;  ///< of a set: the znode or the server id, as it came
  LabelViews labels;         ///< of the JVM's metrics
};

/// Nothing when the catalogue has no such key. The views point into `key`.
std::optional<MntrName> find_mntr_name(std::string_view key);

}  // namespace zke
