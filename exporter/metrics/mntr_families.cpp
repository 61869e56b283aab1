#include "metrics/mntr_families.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/text.hpp"
#include "fourletter/limits.hpp"
#include "metrics/labels.hpp"
#include "metrics/mntr_names.hpp"
#include "metrics/text.hpp"

namespace zke {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricType;

constexpr std::size_t kMaxQuantiles = 20;
constexpr std::size_t kMaxEntries =
    20'000;                        // label sets that are looked at: 10,000 znodes have 20,000
constexpr double kNoLimit = 9e18;  // ClickHouse Keeper says 2^64 - 1 descriptors

/// What a label set of a summary or of a scalar is ranked by.
double weight(const ClientMetric& metric, MetricType type) {
  if (type == MetricType::Summary) {
    return static_cast<double>(metric.summary.sample_count);
  }
  return std::max(metric.counter.value, metric.gauge.value);
}

bool has_quantile(const ClientMetric::Summary& summary, double quantile) {
  return std::ranges::find(summary.quantile, quantile, &ClientMetric::Quantile::quantile) !=
         summary.quantile.end();
}

/// One row's label sets, while the lines that belong to them come in any order.
struct SetEntry {
  std::string_view key;
  ClientMetric metric;
  std::optional<double> min;
  std::optional<double> max;
  std::uint32_t said = 0;  ///< a bit for each Stat

  bool has(Stat stat) const { return (said & (1U << static_cast<unsigned>(stat))) != 0; }
  void mark(Stat stat) { said |= 1U << static_cast<unsigned>(stat); }

  /// Whether more than extremes was said.
  bool has_value() const {
    return has(Stat::kValue) || has(Stat::kCount) || has(Stat::kSum) || has(Stat::kQuantile);
  }
};

struct SetEntries {
  std::unordered_map<std::string_view, std::size_t> place;  ///< of all but the first
  std::vector<SetEntry> entries;

  bool contains(std::string_view key) const {
    return entries.empty() || entries.front().key == key || place.contains(key);
  }

  SetEntry& at(std::string_view key) {
    if (entries.empty()) {  // most rows have this one only
      entries.emplace_back().key = key;
      return entries.front();
    }
    if (entries.front().key == key) {
      return entries.front();
    }
    const auto [found, is_new] = place.try_emplace(key, entries.size());
    if (is_new) {
      entries.emplace_back().key = key;
    }
    return entries[found->second];
  }
};

class Reader {
 public:
  explicit Reader(Families& families) : families_(families), sets_(catalogue().size()) {}

  void read(const MntrField& field) {
    const auto value = parse_number(field.value);
    const auto name = find_mntr_name(field.key);
    if (!name) {
      read_unknown(field.key, value);
      return;
    }
    if (!value) {
      ++unparsed_lines_;
      return;
    }
    auto& set = sets_[static_cast<std::size_t>(name->row - catalogue().data())];
    if (name->labels.empty()) {
      if (auto* entry = find_entry(set, name->set_key)) {
        store(*name, to_base_unit(*value, *name->row), *value, *entry);
      }
      return;
    }
    if (label_keys_.size() == kMaxLabelledLines) {
      ++unparsed_lines_;
      return;
    }
    auto labels = clean_labels(name->labels);
    auto& entry = set.at(key_of(labels));
    store(*name, to_base_unit(*value, *name->row), *value, entry);
    entry.metric.label = std::move(labels);
  }

  void finish() {
    // Before 3.6, and by most ClickHouse Keepers, the learners are called followers.
    auto& learners = set_of("zookeeper_learners");
    if (learners.entries.empty()) {
      std::swap(learners, set_of("zookeeper_followers"));
    }
    for (std::size_t i = 0; i < sets_.size(); ++i) {
      finish_set(catalogue()[i], sets_[i]);
    }
    families_.add("zookeeper_unknown_keys", unknown_keys_);
    families_.count_unparsed(unparsed_lines_);
    if (unknown_left_out_ > 0) {
      families_.add("zookeeper_label_sets_left_out", unknown_left_out_, {{"family", "unknown"}});
    }
  }

 private:
  /// The key's entry, or nullptr when there are too many already.
  SetEntry* find_entry(SetEntries& set, std::string_view key) {
    if (entries_ >= kMaxEntries && !set.contains(key)) {
      ++unparsed_lines_;
      return nullptr;
    }
    const auto before = set.entries.size();
    auto& entry = set.at(key);
    entries_ += set.entries.size() - before;
    return &entry;
  }

  SetEntries& set_of(std::string_view name) {
    return sets_[static_cast<std::size_t>(find_row(name) - catalogue().data())];
  }

  /// Tells the label sets of a JVM metric apart.
  std::string_view key_of(const Labels& labels) {
    auto& key = label_keys_.emplace_back();
    for (const auto& label : labels) {
      append_label(key, label.name, label.value);
    }
    return key;
  }

