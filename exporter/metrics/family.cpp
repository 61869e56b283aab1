#include "metrics/family.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

namespace zke {

namespace {

using prometheus::MetricType;

struct Index {
  std::vector<Family> families;
  std::vector<std::array<FamilyId, 3>> of_row;  ///< by Part
  std::set<std::string, std::less<>> line_names;
};

Index make_index() {
  Index index;
  std::map<std::string, Family> sorted;
  for (const auto& row : catalogue()) {
    const std::string help(row.help);
    sorted.emplace(row.name, Family{std::string(row.name), help, row.type});
    if (row.type == MetricType::Summary) {
      for (const auto& [stat, which] :
           {std::pair("min", "Smallest"), std::pair("max", "Largest")}) {
        const auto name = stat_name(row.name, stat);
        auto extreme = std::string(which) + " value since the server started: " + help;
        sorted.emplace(name, Family{name, std::move(extreme), MetricType::Gauge});
      }
    }
  }
  std::map<std::string_view, FamilyId> place;
  for (const auto& [name, family] : sorted) {
    place.emplace(name, static_cast<FamilyId>(index.families.size()));
    index.line_names.insert({name, name + "_sum", name + "_count", name + "_bucket"});
    index.families.push_back(family);
  }
  for (const auto& row : catalogue()) {
    const auto main = place.at(row.name);
    const bool has_extremes = row.type == MetricType::Summary;
    index.of_row.push_back({main, has_extremes ? place.at(stat_name(row.name, "min")) : main,
                            has_extremes ? place.at(stat_name(row.name, "max")) : main});
  }
  return index;
}

const Index& index() {
  static const auto instance = make_index();
  return instance;
}

}  // namespace

const std::vector<Family>& known_families() { return index().families; }

FamilyId family_of(RowId row, Part part) {
  return index().of_row.at(row).at(static_cast<std::size_t>(part));
}

FamilyId place_of(std::string_view name) {
  const auto& families = known_families();
  const auto found = std::ranges::lower_bound(families, name, {}, &Family::name);
  return static_cast<FamilyId>(std::ranges::distance(families.begin(), found));
}

bool is_known_name(std::string_view name) { return index().line_names.contains(name); }

}  // namespace zke
