#include "metrics/mntr_walk.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "metrics/labels.hpp"
#include "metrics/text.hpp"

namespace zke {

namespace {

using prometheus::MetricType;

constexpr double kNoLimit = 9e18;  // ClickHouse Keeper says 2^64 - 1 descriptors

constexpr std::uint8_t bit(auto which) {
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(which));
}

constexpr auto kMoreThanExtremes =
    static_cast<std::uint8_t>(bit(Stat::kValue) | bit(Stat::kCount) | bit(Stat::kSum));

bool is_summary(const MntrMeaning::Row& row) { return row_of(row.id).type == MetricType::Summary; }

}  // namespace

MntrWalk::MntrWalk(const MntrMeaning& meaning, const Figures& figures)
    : meaning_(meaning), figures_(figures), numbers_(meaning.sets.size()), kept_(meaning.crowds) {
  totals_.unknown_keys = meaning.unknown_keys;
  totals_.unparsed = meaning.unparsed + static_cast<std::size_t>(figures.unparsed);
  for (std::size_t key = 0; key < meaning.places.size(); ++key) {
    if (const auto place = meaning.places[key]; place.set != MntrMeaning::kNowhere) {
      store(place, figures.values[key]);
    }
  }
  for (std::size_t set = 0; set < numbers_.size(); ++set) {
    numbers_[set].labels = meaning.at(meaning.sets[set].labels);
  }
  for (const auto& row : meaning.rows) {
    if (row.is_crowded) {
      pick_largest(row);
    }
    if (row.is_crowded || row.has_doubles) {
      hide_doubles(row);
    }
  }
  if (meaning.unknown_left_out > 0) {
    totals_.left_out.emplace_back("unknown", meaning.unknown_left_out);
  }
  if (meaning.watches != MntrMeaning::kNowhere) {
    const auto& watches = numbers_[meaning.watches];
    const bool has_value = (watches.said & bit(Stat::kValue)) != 0;
    totals_.watches = has_value ? std::optional(watches.value) : std::nullopt;
  }
}

/// Of what comes twice the first that can be true counts.
void MntrWalk::store(MntrMeaning::Place place, double raw) {
  auto& numbers = numbers_[place.set];
  const auto value = raw / meaning_.rows[meaning_.sets[place.set].row].divisor;
  const bool may_be_infinite = place.stat == Stat::kValue || place.stat == Stat::kCount;
  if ((numbers.said & bit(place.stat)) != 0 || (!may_be_infinite && !std::isfinite(value))) {
    ++totals_.unparsed;
    return;
  }
  switch (place.stat) {
    case Stat::kValue:
      if (std::isnan(value) || value < 0 || value > kNoLimit) {
        return;
      }
      numbers.value = value;
      break;
    case Stat::kCount: {
      const bool is_count = raw >= 0 && raw < kNoLimit;
      numbers.count = is_count ? std::trunc(raw) : 0;
      totals_.unparsed += is_count ? 0 : 1;
      break;
    }
    case Stat::kSum:
      numbers.sum = value;
      break;
    case Stat::kMin:
      numbers.min = value;
      break;
    case Stat::kMax:
      numbers.max = value;
      break;
    case Stat::kAvg:  // sum / count
    case Stat::kQuantile:
      break;
  }
  numbers.said |= bit(place.stat);
}

/// What tells the sets of a row apart, as it came.
std::string_view MntrWalk::name_of(std::uint32_t number) const {
  const auto& set = meaning_.sets[number];
  return set.name_size > 0 ? figures_.shape->key(set.key).substr(set.name_begin, set.name_size)
                           : meaning_.at(set.labels);
}

