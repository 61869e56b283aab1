#include "metrics/text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include <catch2/catch.hpp>
#include <prometheus/text_serializer.h>

#include "base/text.hpp"

using namespace zke;

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

const std::vector<double> values{0,          1,       -1,   0.1,  0.027, 2.7466, 1763800000,
                                 4294967296, 1234567, 1e21, 1e-7, 1e15,  5e-324};

std::vector<std::string> sorted_lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    lines.emplace_back(take_line(text));
  }
  std::ranges::sort(lines);
  return lines;
}

/// The value at the end of a line stands apart: the two writers may spell a number differently.
std::pair<std::string, double> take_apart(const std::string& line) {
  if (line.starts_with('#')) {
    return {line, 0};
  }
  const auto space = line.rfind(' ');
  return {line.substr(0, space), std::strtod(line.c_str() + space, nullptr)};
}

void check_same(const MetricFamily& family) {
  std::string ours;
  append_header(ours, family.name, family.help, family.type);
  append_samples(ours, family, {});
  const auto our_lines = sorted_lines(ours);
  const auto their_lines = sorted_lines(prometheus::TextSerializer().Serialize({family}));

  REQUIRE(our_lines.size() == their_lines.size());
  for (std::size_t i = 0; i < our_lines.size(); ++i) {
    const auto [our_name, our_value] = take_apart(our_lines[i]);
    const auto [their_name, their_value] = take_apart(their_lines[i]);
    CHECK(our_name == their_name);
    CHECK((our_value == their_value || (std::isnan(our_value) && std::isnan(their_value))));
  }
}

std::vector<ClientMetric::Label> hostile_labels(double value) {
  return {{"plain", "a"},    {"quotes", "say \"hi\""},     {"slash", "c:\\d\\"},
          {"lines", "a\nb"}, {"more", "{}=, caf\xC3\xA9"}, {"value", std::to_string(value)}};
}

template <class Fill>
MetricFamily family_of(MetricType type, Fill fill) {
  MetricFamily family{"zookeeper_example", "An example.", type, {}};
  for (const double value : values) {
    auto& metric = family.metric.emplace_back();
    metric.label = hostile_labels(value);
    fill(metric, value);
  }
  return family;
}

}  // namespace

TEST_CASE("families are written as prometheus-cpp writes them", "[metrics]") {
  check_same(family_of(MetricType::Counter, [](auto& m, double v) { m.counter.value = v; }));
  check_same(family_of(MetricType::Gauge, [](auto& m, double v) { m.gauge.value = v; }));
  check_same(family_of(MetricType::Untyped, [](auto& m, double v) { m.untyped.value = v; }));
  check_same(family_of(MetricType::Summary, [](auto& m, double v) {
    m.summary = {42, v, {{0.5, v}, {0.999, v + 1}}};
  }));
  check_same(family_of(MetricType::Histogram, [](auto& m, double v) {
    const auto infinity = std::numeric_limits<double>::infinity();
    m.histogram = {42, v, {{3, 0.005}, {7, 10}, {42, infinity}}};
  }));
}

TEST_CASE("a metric without labels has no braces", "[metrics]") {
  MetricFamily family{"zookeeper_example", "An example.", MetricType::Gauge, {}};
  family.metric.emplace_back().gauge.value = 7;
  check_same(family);

  std::string text;
  append_samples(text, family, {});
  CHECK(text == "zookeeper_example 7\n");
}

TEST_CASE("common labels come first on every line", "[metrics]") {
  MetricFamily family{"zookeeper_example", "An example.", MetricType::Summary, {}};
  auto& metric = family.metric.emplace_back();
  metric.label = {{"namespace", "app"}};
  metric.summary = {2, 0.5, {{0.5, 0.25}}};

  std::string text;
  append_samples(text, family, R"(ensemble="e",member="m:1")");

  CHECK(text ==
        R"(zookeeper_example{ensemble="e",member="m:1",namespace="app",quantile="0.5"} 0.25)"
        "\n"
        R"(zookeeper_example_sum{ensemble="e",member="m:1",namespace="app"} 0.5)"
        "\n"
        R"(zookeeper_example_count{ensemble="e",member="m:1",namespace="app"} 2)"
        "\n");
}

TEST_CASE("infinities and NaN are written in Prometheus' words", "[metrics]") {
  MetricFamily family{"x", "X.", MetricType::Gauge, {}};
  for (const double value :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
        -std::numeric_limits<double>::infinity()}) {
    family.metric.emplace_back().gauge.value = value;
  }

  std::string text;
  append_samples(text, family, {});

  CHECK(text == "x NaN\nx +Inf\nx -Inf\n");
}

TEST_CASE("a help cannot begin a new line", "[metrics]") {
  std::string text;
  append_header(text, "x", "One \"line\"\\\nup 1", MetricType::Untyped);

  CHECK(text == "# HELP x One \"line\"\\\\\\nup 1\n# TYPE x untyped\n");
}

TEST_CASE("a label value is escaped", "[metrics]") {
  std::string text;
  append_label(text, "a", "q\"uo\\te\n{}");

  CHECK(text == "a=\"q\\\"uo\\\\te\\n{}\"");
}
