#include "metrics/document.hpp"

#include <catch2/catch.hpp>

#include "support/files.hpp"

using namespace zke;

TEST_CASE("docs/metrics.md is what the catalogue says (make golden)", "[metrics]") {
  const auto document = metrics_document();

  const auto expected = test::golden("../docs/metrics.md", document);

  CHECK_THAT(test::first_difference(expected, document), Catch::Equals(""));
}
