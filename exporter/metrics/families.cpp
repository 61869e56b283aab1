#include "metrics/families.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>
#include <utility>

namespace zke {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

struct Info {
  std::string name;
  std::string help;
  MetricType type;
};

/// Every family of the catalogue by name, and the places of each row's families in that order.
struct Index {
  std::vector<Info> families;
  std::vector<std::array<std::size_t, 3>> places;  ///< by row, by Part
  std::set<std::string, std::less<>> sample_names;
};

Index make_index() {
  Index index;
  std::map<std::string, Info> sorted;
  for (const auto& row : catalogue()) {
    const std::string help(row.help);
    sorted.emplace(row.name, Info{std::string(row.name), help, row.type});
    if (row.type == MetricType::Summary) {
      for (const auto* stat : {"min", "max"}) {
        auto name = stat_name(row.name, stat);
        const auto* const which = std::string_view(stat) == "min" ? "Smallest" : "Largest";
        auto extreme = std::string(which) + " value since the server started: " + help;
        sorted.emplace(name, Info{name, std::move(extreme), MetricType::Gauge});
      }
    }
  }
  std::map<std::string_view, std::size_t> place_of;
  for (auto& [name, info] : sorted) {
    place_of.emplace(name, index.families.size());
    index.sample_names.insert({name, name + "_sum", name + "_count", name + "_bucket"});
    index.families.push_back(info);
  }
  for (const auto& row : catalogue()) {
    const auto main = place_of.at(row.name);
    const bool has_extremes = row.type == MetricType::Summary;
    index.places.push_back({main, has_extremes ? place_of.at(stat_name(row.name, "min")) : main,
                            has_extremes ? place_of.at(stat_name(row.name, "max")) : main});
  }
  return index;
}

const Index& index() {
  static const auto instance = make_index();
  return instance;
}

/// Prometheus refuses a whole page over a series that it meets twice. Labels come in one order.
std::size_t drop_doubles(std::vector<ClientMetric>& metrics) {
  if (metrics.size() < 2) {
    return 0;
  }
  const auto are_less = [](const Labels* a, const Labels* b) { return *a < *b; };
  std::set<const Labels*, decltype(are_less)> seen(are_less);
  std::vector<bool> is_double;
  is_double.reserve(metrics.size());
  for (const auto& metric : metrics) {
    is_double.push_back(!seen.insert(&metric.label).second);
  }
  if (seen.size() == metrics.size()) {
    return 0;
  }
  std::size_t kept = 0;
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    if (!is_double[i]) {
      std::swap(metrics[kept++], metrics[i]);
    }
  }
  const auto dropped = metrics.size() - kept;
  metrics.resize(kept);
  return dropped;
}

std::size_t place_of(const CatalogueRow& row, Part part) {
  const auto number = static_cast<std::size_t>(&row - catalogue().data());
  return index().places.at(number).at(static_cast<std::size_t>(part));
}

}  // namespace

Families::Families() : known_(index().families.size()) {}

ClientMetric& Families::add(const CatalogueRow& row, Part part, Labels labels) {
  auto& metric = metrics(row, part).emplace_back();
  metric.label = std::move(labels);
  return metric;
}

void Families::add(std::string_view name, double value, Labels labels) {
  const auto* row = find_row(name);
  if (row == nullptr) {
    throw std::logic_error("no catalogue row for " + std::string(name));
  }
  set_value(add(*row, Part::kMain, std::move(labels)), row->type, value);
}

std::vector<ClientMetric>& Families::metrics(const CatalogueRow& row, Part part) {
  return known_.at(place_of(row, part));
}

bool Families::add_unknown(const std::string& name, std::string help, Labels labels, double value) {
  if (index().sample_names.contains(name)) {
    return false;
  }
  auto& family = unknown_[name];
  if (family.metric.empty()) {
    family.name = name;
    family.help = std::move(help);
    family.type = MetricType::Untyped;
  }
  auto& metric = family.metric.emplace_back();
  metric.label = std::move(labels);
  set_value(metric, family.type, value);
  return true;
}

void Families::count_unparsed(std::size_t lines) { unparsed_ = unparsed_.value_or(0) + lines; }

std::vector<MetricFamily> Families::take() {
  std::size_t doubles = 0;
  for (auto& metrics : known_) {
    doubles += drop_doubles(metrics);
  }
  for (auto& [name, family] : unknown_) {
    doubles += drop_doubles(family.metric);
  }
  if (unparsed_) {
    add("zookeeper_unparsed_lines", static_cast<double>(*unparsed_ + doubles));
    unparsed_.reset();
  }
  std::vector<MetricFamily> known;
  known.reserve(known_.size() + unknown_.size());
  for (std::size_t i = 0; i < known_.size(); ++i) {
    if (!known_[i].empty()) {
      const auto& info = index().families[i];
      known.push_back({info.name, info.help, info.type, std::move(known_[i])});
      known_[i].clear();
    }
  }
  if (unknown_.empty()) {
    return known;
  }
  for (auto& [name, family] : unknown_) {
    known.push_back(std::move(family));
  }
  unknown_.clear();
  std::ranges::sort(known, {}, &MetricFamily::name);
  return known;
}

void set_value(ClientMetric& metric, MetricType type, double value) {
  switch (type) {
    case MetricType::Counter:
      metric.counter.value = value;
      break;
    case MetricType::Gauge:
      metric.gauge.value = value;
      break;
    default:
      metric.untyped.value = value;
  }
}

}  // namespace zke
