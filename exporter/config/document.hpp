#pragma once

#include <string>

namespace zke {

/// The part of docs/configuration.md that lists all flags and keys: `page` with this part made anew
/// from the table, between its two marks; the page as it is when it lacks them.
std::string with_settings_table(const std::string& page);

}  // namespace zke
