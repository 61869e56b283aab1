#include "health/report.hpp"

#include <array>
#include <cstdio>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/text.hpp"

namespace zke {

namespace {

constexpr std::size_t kMaxText = 600;      // of a line of 1 KiB
constexpr std::size_t kMaxJsonText = 350;  // may need two bytes for one

enum Nagios { kOk = 0, kWarning = 1, kCritical = 2, kUnknown = 3 };

Nagios nagios_status(const HealthReport& report) {
  if (report.passed) {
    return report.is_warning ? kWarning : kOk;
  }
  return report.exit_code == ExitCode::kUnknown ? kUnknown : kCritical;
}

std::string seconds_text(std::chrono::duration<double> time, const char* format) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), format, time.count());
  return text.data();
}

std::string nagios_line(const HealthReport& report, const std::string& text) {
  constexpr std::array<const char*, 4> kWords{"OK", "WARNING", "CRITICAL", "UNKNOWN"};
  auto shown = text;
  std::replace(shown.begin(), shown.end(), '|', '/');  // starts the perfdata
  auto line = std::string("ZOOKEEPER ") + kWords.at(nagios_status(report)) + " - " + shown +
              " | time=" + seconds_text(report.took, "%.6f") + "s";
  if (report.ensemble) {
    line += " voters=" + std::to_string(report.ensemble->voters) +
            " voters_serving=" + std::to_string(report.ensemble->voters_serving) +
            " failures_tolerated=" + std::to_string(report.ensemble->failures_tolerated);
  }
  return line;
}

std::string json_line(const HealthReport& report, const std::string& text) {
  boost::json::object object{{"passed", report.passed},
                             {"warning", report.is_warning},
                             {"verdict", report.verdict},
                             {"reason", report.reason},
                             {"text", text},
                             {"seconds", report.took.count()},
                             {"exit_code", static_cast<int>(report.exit_code)}};
  if (report.ensemble) {
    object["level"] = to_string(report.ensemble->level);
    object["voters"] = report.ensemble->voters;
    object["voters_serving"] = report.ensemble->voters_serving;
    object["failures_tolerated"] = report.ensemble->failures_tolerated;
  }
  return boost::json::serialize(object);
}

}  // namespace

std::string format_report(const HealthReport& report, const HealthOptions& options) {
  const bool is_json = options.format == HealthOptions::Format::kJson;
  const auto text = printable(report.text, is_json ? kMaxJsonText : kMaxText);
  switch (options.format) {
    case HealthOptions::Format::kJson:
      return json_line(report, text);
    case HealthOptions::Format::kNagios:
      return nagios_line(report, text);
    case HealthOptions::Format::kText:
      break;
  }
  return report.verdict + (report.is_warning ? " (warning)" : "") + ": " + text + " (" +
         seconds_text(report.took * 1000, "%.1f") + " ms)";
}

int exit_status(const HealthReport& report, const HealthOptions& options) {
  if (options.format == HealthOptions::Format::kNagios) {
    return nagios_status(report);
  }
  return static_cast<int>(report.exit_code);
}

int own_failure_status(const HealthOptions& options) {
  return exit_status(HealthReport(), options);
}

}  // namespace zke
