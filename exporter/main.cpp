#include <csignal>
#include <exception>
#include <fcntl.h>
#include <functional>
#include <iostream>
#include <string>
#include <unistd.h>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "app.hpp"
#include "base/log.hpp"
#include "base/version.hpp"
#include "config/flags.hpp"

namespace {

constexpr int kFailure = 1;
constexpr int kUsage = 2;

/// Puts /dev/null in the place of closed standard streams: a socket there would get our log.
void fill_standard_streams() {
  int fd = STDIN_FILENO;
  while (fd >= 0 && fd <= STDERR_FILENO) {
    fd = open("/dev/null", O_RDWR);
  }
  if (fd > STDERR_FILENO) {
    close(fd);
  }
}

int run(zke::Settings settings) {
  zke::log::configure(settings.log_level, settings.log_format);
  boost::asio::io_context loop(1);
  zke::App app(loop, std::move(settings));
  if (const auto ports = app.start(); !ports) {
    zke::log::error(ports.error().detail());
    return kFailure;
  }
  boost::asio::signal_set signals(loop, SIGINT, SIGTERM);
  std::function<void()> wait_for_signal = [&] {
    signals.async_wait([&](auto ec, int) {
      if (!ec) {
        app.stop();
        wait_for_signal();
      }
    });
  };
  wait_for_signal();
  loop.run();
  zke::log::info("stopped");
  return 0;
}

int check(const zke::Settings& settings) {
  const auto count = [](std::size_t number, const std::string& noun) {
    return std::to_string(number) + " " + noun + (number == 1 ? "" : "s");
  };
  std::cout << "The configuration is good: " << count(settings.ensembles.size(), "ensemble") << ", "
            << count(settings.member_count(), "member") << ".\n";
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  fill_standard_streams();
  try {
    std::signal(SIGPIPE, SIG_IGN);
    auto invocation = zke::read_flags(std::vector<std::string>(argv + 1, argv + argc));
    switch (invocation.what) {
      case zke::Invocation::What::kShowHelp:
        std::cout << zke::help_text();
        return 0;
      case zke::Invocation::What::kShowVersion:
        std::cout << "zookeeper-exporter " << zke::kVersion << "\n";
        return 0;
      case zke::Invocation::What::kCheckConfig:
        return check(invocation.settings);
      case zke::Invocation::What::kRun:
        return run(std::move(invocation.settings));
    }
  } catch (const zke::ConfigError& e) {
    std::cerr << "zookeeper-exporter: " << e.what() << "\n";
    return kUsage;
  } catch (const std::exception& e) {
    std::cerr << "zookeeper-exporter: " << e.what() << "\n";
  }
  return kFailure;
}
