#include "metrics/mntr_meaning.hpp"

#include <algorithm>
#include <deque>
#include <set>
#include <unordered_map>
#include <utility>

#include "base/text.hpp"
#include "metrics/labels.hpp"
#include "metrics/text.hpp"

namespace zke {

namespace {

using prometheus::MetricType;
using Place = MntrMeaning::Place;

constexpr std::size_t kMaxQuantiles = 20;
constexpr std::size_t kMaxSets = 20'000;  // that are looked at: 10,000 znodes have 20,000

/// A set while its keys come, in any order.
struct Found {
  std::string_view name;  ///< tells the sets of a row apart: a znode, a server id, labels
  bool is_labels = false;
  std::vector<std::pair<double, std::uint32_t>> quantiles;  ///< and their keys
  MntrMeaning::Set set;
};

/// The sets of a row, by their places in Learner::found_.
struct FoundRow {
  std::vector<std::uint32_t> sets;
  std::unordered_map<std::string_view, std::uint32_t> by_name;  ///< of all but the first
};

std::string join(const Labels& labels) {
  std::string text;
  for (const auto& label : labels) {
    text += text.empty() ? "" : ",";
    append_label(text, label.name, label.value);
  }
  return text;
}

class Learner {
 public:
  Learner(const Shape& shape, MntrMeaning& to) : shape_(shape), to_(to), rows_(catalogue().size()) {
    to_.places.resize(shape.size());
  }

  void learn() {
    for (std::uint32_t key = 0; key < shape_.size(); ++key) {
      if (shape_.holds(key) != Holds::kText) {
        read(key);
      }
    }
    // Before 3.6, and by most ClickHouse Keepers, the learners are called followers.
    static const auto learners = mntr_row("learners");
    static const auto followers = mntr_row("followers");
    if (rows_[learners].sets.empty()) {
      std::swap(rows_[learners], rows_[followers]);
    }
    std::vector<std::uint32_t> moved(found_.size());
    for (std::size_t id = 0; id < rows_.size(); ++id) {
      if (!rows_[id].sets.empty()) {
        finish_row(static_cast<RowId>(id), moved);
      }
    }
    for (auto& place : to_.places) {
      place.set = place.set == MntrMeaning::kNowhere ? place.set : moved[place.set];
    }
    finish_unknown();
    std::ranges::stable_sort(to_.pieces, {}, [](const MntrMeaning::Piece& piece) {
      return std::pair(piece.before, !piece.is_unknown);
    });
  }

 private:
  void read(std::uint32_t key) {
    const bool has_number = shape_.holds(key) == Holds::kNumber;
    const auto text = shape_.key(key);
    const auto name = find_mntr_name(text);
    if (!name) {
      read_unknown(key, has_number);
      return;
    }
    if (!has_number) {
      ++to_.unparsed;
      return;
    }
    auto& row = rows_[name->row];
    if (!name->labels.empty()) {
      read_labelled(key, *name, row);
      return;
    }
    const bool is_new = !contains(row, name->set_key);
    if (is_new && sets_ >= kMaxSets && !row.sets.empty()) {
      ++to_.unparsed;
      return;
    }
    sets_ += is_new ? 1 : 0;
    const auto set = set_of(row, name->set_key);
    if (is_new && !name->set_key.empty()) {
      found_[set].set.key = key;
      found_[set].set.name_begin = static_cast<std::uint32_t>(name->set_key.data() - text.data());
      found_[set].set.name_size = static_cast<std::uint32_t>(name->set_key.size());
    }
    place(key, *name, set);
  }

  void read_labelled(std::uint32_t key, const MntrName& name, FoundRow& row) {
    if (labels_.size() == kMaxLabelledLines) {
      ++to_.unparsed;
      return;
    }
    const auto& labels = labels_.emplace_back(join(clean_labels(name.labels)));
    const auto set = set_of(row, labels);
    found_[set].is_labels = true;
    place(key, name, set);
  }

  bool contains(const FoundRow& row, std::string_view name) const {
    return !row.sets.empty() &&
           (found_[row.sets.front()].name == name || row.by_name.contains(name));
  }

  std::uint32_t set_of(FoundRow& row, std::string_view name) {
    const auto next = static_cast<std::uint32_t>(found_.size());
    if (row.sets.empty()) {  // most rows have this one only
      row.sets.push_back(next);
      found_.emplace_back().name = name;
      return next;
    }
    if (found_[row.sets.front()].name == name) {
      return row.sets.front();
    }
    const auto [known, is_new] = row.by_name.try_emplace(name, next);
    if (is_new) {
      row.sets.push_back(next);
      found_.emplace_back().name = name;
    }
    return known->second;
  }

  void place(std::uint32_t key, const MntrName& name, std::uint32_t set) {
    if (name.stat != Stat::kQuantile) {
      to_.places[key] = {set, name.stat};
      return;
    }
    auto& quantiles = found_[set].quantiles;
    const bool is_doubled =
        std::ranges::find(quantiles, name.quantile, &std::pair<double, std::uint32_t>::first) !=
        quantiles.end();
    if (is_doubled || quantiles.size() == kMaxQuantiles) {
      ++to_.unparsed;
      return;
    }
    quantiles.emplace_back(name.quantile, key);
  }

