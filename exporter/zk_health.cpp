#include <algorithm>
#include <csignal>
#include <string>
#include <unistd.h>
#include <vector>

#include "base/streams.hpp"
#include "health/checks.hpp"
#include "health/install.hpp"
#include "health/options.hpp"
#include "health/report.hpp"
#include "health/watchdog.hpp"
#include "net/openssl.hpp"

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int kUsage = static_cast<int>(zke::ExitCode::kUsage);
constexpr int kUnknown = static_cast<int>(zke::ExitCode::kUnknown);

void complain(const std::string& text) {
  zke::write_all(STDERR_FILENO, "zk-health: " + text + "\n");
}

int install(const std::string& path) {
  const auto failure = zke::install_self(path);
  if (!failure.empty()) {
    complain(failure);
    return kUsage;
  }
  return 0;
}

int check(const zke::HealthOptions& options) {
  constexpr milliseconds kPatience(100);  // for who reads the answer, whenever it comes
  constexpr milliseconds kGrace(500);
  const auto deadline = steady_clock::now() + options.timeout;
  const int failure = zke::own_failure_status(options);
  zke::limit_run_time(options.timeout + kGrace, failure);
  const auto report = zke::run_check(options);
  if (!report) {
    complain(report.error().detail());
    return options.format == zke::HealthOptions::Format::kNagios ? failure : kUsage;
  }
  const auto line = zke::format_report(*report, options) + "\n";
  if (!zke::write_all(STDOUT_FILENO, line, std::max(deadline, steady_clock::now() + kPatience))) {
    complain("the answer can't be written to stdout");
    return failure;
  }
  return zke::exit_status(*report, options);
}

}  // namespace

int main(int argc, char** argv) {
  zke::fill_standard_streams();
  std::signal(SIGPIPE, SIG_IGN);
  zke::ignore_openssl_configuration();
  const auto options =
      zke::read_health_options(std::vector<std::string>(argv + std::min(argc, 1), argv + argc));
  if (!options) {
    complain(options.error().detail());
    return kUsage;
  }
  if (!options->message.empty()) {
    return zke::write_all(STDOUT_FILENO, options->message) ? 0 : kUnknown;
  }
  return options->install_path.empty() ? check(*options) : install(options->install_path);
}
