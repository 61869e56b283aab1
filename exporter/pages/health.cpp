#include "pages/health.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "judge/require.hpp"
#include "pages/answer.hpp"
#include "pages/ensemble_report.hpp"

namespace zke {

namespace {

namespace json = boost::json;
using Views = std::vector<SnapshotPtr>;

Response show_ensembles(const Snapshots& snapshots, const Request& request) {
  if (auto mistake = find_unknown_parameter(request, {"ensemble", "require"})) {
    return std::move(*mistake);
  }
  const auto* wanted = request.parameter("ensemble");
  const auto* level = request.parameter("require");
  const auto require = level == nullptr ? Require::kQuorum : parse_require(*level);
  if (!require) {
    return unknown_value(request, 400, "require", {"quorum", "writable", "healthy", "full"});
  }
  Views shown;
  std::vector<std::string> names;
  for (const auto& ensemble : snapshots) {
    names.push_back(ensemble->name);
    if (wanted == nullptr || *wanted == ensemble->name) {
      shown.push_back(ensemble);
    }
  }
  if (shown.empty()) {
    return unknown_value(request, 404, "ensemble", names);
  }
  bool passed = true;
  std::string text;
  json::array list;
  for (const auto& ensemble : shown) {
    passed = passed && meets(ensemble->verdict, *require);
    text += (text.empty() ? "" : "\n") + ensemble_text(*ensemble);
    list.push_back(ensemble_json(*ensemble));
  }
  const bool is_one = list.size() == 1;
  return health_response(request, passed, text, is_one ? list[0] : json::value(list));
}

}  // namespace

void add_health_page(Router& router, const Board& board) {
  router.add(
      "/health/ensemble", "the level of each ensemble, and why (?ensemble=, ?require=)",
      [&board](const Request& request) { return show_ensembles(board.snapshots(), request); });
}

}  // namespace zke
