#include "fourletter/hash.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace zke {

namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::size_t kMaxHex = 16;
constexpr std::size_t kMaxDigest = 20;  // -9223372036854775808

std::optional<Digest> parse_line(std::string_view line) {
  const auto zxid_text = take_until(line, ':');
  const auto zxid = zxid_text.size() <= kMaxHex ? parse_hex(zxid_text) : std::nullopt;
  const auto text = trim(line);
  const auto value = text.size() <= kMaxDigest ? parse_int(text) : std::nullopt;
  return zxid && value ? std::optional(Digest{*zxid, *value}) : std::nullopt;
}

}  // namespace

void tidy(Digests& digests) {
  auto& log = digests.log;
  std::erase_if(log, [](const auto& digest) { return digest.value == 0; });
  std::ranges::stable_sort(log, {}, &Digest::zxid);
  // Of a zxid that comes twice the last one said counts.
  std::ranges::reverse(log);
  const auto is_same = [](const Digest& a, const Digest& b) { return a.zxid == b.zxid; };
  log.erase(std::unique(log.begin(), log.end(), is_same), log.end());
  log.resize(std::min(log.size(), kMaxDigests));
  std::ranges::reverse(log);
  log.shrink_to_fit();
}

Digests parse_hash(std::string_view reply) {
  Digests digests;
  while (!reply.empty()) {
    if (const auto digest = parse_line(take_line(reply))) {
      digests.log.push_back(*digest);
    } else {
      ++digests.unparsed_lines;
    }
  }
  tidy(digests);
  return digests;
}

bool is_hash(std::string_view reply) {
  constexpr std::string_view kColon = ": ";
  const auto zxid = std::min(reply.find_first_not_of(kHexDigits), reply.size());
  const auto rest = reply.substr(zxid);
  const bool is_zxid = zxid > 0 && zxid <= kMaxHex;
  if (reply.empty() || (is_zxid && kColon.starts_with(rest))) {
    return true;
  }
  if (!is_zxid || !rest.starts_with(kColon)) {
    return false;
  }
  const auto value = rest.substr(kColon.size());
  const char first = value.empty() ? '-' : value.front();
  return first == '-' || (first >= '0' && first <= '9');
}

bool is_whole_hash(std::string_view reply) { return reply.ends_with('\n'); }

}  // namespace zke
