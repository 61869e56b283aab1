#pragma once

#include <chrono>
#include <string>

namespace zke {

/// What a session of ours with each member tries as a client would.
enum class CanaryLevel {
  kOff,
  kRead,   ///< exists and sync: nothing is written
  kWrite,  ///< … and a znode of each member is set and read, and a watch on it waited for
};

struct CanarySettings {
  CanaryLevel level = CanaryLevel::kOff;
  std::string path = "/zookeeper-exporter";
  std::chrono::milliseconds interval = std::chrono::seconds(10);  ///< of each member
  std::chrono::milliseconds timeout = std::chrono::seconds(5);    ///< of each operation
  std::string auth_file = {};
  std::string auth = {};  ///< what was in it: `user:password`

  bool operator==(const CanarySettings&) const = default;
};

}  // namespace zke
