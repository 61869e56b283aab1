#include "metrics/exposition.hpp"

#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "base/text.hpp"
#include "metrics/member_text.hpp"
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

/// What a source says: gauges, and their values.
using Gauges = std::map<std::string, double>;

/// Gives `exposition` what `source` says; common labels name the source, if it is a member.
void put(Exposition& exposition, const std::string& source, const Gauges& gauges,
         bool is_member = false) {
  std::vector<Family> families;
  for (const auto& [name, value] : gauges) {
    families.push_back({name, "About " + name + ".", MetricType::Gauge});
  }
  const auto write = [&](FamilyText& to) {
    for (const auto& family : families) {
      to.open(family);
      to.add(gauges.at(family.name));
    }
  };
  if (is_member) {
    exposition.put(source, {{"member", source}}, write);
  } else {
    exposition.put(source, {}, write);
  }
}

}  // namespace

TEST_CASE("the pieces of all sources are joined family by family", "[metrics]") {
  Exposition exposition;
  put(exposition, "two", {{"b", 2}, {"c", 22}}, true);
  put(exposition, "one", {{"a", 11}, {"b", 1}}, true);

  CHECK(exposition.text({}) ==
        "# HELP a About a.\n# TYPE a gauge\na{member=\"one\"} 11\n"
        "# HELP b About b.\n# TYPE b gauge\nb{member=\"one\"} 1\nb{member=\"two\"} 2\n"
        "# HELP c About c.\n# TYPE c gauge\nc{member=\"two\"} 22\n");
}

TEST_CASE("a source replaces all that it said", "[metrics]") {
  Exposition exposition;
  put(exposition, "one", {{"a", 1}, {"b", 1}});
  put(exposition, "one", {{"b", 2}, {"c", 2}});

  CHECK(exposition.text({}) ==
        "# HELP b About b.\n# TYPE b gauge\nb 2\n# HELP c About c.\n# TYPE c gauge\nc 2\n");
}

TEST_CASE("a source that says nothing any more leaves nothing", "[metrics]") {
  Exposition exposition;
  put(exposition, "one", {{"a", 1}});
  put(exposition, "one", {});

  CHECK(exposition.text({}).empty());
}

TEST_CASE("a family that comes back comes back whole", "[metrics]") {
  Exposition exposition;
  put(exposition, "one", {{"a", 1}, {"b", 1}});
  put(exposition, "one", {{"b", 2}});
  put(exposition, "one", {{"a", 3}, {"b", 3}});

  CHECK(exposition.text({}) ==
        "# HELP a About a.\n# TYPE a gauge\na 3\n# HELP b About b.\n# TYPE b gauge\nb 3\n");
}

TEST_CASE("the extra families stand in their place among the others", "[metrics]") {
  Exposition exposition;
  put(exposition, "one", {{"b", 1}, {"d", 1}});

  CHECK(exposition.text({gauge("a", 0), gauge("c", 0), gauge("e", 0)}) ==
        "# HELP a About a.\n# TYPE a gauge\na 0\n# HELP b About b.\n# TYPE b gauge\nb 1\n"
        "# HELP c About c.\n# TYPE c gauge\nc 0\n# HELP d About d.\n# TYPE d gauge\nd 1\n"
        "# HELP e About e.\n# TYPE e gauge\ne 0\n");
}

TEST_CASE("an empty exposition has the extra families alone", "[metrics]") {
  CHECK(Exposition().text({}).empty());
  CHECK(Exposition().text({gauge("a", 0)}) == "# HELP a About a.\n# TYPE a gauge\na 0\n");
}

TEST_CASE("of a source that is gone nothing is left, and no header that it alone had",
          "[metrics]") {
  Exposition exposition;
  put(exposition, "one", {{"a", 1}, {"b", 1}});
  put(exposition, "two", {{"b", 2}});
  exposition.erase("one");

  CHECK(exposition.text({}) == "# HELP b About b.\n# TYPE b gauge\nb 2\n");

  exposition.erase("one");
  exposition.erase("two");
  CHECK(exposition.text({}).empty());
}

TEST_CASE("a source that comes back is there again", "[metrics]") {
  Exposition exposition;
  put(exposition, "one", {{"a", 1}});
  exposition.erase("one");
  put(exposition, "one", {{"a", 2}});

  CHECK(exposition.text({}) == "# HELP a About a.\n# TYPE a gauge\na 2\n");
}

TEST_CASE("names that servers make up do not pile up", "[metrics]") {
  Exposition exposition;
  put(exposition, "stays", {{"stays", 1}});
  for (int i = 0; i < 5000; ++i) {
    put(exposition, "one", {{"made_up_" + std::to_string(i), 1}});
  }

  CHECK(exposition.text({}) ==
        "# HELP made_up_4999 About made_up_4999.\n# TYPE made_up_4999 gauge\nmade_up_4999 1\n"
        "# HELP stays About stays.\n# TYPE stays gauge\nstays 1\n");
}

TEST_CASE("the page of many members has every family in one sorted piece, no series twice",
          "[metrics]") {
  Exposition exposition;
  MemberText text;
  for (const auto& capture : captures()) {
    MemberMemory memory;
    const auto sample = memory.judge(captured_record(capture));
    exposition.put(capture, {{"ensemble", "e"}, {"member", capture}},
                   [&](FamilyText& to) { text.write(sample, to); });
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
