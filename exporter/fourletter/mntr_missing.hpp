#pragma once

#include <string>
#include <string_view>

namespace zke {

/// What a whole `mntr` lacks, for people: the end of its last summary, and those summaries that
/// every server since 3.6 has been seen to print, `fsynctime, readlatency`; or an empty text. A
/// reply that lacks some was cut at a line end, or is that server's way (3.9.3 with garbage in a
/// quota node): who gets the same again can tell.
std::string find_missing_in_mntr(std::string_view reply);

}  // namespace zke
