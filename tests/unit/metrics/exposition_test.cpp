#include "metrics/exposition.hpp"

#include <set>

#include <catch2/catch.hpp>

#include "base/text.hpp"
#include "metrics/member_families.hpp"
#include "support/captures.hpp"

using namespace zke;
using namespace zke::test;

namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

MetricFamily gauge(const std::string& name, double value) {
  MetricFamily family{name, "About " + name + ".", MetricType::Gauge, {}};
  family.metric.emplace_back().gauge.value = value;
  return family;
}

std::vector<prometheus::ClientMetric::Label> member(const std::string& name) {
  return {{"member", name}};
}

}  // namespace

TEST_CASE("the pieces of all sources are joined family by family", "[metrics]") {
  Exposition exposition;
  exposition.put("two", {gauge("b", 2), gauge("c", 22)}, member("two"));
  exposition.put("one", {gauge("a", 11), gauge("b", 1)}, member("one"));

  CHECK(exposition.text({}) ==
        "# HELP a About a.\n# TYPE a gauge\na{member=\"one\"} 11\n"
        "# HELP b About b.\n# TYPE b gauge\nb{member=\"one\"} 1\nb{member=\"two\"} 2\n"
        "# HELP c About c.\n# TYPE c gauge\nc{member=\"two\"} 22\n");
}

TEST_CASE("a source replaces all that it said", "[metrics]") {
  Exposition exposition;
  exposition.put("one", {gauge("a", 1), gauge("b", 1)}, {});
  exposition.put("one", {gauge("b", 2), gauge("c", 2)}, {});

  CHECK(exposition.text({}) ==
        "# HELP b About b.\n# TYPE b gauge\nb 2\n# HELP c About c.\n# TYPE c gauge\nc 2\n");
}

TEST_CASE("a source that says nothing any more leaves nothing", "[metrics]") {
  Exposition exposition;
  exposition.put("one", {gauge("a", 1)}, {});
  exposition.put("one", {}, {});

  CHECK(exposition.text({}).empty());
}

TEST_CASE("a family that comes back comes back whole", "[metrics]") {
  Exposition exposition;
  exposition.put("one", {gauge("a", 1), gauge("b", 1)}, {});
  exposition.put("one", {gauge("b", 2)}, {});
  exposition.put("one", {gauge("a", 3), gauge("b", 3)}, {});

  CHECK(exposition.text({}) ==
        "# HELP a About a.\n# TYPE a gauge\na 3\n# HELP b About b.\n# TYPE b gauge\nb 3\n");
}

TEST_CASE("the extra families stand in their place among the others", "[metrics]") {
  Exposition exposition;
  exposition.put("one", {gauge("b", 1), gauge("d", 1)}, {});

  CHECK(exposition.text({gauge("a", 0), gauge("c", 0), gauge("e", 0)}) ==
        "# HELP a About a.\n# TYPE a gauge\na 0\n# HELP b About b.\n# TYPE b gauge\nb 1\n"
        "# HELP c About c.\n# TYPE c gauge\nc 0\n# HELP d About d.\n# TYPE d gauge\nd 1\n"
        "# HELP e About e.\n# TYPE e gauge\ne 0\n");
}

TEST_CASE("an empty exposition has the extra families alone", "[metrics]") {
  CHECK(Exposition().text({}).empty());
  CHECK(Exposition().text({gauge("a", 0)}) == "# HELP a About a.\n# TYPE a gauge\na 0\n");
}

TEST_CASE("names that servers make up do not pile up", "[metrics]") {
  Exposition exposition;
  exposition.put("stays", {gauge("stays", 1)}, {});
  for (int i = 0; i < 5000; ++i) {
    exposition.put("one", {gauge("made_up_" + std::to_string(i), 1)}, {});
  }

  CHECK(exposition.text({}) ==
        "# HELP made_up_4999 About made_up_4999.\n# TYPE made_up_4999 gauge\nmade_up_4999 1\n"
        "# HELP stays About stays.\n# TYPE stays gauge\nstays 1\n");
}

TEST_CASE("the page of many members has every family in one sorted piece, no series twice",
          "[metrics]") {
  Exposition exposition;
  for (const auto& capture : captures()) {
    MemberMemory memory;
    exposition.put(capture, member_families(memory.judge(captured_record(capture))),
                   {{"ensemble", "e"}, {"member", capture}});
  }
  const auto page = exposition.text({});

  std::string last_family;
  std::set<std::string, std::less<>> series;
  std::string_view rest = page;
  while (!rest.empty()) {
    const auto line = take_line(rest);
    if (line.starts_with("# HELP ")) {
      const auto name = std::string(split(line, ' ')[2]);
      CHECK(name > last_family);
      last_family = name;
    } else if (!line.starts_with('#')) {
      CHECK(line.starts_with(last_family));
      CHECK(series.emplace(line.substr(0, line.rfind(' '))).second);
    }
  }
  CHECK(series.size() > 10000);
}
