#pragma once

#include <limits>
#include <optional>
#include <span>

#include "metrics/catalogue.hpp"

namespace zke {

/// What `mntr` says, one row a key.
std::span<const CatalogueRow> mntr_rows();

/// What else is known of a member: its polls, and what the other words say.
std::span<const CatalogueRow> member_rows();

/// How TLS is spoken.
std::span<const CatalogueRow> tls_rows();

/// What a client sees.
std::span<const CatalogueRow> client_rows();

/// What is judged from all members together.
std::span<const CatalogueRow> ensemble_rows();

/// What the exporter knows of itself.
std::span<const CatalogueRow> exporter_rows();

template <class Number>
std::optional<double> known(Number number) {
  return static_cast<double>(number);
}

template <class Number>
std::optional<double> known(const std::optional<Number>& number) {
  return number ? std::optional(static_cast<double>(*number)) : std::nullopt;
}

/// With a negative number ZooKeeper says that there is none.
template <class Number>
std::optional<double> known_if_any(const std::optional<Number>& number) {
  return number && *number >= 0 ? known(number) : std::nullopt;
}

inline double or_nan(std::optional<bool> fact) {
  return fact ? static_cast<double>(*fact) : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace zke
