#pragma once

#include "judge/client_view.hpp"
#include "metrics/family_text.hpp"

namespace zke {

/// Writes what a client sees of a member. All counts are there from the start.
void write_client(const ClientView& client, FamilyText& to);

}  // namespace zke
