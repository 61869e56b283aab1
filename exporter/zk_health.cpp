#include <cstdio>
#include <string>
#include <vector>

#include "health/checks.hpp"
#include "health/install.hpp"
#include "health/options.hpp"
#include "health/report.hpp"

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (!arguments.empty() && arguments[0] == "install") {
    if (arguments.size() != 2) {
      std::fputs("zk-health: write install PATH, the file or directory to copy it to\n", stderr);
      return static_cast<int>(zke::ExitCode::kUsage);
    }
    return zke::install_self(arguments[1]);
  }
  const auto options = zke::read_health_options(arguments);
  if (!options) {
    std::fprintf(stderr, "zk-health: %s\n", options.error().detail().c_str());
    return static_cast<int>(zke::ExitCode::kUsage);
  }
  if (!options->message.empty()) {
    std::fputs(options->message.c_str(), stdout);
    return 0;
  }
  const auto report = zke::run_check(*options);
  std::puts(zke::format_report(report, *options).c_str());
  return zke::exit_status(report, *options);
}
