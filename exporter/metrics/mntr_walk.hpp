#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "metrics/family_text.hpp"
#include "metrics/mntr_meaning.hpp"

namespace zke {

/// What there is to say of one reply to mntr as a whole.
struct MntrTotals {
  int unknown_keys = 0;
  std::size_t unparsed = 0;
  std::vector<std::pair<std::string_view, std::size_t>> left_out;  ///< label sets, by family
  std::optional<double> watches;                                   ///< all that are set
};

/// Walks over the numbers of one poll, and writes what they say. Of each crowd of label sets those
/// with the largest counts (or values) stay. Negative gauges and counters, with which ZooKeeper
/// says "none" or "no limit", are left out.
class MntrWalk {
 public:
  /// Both must outlive it; the meaning is that of the figures' shape.
  MntrWalk(const MntrMeaning& meaning, const Figures& figures);

  const MntrTotals& totals() const { return totals_; }

  /// Writes the families that come before this one and are not written yet.
  void write_before(FamilyId family, FamilyText& to);

  void write_rest(FamilyText& to);

 private:
  /// What a set has of each Stat, in our unit; what was not said is 0.
  struct Numbers {
    double value = 0;
    double count = 0;
    double sum = 0;
    double min = 0;
    double max = 0;
    std::string_view labels;
    std::uint8_t said = 0;    ///< a bit for each Stat
    std::uint8_t hidden = 0;  ///< a bit for each Part: a set before has the same labels
  };
  void store(MntrMeaning::Place place, double raw);
  void pick_largest(const MntrMeaning::Row& row);
  void hide_doubles(const MntrMeaning::Row& row);
  bool has(std::uint32_t set, Part part) const;
  std::string_view name_of(std::uint32_t number) const;
  template <class Visit>
  void each_set(const MntrMeaning::Row& row, Visit visit) const;
  void write(const MntrMeaning::Piece& piece, FamilyText& to) const;
  void write_set(const MntrMeaning::Row& row, std::uint32_t set, Part part, FamilyText& to) const;
  void write_unknown(std::uint32_t first, FamilyText& to) const;

  const MntrMeaning& meaning_;
  const Figures& figures_;
  std::vector<Numbers> numbers_;                  ///< of each set
  std::vector<std::vector<std::uint32_t>> kept_;  ///< of each crowd, by name
  std::deque<std::string> labels_;                ///< of the sets of crowds
  MntrTotals totals_;
  std::size_t written_ = 0;  ///< pieces
};

}  // namespace zke
