#pragma once

#include <string>
#include <string_view>

namespace zke {

/// What a text is that is no `HOST:PORT`, and what to write instead, with the user's own host where
/// it can be told: `is a URL; write zk-0:2181`.
std::string explain_address(std::string_view text);

/// The same for a place to listen on.
std::string explain_listen_address(std::string_view text);

/// The same for a text that should be addresses with commas between them, or empty when its parts
/// are to be explained one by one.
std::string explain_separators(std::string_view text);

}  // namespace zke
