#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "fourletter/srvr.hpp"

namespace zke {

/// What one poll shows of which server it was that answered.
struct IdentityMarks {
  std::chrono::steady_clock::time_point clock;
  std::optional<Mode> srvr_mode;
  std::optional<Mode> mntr_mode;
  std::optional<Zxid> zxid;
  std::optional<std::int64_t> server_id;  ///< of a `conf` of this poll
  std::optional<std::chrono::steady_clock::duration> uptime;
  std::chrono::steady_clock::duration took{};
  bool is_moved = false;          ///< another address of the name answered than last time
  bool is_other_address = false;  ///< … and the last one still is an address of the name
};

/// Notices that one address leads to several servers (a load balancer, a name for several of them):
/// what no restart, election or failover of one server shows keeps coming back. Not for what comes
/// once: a repeated sign within a few polls counts, and it counts until there was none for 10
/// minutes and 10 polls.
class Identity {
 public:
  /// Whether the address leads to several servers, as far as the polls up to this one show.
  bool judge(const IdentityMarks& marks);

  bool is_several() const { return is_several_; }

  /// Whether the last poll gave a sign: `conf` should be asked again, it tells the id.
  bool is_doubtful() const { return is_doubtful_; }

 private:
  bool is_strong_sign(const IdentityMarks& marks) const;
  bool is_weak_sign(const IdentityMarks& marks) const;

  std::optional<IdentityMarks> last_;
  std::optional<std::int64_t> server_id_;  ///< the last that was told
  std::optional<std::int64_t> other_id_;   ///< … by another address of the name
  std::uint32_t strong_ = 0;               ///< signs of the last polls, newest in the lowest bit
  std::uint32_t weak_ = 0;
  bool is_doubtful_ = false;
  bool is_several_ = false;
  int polls_since_sign_ = 0;
  std::chrono::steady_clock::time_point sign_;
};

}  // namespace zke