  void read_unknown(std::uint32_t key, bool has_number) {
    ++to_.unknown_keys;
    if (!has_number) {
      ++to_.unparsed;
      return;
    }
    if (unknown_exported_ == kMaxLabelSets) {
      ++to_.unknown_left_out;
      return;
    }
    ++unknown_exported_;
    const auto text = shape_.key(key);
    const auto brace = text.find('{');
    const bool has_braces = brace != std::string_view::npos && text.ends_with('}');
    const auto labels =
        has_braces ? split_labels(text.substr(brace + 1, text.size() - brace - 2)) : std::nullopt;
    const auto said = labels ? text.substr(0, brace) : text;
    auto name = metric_name(said);
    auto clean = join(clean_labels(labels.value_or(LabelViews())));
    if (is_known_name(name) || !unknown_series_.emplace(name, clean).second) {
      ++to_.unparsed;
      return;
    }
    auto help = "A mntr key that this exporter does not know: " + label_value(said) + ".";
    to_.unknown.push_back(
        {{std::move(name), std::move(help), MetricType::Untyped}, std::move(clean), key});
  }

  MntrMeaning::Text keep(std::string_view text) {
    const auto begin = static_cast<std::uint32_t>(to_.text.size());
    to_.text += text;
    return {begin, static_cast<std::uint32_t>(text.size())};
  }

  static std::string labels_of(const Found& found, const CatalogueRow& row, bool is_crowded) {
    std::string labels;
    if (found.is_labels) {
      labels = found.name;
    } else if (found.set.name_size > 0 && !is_crowded) {
      append_label(labels, row.labels, label_value(found.name));
    }
    return labels;
  }

  void finish_row(RowId id, std::vector<std::uint32_t>& moved) {
    const auto index = static_cast<std::uint32_t>(to_.rows.size());
    const auto& catalogue_row = row_of(id);
    auto& sets = rows_[id].sets;
    MntrMeaning::Row row;
    row.id = id;
    row.divisor = catalogue_row.divisor;
    row.is_crowded = sets.size() > kMaxLabelSets;
    row.crowd = static_cast<std::uint32_t>(row.is_crowded ? to_.crowds++ : 0);
    row.sets_begin = static_cast<std::uint32_t>(to_.sets.size());
    if (!row.is_crowded) {  // the server's order is a hash map's
      std::ranges::sort(sets, {}, [this](auto set) { return found_[set].name; });
    }
    std::set<std::string> seen;
    for (const auto number : sets) {
      auto& found = found_[number];
      auto labels = labels_of(found, catalogue_row, row.is_crowded);
      found.set.row = index;
      found.set.labels = keep(labels);
      if (sets.size() > 1 && !row.is_crowded) {
        row.has_doubles = !seen.insert(std::move(labels)).second || row.has_doubles;
      }
      std::ranges::sort(found.quantiles);
      for (const auto& [quantile, key] : found.quantiles) {
        std::string label = "quantile=\"";
        append_double(label, quantile);
        to_.quantiles.push_back({key, keep(label + '"')});
      }
      found.set.quantiles_end = static_cast<std::uint32_t>(to_.quantiles.size());
      moved[number] = static_cast<std::uint32_t>(to_.sets.size());
      to_.sets.push_back(found.set);
    }
    row.sets_end = static_cast<std::uint32_t>(to_.sets.size());
    static const auto watches = mntr_row("watch_count");
    to_.watches = id == watches ? row.sets_begin : to_.watches;
    to_.rows.push_back(row);
    to_.pieces.push_back({family_of(id), false, Part::kMain, index});
    if (catalogue_row.type == MetricType::Summary) {
      to_.pieces.push_back({family_of(id, Part::kMin), false, Part::kMin, index});
      to_.pieces.push_back({family_of(id, Part::kMax), false, Part::kMax, index});
    }
  }

  void finish_unknown() {
    auto& unknown = to_.unknown;
    const auto name = [](const MntrMeaning::Unknown& each) -> const std::string& {
      return each.family.name;
    };
    std::ranges::stable_sort(unknown, {}, name);
    for (std::uint32_t i = 0; i < unknown.size(); ++i) {
      if (i == 0 || name(unknown[i]) != name(unknown[i - 1])) {
        to_.pieces.push_back({place_of(name(unknown[i])), true, Part::kMain, i});
      }
    }
  }

  const Shape& shape_;
  MntrMeaning& to_;
  std::vector<FoundRow> rows_;  ///< by RowId
  std::vector<Found> found_;
  std::deque<std::string> labels_;  ///< what the names of sets point to that are labels
  std::set<std::pair<std::string, std::string>> unknown_series_;
  std::size_t unknown_exported_ = 0;
  std::size_t sets_ = 0;  ///< but those with labels
};

}  // namespace

MntrMeaning::MntrMeaning(const Shape& shape) {
  Learner(shape, *this).learn();
  text.shrink_to_fit();
}

std::shared_ptr<const MntrMeaning> MntrMeanings::of(const ShapePtr& shape) {
  constexpr std::size_t kMaxKeys = 3000;
  const auto known = known_.find(shape.get());
  if (known != known_.end() && known->second.shape.lock() == shape) {
    return known->second.meaning;
  }
  auto meaning = std::make_shared<const MntrMeaning>(*shape);
  if (shape->size() <= kMaxKeys) {
    forget_unused();
    known_.insert_or_assign(shape.get(), Known{shape, meaning});
  }
  return meaning;
}

void MntrMeanings::forget_unused() {
  if (known_.size() >= many_) {
    std::erase_if(known_, [](const auto& known) { return known.second.shape.expired(); });
    many_ = std::max(2 * known_.size(), std::size_t{64});
  }
}

}  // namespace zke