  void read_unknown(std::string_view key, std::optional<double> value) {
    ++unknown_keys_;
    if (!value) {
      ++unparsed_lines_;
      return;
    }
    if (unknown_exported_ == kMaxLabelSets) {
      ++unknown_left_out_;
      return;
    }
    ++unknown_exported_;
    const auto brace = key.find('{');
    const bool has_braces = brace != std::string_view::npos && key.ends_with('}');
    const auto labels =
        has_braces ? split_labels(key.substr(brace + 1, key.size() - brace - 2)) : std::nullopt;
    const auto name = labels ? key.substr(0, brace) : key;
    const auto help = "A mntr key that this exporter does not know: " + label_value(name) + ".";
    const auto clean = clean_labels(labels.value_or(LabelViews()));
    if (!families_.add_unknown(metric_name(name), help, clean, *value)) {
      ++unparsed_lines_;
    }
  }

  void store(const MntrName& name, double value, double raw, SetEntry& entry) {
    auto& summary = entry.metric.summary;
    const bool is_quantile = name.stat == Stat::kQuantile;
    const bool is_doubled = is_quantile ? summary.quantile.size() == kMaxQuantiles ||
                                              has_quantile(summary, name.quantile)
                                        : entry.has(name.stat);
    const bool has_none = is_quantile || name.stat == Stat::kValue || name.stat == Stat::kCount;
    if (is_doubled || (!has_none && !std::isfinite(value))) {
      ++unparsed_lines_;
      return;
    }
    switch (name.stat) {
      case Stat::kValue:
        if (std::isnan(value) || value < 0 || value > kNoLimit) {
          return;
        }
        set_value(entry.metric, name.row->type, value);
        break;
      case Stat::kMin:
        entry.min = value;
        break;
      case Stat::kMax:
        entry.max = value;
        break;
      case Stat::kAvg:  // sum / count
        break;
      case Stat::kCount:
        summary.sample_count = raw > 0 && raw < kNoLimit ? static_cast<std::uint64_t>(raw) : 0;
        unparsed_lines_ += raw >= 0 && raw < kNoLimit ? 0 : 1;
        break;
      case Stat::kSum:
        summary.sample_sum = value;
        break;
      case Stat::kQuantile:
        summary.quantile.push_back({name.quantile, value});
        break;
    }
    entry.mark(name.stat);
  }

  void finish_set(const CatalogueRow& row, SetEntries& set) {
    if (set.entries.empty()) {
      return;
    }
    std::vector<SetEntry*> kept;
    kept.reserve(set.entries.size());
    for (auto& entry : set.entries) {
      kept.push_back(&entry);
    }
    if (kept.size() > kMaxLabelSets) {
      const auto heavier = [&](const SetEntry* a, const SetEntry* b) {
        const auto first = weight(a->metric, row.type);
        const auto second = weight(b->metric, row.type);
        return first != second ? first > second : a->key < b->key;
      };
      std::ranges::nth_element(kept, kept.begin() + kMaxLabelSets, heavier);
      const auto left_out = static_cast<double>(kept.size() - kMaxLabelSets);
      families_.add("zookeeper_label_sets_left_out", left_out, {{"family", std::string(row.name)}});
      kept.resize(kMaxLabelSets);
    }
    std::ranges::sort(kept, {}, &SetEntry::key);  // the server's order is a hash map's
    for (auto* each : kept) {
      auto& entry = *each;
      if (!entry.key.empty() && entry.metric.label.empty()) {
        entry.metric.label.push_back({std::string(row.labels), label_value(entry.key)});
      }
      std::ranges::sort(entry.metric.summary.quantile, {}, &ClientMetric::Quantile::quantile);
      add_extreme(row, Part::kMin, entry, entry.min);
      add_extreme(row, Part::kMax, entry, entry.max);
      if (entry.has_value()) {
        families_.metrics(row, Part::kMain).push_back(std::move(entry.metric));
      }
    }
  }

  void add_extreme(const CatalogueRow& row, Part part, const SetEntry& entry,
                   std::optional<double> value) {
    if (value) {
      families_.add(row, part, entry.metric.label).gauge.value = *value;
    }
  }

  Families& families_;
  std::vector<SetEntries> sets_;        ///< by the row's place in the catalogue
  std::deque<std::string> label_keys_;  ///< what the keys of sets_ with labels point to
  int unknown_keys_ = 0;
  std::size_t unknown_exported_ = 0;
  int unknown_left_out_ = 0;
  std::size_t unparsed_lines_ = 0;
  std::size_t entries_ = 0;  ///< in all sets_
};

}  // namespace

void add_mntr_families(const Mntr& mntr, Families& families) {
  Reader reader(families);
  for (const auto& field : mntr.fields) {
    reader.read(field);
  }
  reader.finish();
  families.count_unparsed(static_cast<std::size_t>(mntr.unparsed_lines));
}

double to_base_unit(double value, const CatalogueRow& row) {
  return row.scale < 1 ? value / std::round(1 / row.scale) : value * row.scale;
}

}  // namespace zke
