#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "base/result.hpp"
#include "judge/probe.hpp"
#include "judge/require.hpp"
#include "net/tls_settings.hpp"

namespace zke {

/// What zk-health was asked to do.
struct HealthOptions {
  enum class Format { kText, kJson, kNagios };
  struct Server {
    std::string name;  ///< as it was given
    std::string host;  ///< of it: whom the server's certificate must name
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
  std::optional<TlsSettings> tls;  ///< speaks TLS to all servers; empty: plain TCP
  std::string message;             ///< --help or --version: print this and stop
  std::string install_path;        ///< `install PATH`: copy the program there and stop
};

/// Reads the command line (without the program's name), but none of the files that it names. The
/// error is one line with the remedy.
Result<HealthOptions> read_health_options(const std::vector<std::string>& arguments);

}  // namespace zke
