#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "ensemble/snapshot.hpp"

namespace zke {

/// An ensemble's verdict as /health/ensemble shows it: in lines for people, or as JSON.
std::string ensemble_text(const EnsembleView& view);
boost::json::object ensemble_json(const EnsembleView& view);

}  // namespace zke
