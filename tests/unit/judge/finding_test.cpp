#include "judge/finding.hpp"

#include <catch2/catch.hpp>

#include "base/text.hpp"
#include "support/files.hpp"

using namespace zke;
using namespace zke::test;

namespace {

using Rows = std::vector<std::string>;

/// "voter_down: by the count" of each row of the table under "Findings".
Rows documented() {
  const auto page = read_file("../docs/health.md");
  const auto begin = page.find("## Findings");
  std::string_view section =
      std::string_view(page).substr(begin, page.find("\n## ", begin) - begin);
  Rows rows;
  while (!section.empty()) {
    auto line = take_until(section, '\n');
    if (line.starts_with("| `")) {
      line.remove_prefix(3);
      const auto code = take_until(line, '`');
      take_until(line, '|');
      auto level = take_until(line, '|');
      const bool is_level = level.starts_with(" `");
      level.remove_prefix(is_level ? 2 : 1);
      rows.push_back(std::string(code) + ": " +
                     std::string(is_level ? take_until(level, '`') : level.substr(0, 12)));
    }
  }
  return rows;
}

}  // namespace

TEST_CASE("docs/health.md lists the findings and the levels that they give", "[judge]") {
  Rows rows;
  for (const auto& row : kFindings) {
    rows.push_back(std::string(row.name) + ": " +
                   (row.level ? std::string(to_string(*row.level)) : "by the count"));
  }

  CHECK(rows == documented());
}
