#pragma once

#include <string_view>

#include "fourletter/hash.hpp"

namespace zke {

/// The answer to `hash`, which is that to the word, in decimal (DigestCommand).
///   {"digests" : [ {"zxid" : 4294967424, "digest" : 263571723374, "digest_version" : 2}, … ], …}
Digests parse_digests(std::string_view json);

}  // namespace zke
