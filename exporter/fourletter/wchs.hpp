#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace zke {

/// The reply to `wchs`; a figure that can't be true is empty. Data watches only: ZooKeeper counts
/// child watches nowhere but in `zk_watch_count` (DataTree.dumpWatchesSummary asks dataWatches
/// alone, 3.4 to 3.10).
///   3 connections watching 10 paths
///   Total watches:24
struct Wchs {
  std::optional<std::int64_t> connections;
  std::optional<std::int64_t> paths;
  std::optional<std::int64_t> watches;
  int unparsed_lines = 0;
};

std::optional<Wchs> parse_wchs(std::string_view reply);

bool is_wchs(std::string_view reply);
bool is_whole_wchs(std::string_view reply);

}  // namespace zke
