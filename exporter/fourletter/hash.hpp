#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace zke {

/// What a member's data was after a transaction. Equal on all members that run one version, or
/// their data differs: it is made of every znode's path, data and dates (DigestCalculator).
struct Digest {
  std::uint64_t zxid = 0;
  std::int64_t value = 0;

  bool operator==(const Digest&) const = default;
};

/// The digests that a server remembers, one of each 128 transactions, by rising zxid:
///   100000080: 247679441695
///   100000100: -258215966597
/// A server with digest.enabled=false says 0, which is none.
struct Digests {
  std::vector<Digest> log;  ///< the newest kMaxDigests
  int unparsed_lines = 0;
};
using DigestsPtr = std::shared_ptr<const Digests>;

constexpr std::size_t kMaxDigests = 1024;  ///< as many as ZooKeeper keeps (DIGEST_LOG_LIMIT)

Digests parse_hash(std::string_view reply);

/// Sorts the digests, each zxid once, and leaves out what is none or too many.
void tidy(Digests& digests);

bool is_hash(std::string_view reply);
bool is_whole_hash(std::string_view reply);

}  // namespace zke
