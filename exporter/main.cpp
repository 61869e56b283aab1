#include <algorithm>
#include <csignal>
#include <cstring>
#include <exception>
#include <functional>
#include <string>
#include <unistd.h>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "app.hpp"
#include "base/log.hpp"
#include "base/signals.hpp"
#include "base/streams.hpp"
#include "base/task_group.hpp"
#include "base/text.hpp"
#include "base/version.hpp"
#include "config/against.hpp"
#include "config/flags.hpp"
#include "net/resolver.hpp"
#include "poll/canary_cleanup.hpp"

namespace {

constexpr int kFailure = 1;
constexpr int kUsage = 2;
constexpr std::size_t kMaxShown = 500;

int say(const std::string& text) {
  return zke::write_all(STDOUT_FILENO, text) ? 0 : kFailure;  // unheard is not done
}

void complain(const std::string& text) {
  zke::write_all(STDERR_FILENO, "zookeeper-exporter: " + text + "\n");
}

int run(zke::Invocation invocation) {
  const auto& settings = invocation.config.settings;
  zke::log::configure(settings.log_level, settings.log_format);
  boost::asio::io_context loop(1);
  zke::App app(loop, std::move(invocation));
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
  boost::asio::signal_set others(loop, SIGHUP, SIGUSR1, SIGUSR2);
  std::function<void()> wait_for_others = [&] {
    others.async_wait([&](auto ec, int number) {
      if (ec) {
        return;
      }
      const auto name = std::string("SIG") + sigabbrev_np(number);
      if (number == SIGHUP) {
        app.reload(name);
      } else {
        zke::log::warn("signal ignored: SIGHUP reads the configuration again", {{"signal", name}});
      }
      wait_for_others();
    });
  };
  wait_for_others();
  loop.run();
  // Asio gives signals back when nobody waits for them any more; then one that comes late would end
  // the process as if it had failed.
  zke::hold_signals();
  zke::log::info("stopped");
  return 0;
}

int check(const zke::Invocation& invocation) {
  const auto& settings = invocation.config.settings;
  const auto count = [](std::size_t number, const std::string& noun) {
    return std::to_string(number) + " " + noun + (number == 1 ? "" : "s");
  };
  const int said =
      say("The configuration is good: " + count(settings.ensembles.size(), "ensemble") + ", " +
          count(settings.member_count(), "member") + ".\n");
  if (said != 0 || !invocation.against) {
    return said;
  }
  const auto comparison = zke::compare_with_running(*invocation.against, settings);
  if (!comparison) {
    complain(comparison.error().detail());
    return kFailure;
  }
  return say(*comparison);
}

/// One line an ensemble: of those that fail, on stderr. Stops the loop.
boost::asio::awaitable<void> clean_up(boost::asio::io_context& loop, zke::Resolver& resolver,
                                      std::vector<zke::EnsembleSettings> ensembles, int& code) {
  for (const auto& ensemble : ensembles) {
    const auto removed = co_await zke::clean_up_canary(loop.get_executor(), resolver, ensemble);
    const auto where = ensemble.name + ": " + ensemble.canary.path;
    if (!removed) {
      complain(where + " could not be removed: " + removed.error().detail());
      code = kFailure;
    } else if (say(where + ": " + std::to_string(*removed) + " znodes removed.\n") != 0) {
      code = kFailure;
    }
  }
  loop.stop();
}

int clean_up(const zke::Invocation& invocation) {
  boost::asio::io_context loop(1);
  zke::Resolver resolver(loop.get_executor());
  zke::TaskGroup tasks(loop.get_executor());
  int code = 0;
  tasks.spawn("cleanup", clean_up(loop, resolver, invocation.config.settings.ensembles, code));
  loop.run();
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  zke::fill_standard_streams();
  for (const int number : {SIGPIPE, SIGHUP, SIGUSR1, SIGUSR2}) {
    std::signal(number, SIG_IGN);
  }
  try {
    auto invocation =
        zke::read_flags(std::vector<std::string>(argv + std::min(argc, 1), argv + argc));
    switch (invocation.what) {
      case zke::Invocation::What::kShowHelp:
        return say(zke::help_text());
      case zke::Invocation::What::kShowVersion:
        return say(std::string("zookeeper-exporter ") + zke::kVersion + "\n");
      case zke::Invocation::What::kCheckConfig:
        return check(invocation);
      case zke::Invocation::What::kCleanUpCanary:
        return clean_up(invocation);
      case zke::Invocation::What::kRun:
        return run(std::move(invocation));
    }
  } catch (const zke::ConfigError& e) {
    complain(e.what());
    return kUsage;
  } catch (const std::exception& e) {
    complain(zke::printable(e.what(), kMaxShown));
  }
  return kFailure;
}
