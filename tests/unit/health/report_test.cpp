#include "health/report.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "support/situation.hpp"

using namespace zke;
using namespace zke::test;

namespace {

using Format = HealthOptions::Format;
constexpr auto kFormats = std::to_array<Format>({Format::kText, Format::kJson, Format::kNagios});

HealthOptions in(Format format) {
  HealthOptions options;
  options.format = format;
  return options;
}

HealthReport ready() {
  HealthReport report;
  report.passed = true;
  report.exit_code = ExitCode::kHealthy;
  report.verdict = "ready";
  report.reason = "serving";
  report.text = "127.0.0.1:2181 serves as follower";
  report.took = std::chrono::microseconds(2345);
  return report;
}

HealthReport failed(ExitCode code) {
  auto report = ready();
  report.passed = false;
  report.exit_code = code;
  report.verdict = "not_ready";
  return report;
}

HealthReport about(const EnsembleVerdict& verdict) {
  auto report = ready();
  report.verdict = to_string(verdict.level);
  report.text = verdict.summary;
  report.ensemble = verdict;
  return report;
}

/// 31 members of which 30 are down, with names as long as they get.
EnsembleVerdict long_names() {
  std::string members = "1N";
  for (int id = 2; id <= 31; ++id) {
    members += " " + std::to_string(id) + "-";
  }
  Watch watch;
  auto view = Round("", members).view(watch.now);
  for (auto& member : view.members) {
    member.name = std::string(253, 'z') + member.name;
  }
  return judge_ensemble(view, watch.memory, watch.now, watch.max_age);
}

void check_line(const std::string& line) {
  CAPTURE(line);
  CHECK(line.size() < 1024);
  CHECK(line.find('\n') == std::string::npos);
}

}  // namespace

TEST_CASE("text says the verdict, why, and how long it took", "[health]") {
  CHECK(format_report(ready(), in(Format::kText)) ==
        "ready: 127.0.0.1:2181 serves as follower (2.3 ms)");

  auto report = ready();
  report.is_warning = true;
  CHECK(format_report(report, in(Format::kText)) ==
        "ready (warning): 127.0.0.1:2181 serves as follower (2.3 ms)");
}

TEST_CASE("JSON has the same for machines", "[health]") {
  Watch watch;
  watch.see(Round("1 2 3", "1L 2F 3-"));

  const auto probe = boost::json::parse(format_report(ready(), in(Format::kJson))).as_object();
  CHECK(probe.at("passed").as_bool());
  CHECK_FALSE(probe.at("warning").as_bool());
  CHECK(probe.at("verdict").as_string() == "ready");
  CHECK(probe.at("reason").as_string() == "serving");
  CHECK(probe.at("text").as_string() == "127.0.0.1:2181 serves as follower");
  CHECK(probe.at("exit_code").as_int64() == 0);
  CHECK(probe.at("seconds").as_double() == Approx(0.002345));
  CHECK_FALSE(probe.contains("level"));

  const auto ensemble =
      boost::json::parse(format_report(about(watch.verdict), in(Format::kJson))).as_object();
  CHECK(ensemble.at("level").as_string() == "at_risk");
  CHECK(ensemble.at("voters").to_number<int>() == 3);
  CHECK(ensemble.at("voters_serving").to_number<int>() == 2);
  CHECK(ensemble.at("failures_tolerated").as_int64() == 0);
}

TEST_CASE("Nagios gets its status word and perfdata", "[health]") {
  CHECK(format_report(ready(), in(Format::kNagios)) ==
        "ZOOKEEPER OK - 127.0.0.1:2181 serves as follower | time=0.002345s");

  Watch watch;
  watch.see(Round("1 2 3", "1N 2- 3-"));
  auto report = about(watch.verdict);
  report.passed = false;
  report.exit_code = ExitCode::kUnhealthy;
  const auto line = format_report(report, in(Format::kNagios));
  CHECK(line.starts_with("ZOOKEEPER CRITICAL - No quorum: none of the 3 voters serves"));
  CHECK(line.ends_with(" | time=0.002345s voters=3 voters_serving=0 failures_tolerated=-2"));
}

TEST_CASE("nothing but the perfdata comes after a bar", "[health]") {
  auto report = ready();
  report.text = "a|b | c=1";

  CHECK(format_report(report, in(Format::kNagios)) == "ZOOKEEPER OK - a/b / c=1 | time=0.002345s");
}

TEST_CASE("a report is one line of less than 1 KiB, whatever happened", "[health]") {
  auto strange = ready();
  for (const auto* text :
       {"\"\\\"\\", "line\nline\r\n\t", "\xC3\xA4\xE2\x82\xAC", "\xFF\xFE", "|"}) {
    strange.text.clear();
    while (strange.text.size() < 5000) {
      strange.text += text;
    }
    strange.text = strange.text.substr(0, 300) + strange.text;
    for (const auto format : kFormats) {
      check_line(format_report(strange, in(format)));
    }
  }
  for (const auto format : kFormats) {
    check_line(format_report(about(long_names()), in(format)));
  }
}

TEST_CASE("the exit status is the verdict's, or Nagios' own", "[health]") {
  auto warning = ready();
  warning.is_warning = true;

  CHECK(exit_status(ready(), in(Format::kText)) == 0);
  CHECK(exit_status(warning, in(Format::kJson)) == 0);
  CHECK(exit_status(ready(), in(Format::kNagios)) == 0);
  CHECK(exit_status(warning, in(Format::kNagios)) == 1);
  for (const auto code : {ExitCode::kNoConnection, ExitCode::kProtocol, ExitCode::kUnhealthy,
                          ExitCode::kCommandRefused, ExitCode::kUnknown}) {
    const auto report = failed(code);
    CHECK(exit_status(report, in(Format::kText)) == static_cast<int>(code));
    CHECK(exit_status(report, in(Format::kJson)) == static_cast<int>(code));
    CHECK(exit_status(report, in(Format::kNagios)) == (code == ExitCode::kUnknown ? 3 : 2));
  }
}
