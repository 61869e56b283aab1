#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "judge/snapshot.hpp"

namespace zke {

/// An ensemble's verdict as /health/ensemble shows it: in lines for people, or as JSON.
std::string ensemble_text(const Snapshot& view);
boost::json::object ensemble_json(const Snapshot& view);

/// "voter", "no vote", "vote not known"; "leads, by exclusion" of a leader that does not say so.
std::string role_text(const Snapshot::Member& member, const MemberVerdict& verdict);

/// Whether it may be stopped, and if not, the first reason.
std::string stop_text(const MemberVerdict& member, Level level);

}  // namespace zke
