#pragma once

#include <cstdint>
#include <deque>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "metrics/family.hpp"

namespace zke {

/// What one source says, in text format 0.0.4 without headers: its families one after the other, by
/// name.
class FamilyText {
 public:
  using Label = std::pair<std::string_view, std::string_view>;

  /// A family and where its lines end.
  struct Piece {
    const Family* family;
    std::uint32_t end;
  };

  /// Begins anew. `common_labels`, already escaped (`a="x",b="y"`), come first on every line.
  void start(std::string_view common_labels);

  /// The lines that follow are of this family, whose name comes after that of the one before. It
  /// must outlive what reads the pieces; without a line it is left out.
  void open(const Family& family) { family_ = &family; }

  /// The same with a family that nobody else keeps.
  void open_own(Family family) { family_ = &own_families_.emplace_back(std::move(family)); }

  /// A gauge, a counter or an untyped line.
  void add(double value, std::initializer_list<Label> labels = {});

  /// The same with labels that are escaped already.
  void add_line(double value, std::string_view labels) { add_line("", labels, "", value); }

  /// `suffix` follows the family's name; `last_label` (`quantile="0.5"`) comes after `labels`.
  void add_line(std::string_view suffix, std::string_view labels, std::string_view last_label,
                double value);

  const std::string& lines() const { return lines_; }
  const std::vector<Piece>& pieces() const { return pieces_; }

 private:
  std::string common_labels_;
  std::string lines_;
  std::string labels_;  ///< scratch
  std::vector<Piece> pieces_;
  std::deque<Family> own_families_;  ///< what pieces_ may point to
  const Family* family_ = nullptr;
};

}  // namespace zke
