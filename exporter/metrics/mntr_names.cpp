#include "metrics/mntr_names.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>

#include "base/text.hpp"

namespace zke {

namespace {

struct Affix {
  std::string_view text;
  Stat stat;
  double quantile;
};

// `p999_` before `p99_`: only one is taken.
constexpr auto kPrefixes = std::to_array<Affix>({{"avg_", Stat::kAvg, 0},
                                                 {"min_", Stat::kMin, 0},
                                                 {"max_", Stat::kMax, 0},
                                                 {"cnt_", Stat::kCount, 0},
                                                 {"sum_", Stat::kSum, 0},
                                                 {"p50_", Stat::kQuantile, 0.5},
                                                 {"p95_", Stat::kQuantile, 0.95},
                                                 {"p999_", Stat::kQuantile, 0.999},
                                                 {"p99_", Stat::kQuantile, 0.99}});

constexpr auto kSuffixes = std::to_array<Affix>({{"_avg", Stat::kAvg, 0},
                                                 {"_min", Stat::kMin, 0},
                                                 {"_max", Stat::kMax, 0},
                                                 {"_count", Stat::kCount, 0},
                                                 {"_sum", Stat::kSum, 0}});

// The labels of sets, whose values are users' names.
constexpr auto kSetLabels = std::to_array<std::string_view>({"key", "quantile"});

bool is_summary(const CatalogueRow& row) { return row.type == prometheus::MetricType::Summary; }

bool is_jvm(const CatalogueRow& row) { return row.key.starts_with("jvm_") && !row.labels.empty(); }

/// A set's key carries a user's name or a server id.
bool is_set(const CatalogueRow& row) { return !row.labels.empty() && !is_jvm(row); }

struct Known {
  RowId row;
  Stat stat;
  double quantile;
};

/// Finds by std::string_view. (Were it noexcept, libstdc++ would not keep the hashes.)
struct Hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>()(text);
  }
};

using Names = std::unordered_map<std::string, Known, Hash, std::equal_to<>>;

struct Table {
  Names exact;     ///< every key without a user's part
  Names labelled;  ///< names that come with {labels}
  std::vector<RowId> sets;
};

Table make_table() {
  Table table;
  for (const auto& each : catalogue()) {
    if (each.source != Source::kMntr) {
      continue;
    }
    const std::string key(each.key);
    const auto id = mntr_row(each.key);
    const auto& row = row_of(id);
    const bool has_labels = is_set(row) || is_jvm(row);
    if (is_set(row)) {
      table.sets.push_back(id);
    }
    auto& plain = has_labels ? table.labelled : table.exact;
    if (!is_summary(row)) {
      plain.emplace(key, Known{id, Stat::kValue, 0});
      continue;
    }
    table.labelled.emplace(key, Known{id, Stat::kQuantile, 0});
    for (const auto& suffix : kSuffixes) {
      plain.emplace(key + std::string(suffix.text), Known{id, suffix.stat, 0});
    }
    for (const auto& prefix : kPrefixes) {
      if (!has_labels) {
        table.exact.emplace(std::string(prefix.text) + key,
                            Known{id, prefix.stat, prefix.quantile});
      }
    }
  }
  return table;
}

const Table& table() {
  static const auto instance = make_table();
  return instance;
}

const Known* find(const Names& in, std::string_view key) {
  const auto found = in.find(key);
  return found == in.end() ? nullptr : &found->second;
}

/// `avg_<znode>_write_per_namespace` or `<znode>_quota_count_limit_per_namespace`.
std::optional<MntrName> find_set(std::string_view key) {
  const CatalogueRow* row = nullptr;
  MntrName name;
  for (const auto id : table().sets) {
    const auto& set = row_of(id);
    const bool fits = key.size() > set.key.size() + 1 && key.ends_with(set.key) &&
                      key[key.size() - set.key.size() - 1] == '_';
    if (fits && (row == nullptr || set.key.size() > row->key.size())) {
      row = &set;
      name.row = id;
    }
  }
  if (row == nullptr) {
    return std::nullopt;
  }
  name.set_key = key.substr(0, key.size() - row->key.size() - 1);
  if (!is_summary(*row)) {
    return name;
  }
  for (const auto& prefix : kPrefixes) {
    if (name.set_key.starts_with(prefix.text)) {
      name.stat = prefix.stat;
      name.quantile = prefix.quantile;
      name.set_key.remove_prefix(prefix.text.size());
      return name;
    }
  }
  return std::nullopt;
}

std::optional<MntrName> find_labelled(std::string_view key) {
  const auto brace = key.find('{');
  if (brace == std::string_view::npos) {
    return std::nullopt;
  }
  const auto* known = find(table().labelled, key.substr(0, brace));
  if (known == nullptr) {
    return std::nullopt;
  }
  MntrName name;
  name.row = known->row;
  name.stat = known->stat;
  const auto text = key.substr(brace + 1, key.size() - brace - 2);
  const bool is_of_set = is_set(row_of(name.row));
  const auto labels = is_of_set ? split_labels(text, kSetLabels) : split_labels(text);
  bool has_quantile = false;
  for (const auto& [label, value] : labels.value_or(LabelViews())) {
    if (label == "quantile") {
      const auto quantile = parse_double(value);
      if (!quantile || !(*quantile >= 0 && *quantile <= 1)) {
        return std::nullopt;
      }
      name.quantile = *quantile;
      has_quantile = true;
    } else if (is_of_set) {
      name.set_key = value;
    } else {
      name.labels.emplace_back(label, value);
    }
  }
  if (!labels || has_quantile != (name.stat == Stat::kQuantile)) {
    return std::nullopt;
  }
  return name;
}

}  // namespace

std::optional<MntrName> find_mntr_name(std::string_view key) {
  if (key.ends_with('}')) {
    return find_labelled(key);
  }
  if (const auto* known = find(table().exact, key)) {
    MntrName name;
    name.row = known->row;
    name.stat = known->stat;
    name.quantile = known->quantile;
    return name;
  }
  return find_set(key);
}

}  // namespace zke
