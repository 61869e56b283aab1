#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fourletter/figures.hpp"
#include "metrics/family.hpp"
#include "metrics/mntr_names.hpp"

namespace zke {

/// Label sets that clients can multiply are cut at this many a family and member: a ZooKeeper keeps
/// one for every top-level znode that was ever used.
constexpr std::size_t kMaxLabelSets = 100;

/// Lines with labels of the JVM's metrics that are read.
constexpr std::size_t kMaxLabelledLines = 1000;

/// What the keys of one shape mean, learnt once: where each number belongs, and in which order the
/// page has them. MntrWalk turns it and the numbers of one poll into lines.
///
/// A *set* is one label set of a row; most rows have only one, without labels.
struct MntrMeaning {
  static constexpr auto kNowhere = std::numeric_limits<std::uint32_t>::max();

  struct Place {
    std::uint32_t set = kNowhere;
    Stat stat = Stat::kValue;
  };
  struct Text {  ///< in `text`
    std::uint32_t begin = 0;
    std::uint32_t size = 0;
  };
  struct Quantile {
    std::uint32_t key = 0;  ///< in the shape
    Text label;             ///< `quantile="0.5"`
  };
  struct Set {
    std::uint32_t row = 0;            ///< in `rows`
    std::uint32_t key = kNowhere;     ///< of the shape: one that names it
    std::uint32_t name_begin = 0;     ///< where in that key its name is: a znode, a server id
    std::uint32_t name_size = 0;      ///< 0: it has none
    Text labels;                      ///< escaped; empty in a crowded row, whose names are many
    std::uint32_t quantiles_end = 0;  ///< in `quantiles`; they begin where those before end
  };
  struct Row {
    RowId id = 0;
    std::uint32_t sets_begin = 0;
    std::uint32_t sets_end = 0;
    bool is_crowded = false;   ///< more sets than kMaxLabelSets
    bool has_doubles = false;  ///< sets whose labels came out alike
    std::uint32_t crowd = 0;   ///< of a crowded row: its number among these
    double divisor = 1;        ///< from the server's unit to ours
  };
  struct Unknown {
    Family family;  ///< of the first key of that name
    std::string labels;
    std::uint32_t key;  ///< in the shape
  };
  /// A family of the page: `row` and `part`, or what the unknown keys of one name say.
  struct Piece {
    FamilyId before;  ///< it comes before this family, or is this one
    bool is_unknown;
    Part part;
    std::uint32_t index;  ///< in `rows`; in `unknown`, of the first of that name
  };

  explicit MntrMeaning(const Shape& shape);

  std::string_view at(Text part) const {
    return std::string_view(text).substr(part.begin, part.size);
  }

  std::span<const Quantile> quantiles_of(std::uint32_t set) const {
    const auto begin = set == 0 ? 0 : sets[set - 1].quantiles_end;
    return std::span(quantiles).subspan(begin, sets[set].quantiles_end - begin);
  }

  std::vector<Place> places;        ///< of each key; nowhere: there is no number to keep
  std::vector<Row> rows;            ///< by name
  std::vector<Set> sets;            ///< by row; of a row that is not crowded sorted by name
  std::vector<Quantile> quantiles;  ///< by set, ascending
  std::vector<Unknown> unknown;     ///< by name; each family's in the server's order
  std::vector<Piece> pieces;        ///< in the order of the page
  std::string text;
  std::uint32_t watches = kNowhere;  ///< the set of all watches
  std::size_t crowds = 0;
  int unknown_keys = 0;
  int unknown_left_out = 0;
  std::size_t unparsed = 0;  ///< keys that are no figures, whatever the numbers are
};

/// Meanings of the shapes that samples now have; keeps no shape alive, and nothing of one with
/// very many keys.
class MntrMeanings {
 public:
  std::shared_ptr<const MntrMeaning> of(const ShapePtr& shape);

  std::size_t size() const { return known_.size(); }

 private:
  void forget_unused();

  struct Known {
    std::weak_ptr<const Shape> shape;
    std::shared_ptr<const MntrMeaning> meaning;
  };
  std::unordered_map<const Shape*, Known> known_;
  std::size_t many_ = 64;  ///< at so many it looks for those whose shape is gone
};

}  // namespace zke