void MntrWalk::pick_largest(const MntrMeaning::Row& row) {
  auto& kept = kept_[row.crowd];
  kept.resize(row.sets_end - row.sets_begin);
  std::iota(kept.begin(), kept.end(), row.sets_begin);
  const bool is_by_count = is_summary(row);
  const auto heavier = [&](std::uint32_t a, std::uint32_t b) {
    const auto first = is_by_count ? numbers_[a].count : numbers_[a].value;
    const auto second = is_by_count ? numbers_[b].count : numbers_[b].value;
    return first != second ? first > second : name_of(a) < name_of(b);
  };
  std::ranges::nth_element(kept, kept.begin() + kMaxLabelSets, heavier);
  totals_.left_out.emplace_back(row_of(row.id).name, kept.size() - kMaxLabelSets);
  kept.resize(kMaxLabelSets);
  std::ranges::sort(kept, {}, [this](std::uint32_t set) { return name_of(set); });
  for (const auto set : kept) {
    if (meaning_.sets[set].name_size > 0) {
      auto& labels = labels_.emplace_back();
      append_label(labels, row_of(row.id).labels, label_value(name_of(set)));
      numbers_[set].labels = labels;
    }
  }
}

template <class Visit>
void MntrWalk::each_set(const MntrMeaning::Row& row, Visit visit) const {
  if (row.is_crowded) {
    std::ranges::for_each(kept_[row.crowd], visit);
    return;
  }
  for (auto set = row.sets_begin; set < row.sets_end; ++set) {
    visit(set);
  }
}

/// Whether the set has lines in that family of its row.
bool MntrWalk::has(std::uint32_t set, Part part) const {
  const auto& numbers = numbers_[set];
  if ((numbers.hidden & bit(part)) != 0) {
    return false;
  }
  if (part != Part::kMain) {
    return (numbers.said & bit(part == Part::kMin ? Stat::kMin : Stat::kMax)) != 0;
  }
  return (numbers.said & kMoreThanExtremes) != 0 || !meaning_.quantiles_of(set).empty();
}

/// Prometheus refuses a whole page over a series that it meets twice.
void MntrWalk::hide_doubles(const MntrMeaning::Row& row) {
  for (const auto part : {Part::kMain, Part::kMin, Part::kMax}) {
    std::set<std::string_view> seen;
    each_set(row, [&](std::uint32_t set) {
      if (has(set, part) && !seen.insert(numbers_[set].labels).second) {
        numbers_[set].hidden |= bit(part);
        ++totals_.unparsed;
      }
    });
  }
}

void MntrWalk::write_before(FamilyId family, FamilyText& to) {
  const auto& pieces = meaning_.pieces;
  while (written_ < pieces.size() &&
         (pieces[written_].before < family ||
          (pieces[written_].before == family && pieces[written_].is_unknown))) {
    write(pieces[written_++], to);
  }
}

void MntrWalk::write_rest(FamilyText& to) {
  while (written_ < meaning_.pieces.size()) {
    write(meaning_.pieces[written_++], to);
  }
}

void MntrWalk::write(const MntrMeaning::Piece& piece, FamilyText& to) const {
  if (piece.is_unknown) {
    write_unknown(piece.index, to);
    return;
  }
  const auto& row = meaning_.rows[piece.index];
  to.open(known_families()[piece.before]);
  each_set(row, [&](std::uint32_t set) {
    if (has(set, piece.part)) {
      write_set(row, set, piece.part, to);
    }
  });
}

void MntrWalk::write_set(const MntrMeaning::Row& row, std::uint32_t set, Part part,
                         FamilyText& to) const {
  const auto& numbers = numbers_[set];
  if (part != Part::kMain) {
    to.add_line(part == Part::kMin ? numbers.min : numbers.max, numbers.labels);
    return;
  }
  if (!is_summary(row)) {
    to.add_line(numbers.value, numbers.labels);
    return;
  }
  for (const auto& quantile : meaning_.quantiles_of(set)) {
    to.add_line("", numbers.labels, meaning_.at(quantile.label),
                figures_.values[quantile.key] / row.divisor);
  }
  to.add_line("_sum", numbers.labels, "", numbers.sum);
  to.add_line("_count", numbers.labels, "", numbers.count);
}

void MntrWalk::write_unknown(std::uint32_t first, FamilyText& to) const {
  const auto& unknown = meaning_.unknown;
  const auto& family = unknown[first].family;
  to.open_own(family);  // the meaning of a crowd of keys is not kept
  for (auto i = first; i < unknown.size() && unknown[i].family.name == family.name; ++i) {
    to.add_line(figures_.values[unknown[i].key], unknown[i].labels);
  }
}

}  // namespace zke
