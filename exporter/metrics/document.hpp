#pragma once

#include <string>

namespace zke {

/// docs/metrics.md: every metric of the catalogue, for people.
std::string metrics_document();

}  // namespace zke
