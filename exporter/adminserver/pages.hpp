#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "fourletter/command.hpp"

namespace zke {

/// A page of the AdminServer, `GET /commands/monitor`, and the command for which it stands.
struct AdminPage {
  Command command;
  std::string_view name;
};

/// All that is ever asked of an AdminServer. Each of these only reads. Others change something by a
/// mere GET (stat_reset, connection_stat_reset, set_trace_mask, snapshot), tell passwords
/// (system_properties, initial_configuration), cost with every connection (connections) or connect
/// to other servers (zabstate: up to a second for each address). So pages are never looked up in
/// the server's own list. Older servers do not have those with a version.
constexpr auto kAdminPages = std::to_array<AdminPage>({
    {Command::kSrvr, "server_stats"},
    {Command::kMntr, "monitor"},
    {Command::kWchs, "watch_summary"},
    {Command::kConf, "configuration"},
    {Command::kConf, "voting_view"},    // 3.6
    {Command::kConf, "dirs"},           // 3.5.1
    {Command::kConf, "last_snapshot"},  // 3.5.10, 3.6
    {Command::kHash, "hash"},           // 3.6
});

/// Those that stand for `command`, in the order in which they are asked. None for kDirs,
/// whose figures come with kConf.
inline std::vector<AdminPage> admin_pages(Command command) {
  std::vector<AdminPage> pages;
  for (const auto& page : kAdminPages) {
    if (page.command == command) {
      pages.push_back(page);
    }
  }
  return pages;
}

}  // namespace zke
