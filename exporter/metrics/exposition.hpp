#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <prometheus/metric_family.h>

#include "metrics/family_text.hpp"

namespace zke {

/// The text of /metrics. Each source (a member, an ensemble) is rendered once, when it changes; a
/// scrape only joins the pieces, family by family, whatever the number of sources.
class Exposition {
 public:
  Exposition() = default;
  ~Exposition() = default;
  Exposition(const Exposition&) = delete;  // pieces point to headers
  Exposition& operator=(const Exposition&) = delete;
  Exposition(Exposition&&) = delete;
  Exposition& operator=(Exposition&&) = delete;

  /// Replaces all that `source` said by what `write` writes; `common_labels` come first on every
  /// line.
  void put(const std::string& source, std::initializer_list<FamilyText::Label> common_labels,
           const std::function<void(FamilyText&)>& write);

  /// Takes away all that `source` said.
  void erase(const std::string& source);

  /// Everything in text format 0.0.4, with `extra` (sorted by name as well) among it. Each family
  /// stands in one piece; families come by name, sources within a family by their name.
  std::string text(const std::vector<prometheus::MetricFamily>& extra) const;

 private:
  /// HELP and TYPE of a family, for as long as a source has lines of it: servers may make up names
  /// for ever.
  struct Header {
    std::string text;
    std::size_t sources = 0;
  };
  using Headers = std::map<std::string, Header, std::less<>>;
  struct Piece {
    Headers::iterator header;
    std::uint32_t end = 0;  ///< in Source::lines
  };
  struct Source {
    std::string lines;
    std::vector<Piece> pieces;  ///< sorted by name
  };

  void release(const std::vector<Piece>& pieces);

  Headers headers_;
  std::map<std::string, Source> sources_;
  FamilyText scratch_;  ///< lines are rendered here, in warm memory
};

}  // namespace zke
