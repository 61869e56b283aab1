#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <prometheus/client_metric.h>

namespace zke {

// A server's texts as names and labels of metrics: valid, printable and of bounded length, whatever
// it says, and still told apart: what had to be changed carries a hash of what it was.

using Labels = std::vector<prometheus::ClientMetric::Label>;
using LabelViews = std::vector<std::pair<std::string_view, std::string_view>>;

constexpr std::size_t kMaxLabels = 10;

/// Splits `a="x",b="y"`, whose values may hold unescaped quotes, braces and commas: only `",`
/// before one of `names` (any name when there are none) and `="` ends a value, and of a name that
/// comes twice only the last time. Nothing when these are no labels, or too long, or more than
/// kMaxLabels.
std::optional<LabelViews> split_labels(std::string_view labels,
                                       std::span<const std::string_view> names = {});

/// The labels under valid names, sorted by name, each once. Those that we add ourselves get
/// `exported_` before their name, and so do names that Prometheus reserves. Empty ones are left
/// out: to Prometheus they are none.
Labels clean_labels(const LabelViews& labels);

/// At most 128 bytes.
std::string label_value(std::string_view text);

/// `zookeeper_` and the key, at most 200 bytes.
std::string metric_name(std::string_view key);

}  // namespace zke
