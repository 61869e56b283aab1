#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <prometheus/metric_family.h>

namespace zke {

/// The text of /metrics. Each source (a member, an ensemble) is rendered once, when it changes; a
/// scrape only joins the pieces, family by family, whatever the number of sources.
class Exposition {
 public:
  /// Replaces all that `source` said. `families` must be sorted by name; `common_labels` come first
  /// on every line.
  void put(const std::string& source, const std::vector<prometheus::MetricFamily>& families,
           const std::vector<prometheus::ClientMetric::Label>& common_labels);

  /// Takes away all that `source` said.
  void erase(const std::string& source) { sources_.erase(source); }

  /// Everything in text format 0.0.4, with `extra` (sorted by name as well) among it. Each family
  /// stands in one piece; families come by name, sources within a family by their name.
  std::string text(const std::vector<prometheus::MetricFamily>& extra) const;

 private:
  using HeaderPtr = std::shared_ptr<const std::string>;
  struct Piece {
    HeaderPtr header;   ///< one a family: shared with headers_
    std::uint32_t end;  ///< in Source::lines
  };
  struct Source {
    std::string lines;
    std::vector<Piece> pieces;  ///< sorted by name
  };

  void drop_unused_headers();

  std::map<std::string, HeaderPtr, std::less<>> headers_;
  std::map<std::string, Source> sources_;
  std::string scratch_;  ///< lines are rendered here, in warm memory
};

}  // namespace zke
