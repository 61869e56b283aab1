#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "base/result.hpp"
#include "judge/client_view.hpp"
#include "session/session.hpp"

namespace zke {

// The znodes of the canaries of all exporters that use one path:
//   PATH/members/HOST:PORT    set through that member, by the exporter that writes
//   PATH/writers/writer-ID-N  ephemeral, one an exporter: the lowest number writes

std::string members_path(const std::string& path);
std::string member_path(const std::string& path, const std::string& member);
std::string writers_path(const std::string& path);

/// Anybody may change them, unless we have credentials: then anybody may read, and we may change.
Access access_of(bool has_credentials);

/// Makes a znode and those above it, as far as they are missing.
boost::asio::awaitable<Outcome<std::string>> make_znode(Session& session, std::string path,
                                                        Access access,
                                                        Session::Clock::time_point deadline);

/// Removes all of them, each within `timeout`; PATH itself stays if there is something else below
/// it. How many are gone.
boost::asio::awaitable<Outcome<std::size_t>> remove_canary(Session& session, std::string path,
                                                           Session::Clock::duration timeout);

/// What the exporter that writes tells the others, in the znode of a member: how the write and the
/// watch of the round before went.
struct CanaryReport {
  std::optional<std::chrono::microseconds> write_took;
  std::optional<std::chrono::microseconds> watch_late_by;  ///< an hour: it never told
};

/// "at_ms=1700000000000 write_us=3210 late_us=0"; `at` is the Unix time of this write.
std::string encode(const CanaryReport& report, std::chrono::milliseconds at);

/// What can't be read, or can't be true, is left out.
CanaryReport parse_report(std::string_view text);

}  // namespace zke
