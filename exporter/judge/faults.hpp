#pragma once

#include "judge/finding.hpp"
#include "judge/membership.hpp"
#include "judge/roles.hpp"
#include "judge/service.hpp"

namespace zke {

/// What is wrong with each member, one finding at most; the voters that can't be reached come
/// first: they are the ones to look after. Standalone servers are left to the contradictions.
Findings find_member_faults(const Membership& membership, const Roles& roles,
                            const Service& service);

/// What is wrong with the ensemble as a whole, when it can be told at all.
Findings find_ensemble_faults(const Membership& membership, const Roles& roles,
                              const Service& service);

}  // namespace zke
