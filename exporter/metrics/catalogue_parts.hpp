#pragma once

#include <span>

#include "metrics/catalogue.hpp"

namespace zke {

/// What `mntr` says, one row a key.
std::span<const CatalogueRow> mntr_rows();

/// Everything else: polls, other commands, the exporter itself.
std::span<const CatalogueRow> own_rows();

}  // namespace zke
