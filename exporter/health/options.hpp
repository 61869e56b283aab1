#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "base/result.hpp"
#include "judge/probe.hpp"
#include "judge/require.hpp"

namespace zke {

/// What zk-health was asked to do.
struct HealthOptions {
  enum class Format { kText, kJson, kNagios };
  struct Server {
    std::string name;  ///< as it was given
    boost::asio::ip::tcp::endpoint endpoint;
    bool is_observer = false;  ///< where no server tells
  };

  std::optional<ProbeKind> probe;  ///< startup, liveness or readiness
  bool is_safe_to_stop = false;    ///< neither this nor `probe`: the ensemble
  std::vector<Server> servers;
  std::string member;  ///< for safe-to-stop: one of the servers
  Require require = Require::kQuorum;
  bool leader_last = false;
  bool allow_read_only = false;
  std::chrono::milliseconds timeout = std::chrono::seconds(3);
  Format format = Format::kText;
  std::string message;       ///< --help or --version: print this and stop
  std::string install_path;  ///< `install PATH`: copy the program there and stop
};

/// Reads the command line (without the program's name). The error is one line with the remedy.
Result<HealthOptions> read_health_options(const std::vector<std::string>& arguments);

}  // namespace zke
