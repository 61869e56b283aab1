#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace zke {

/// Whether an Accept-Encoding header allows gzip.
bool accepts_gzip(std::string_view accept_encoding);

/// `body` as a gzip file, packed fast rather than small; nothing when zlib fails.
std::optional<std::string> gzip(std::string_view body);

}  // namespace zke
