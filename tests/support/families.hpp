#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <prometheus/metric_family.h>

#include "fourletter/mntr.hpp"
#include "metrics/families.hpp"
#include "metrics/mntr_families.hpp"
#include "metrics/text.hpp"

namespace zke::test {

using FamilyList = std::vector<prometheus::MetricFamily>;

/// The families of a `mntr` reply.
inline FamilyList mntr_families(const std::string& reply) {
  Families families;
  add_mntr_families(parse_mntr(reply), families);
  return families.take();
}

inline const prometheus::MetricFamily* find_family(const FamilyList& families,
                                                   std::string_view name) {
  const auto found = std::ranges::find(families, name, &prometheus::MetricFamily::name);
  return found == families.end() ? nullptr : &*found;
}

/// The lines of one family as on /metrics, without HELP and TYPE; empty when it is not there.
inline std::string lines_of(const FamilyList& families, std::string_view name) {
  std::string text;
  if (const auto* family = find_family(families, name)) {
    append_samples(text, *family, {});
  }
  return text;
}

}  // namespace zke::test
