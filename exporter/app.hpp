#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "config/flags.hpp"

namespace zke {

/// The running exporter: polls, judges and serves, all on one loop. The only part that knows all
/// others.
class App {
 public:
  /// `loop` must outlive the App and be run by one thread only. Polls follow `clock`.
  App(boost::asio::io_context& loop, Invocation invocation, Clock clock = Clock());
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;
  App(App&&) = delete;
  App& operator=(App&&) = delete;

  /// Opens the ports, then begins to poll. Returns the ports; the error says which can't be opened.
  Result<std::vector<std::uint16_t>> start();

  /// Reads the configuration again, for `cause`; the log tells what came of it.
  void reload(const std::string& cause);

  /// Becomes unready at once, serves on for a moment, lets responses end and stops the loop: within
  /// 2 s, whatever a member does. A second call stops it at once.
  void stop();

 private:
  class Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace zke
