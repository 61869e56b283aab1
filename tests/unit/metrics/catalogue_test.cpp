#include "metrics/catalogue.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "base/text.hpp"
#include "metrics/mntr_names.hpp"
#include "metrics/self_metrics.hpp"
#include "support/families.hpp"

using namespace zke;
using namespace zke::test;

namespace {

using prometheus::MetricType;

bool is_name(std::string_view name) {
  return !name.empty() &&
         std::ranges::all_of(
             name,
             [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; }) &&
         name.find("__") == std::string_view::npos && !name.ends_with('_');
}

/// Whether `word` is one of the parts between the name's underscores.
bool has_part(std::string_view name, std::string_view word) {
  const auto parts = split(name, '_');
  return std::ranges::find(parts, word) != parts.end();
}

}  // namespace

TEST_CASE("every catalogue row follows the Prometheus naming rules", "[metrics]") {
  for (const auto& row : catalogue()) {
    CAPTURE(row.name);
    const bool is_process = row.source == Source::kExporter && row.name.starts_with("process_");
    CHECK(is_name(row.name));
    CHECK((row.name.starts_with("zookeeper_") || is_process));
    CHECK(row.name.ends_with("_total") == (row.type == MetricType::Counter));
    for (const auto* unit : {"ms", "millis", "milliseconds", "minutes", "kb", "kilobytes"}) {
      CHECK_FALSE(has_part(row.name, unit));
    }
    for (const auto* type : {"counter", "gauge", "summary", "histogram", "untyped"}) {
      CHECK_FALSE(has_part(row.name, type));
    }
    for (const auto* reserved : {"_count", "_sum", "_bucket", "_created"}) {
      if (row.name != "zookeeper_exporter_build_created") {
        CHECK_FALSE(row.name.ends_with(reserved));
      }
    }
  }
}

TEST_CASE("every time is in seconds and every size in bytes", "[metrics]") {
  for (const auto& row : catalogue()) {
    CAPTURE(row.name);
    CHECK((row.divisor == 1 || row.divisor == 1000));
    if (row.divisor == 1000) {
      CHECK(has_part(row.name, "seconds"));
    }
    if (row.name.ends_with("_size")) {  // of a queue or a batch, or the quorum
      CHECK((has_part(row.name, "queue") || has_part(row.name, "batch") ||
             has_part(row.name, "quorum")));
    }
  }
}

TEST_CASE("every help is one sentence on one line", "[metrics]") {
  for (const auto& row : catalogue()) {
    CAPTURE(row.name, row.help);
    CHECK(row.help.size() > 10);
    CHECK(row.help.ends_with('.'));
    CHECK(row.help.find('\n') == std::string_view::npos);
    CHECK(row.help.find('|') == std::string_view::npos);  // it stands in a Markdown table
    CHECK(valid_utf8(row.help) == row.help);
  }
}

TEST_CASE("rows of one name agree in all that Prometheus sees", "[metrics]") {
  std::map<std::string_view, const CatalogueRow*> first;
  for (const auto& row : catalogue()) {
    CAPTURE(row.name);
    const auto [entry, is_new] = first.emplace(row.name, &row);
    CHECK(row.type == entry->second->type);
    CHECK(row.labels == entry->second->labels);
    CHECK(row.help == entry->second->help);
    CHECK(row.divisor == entry->second->divisor);
  }
}

TEST_CASE("the rows are sorted by name", "[metrics]") {
  CHECK(std::ranges::is_sorted(catalogue(), {}, &CatalogueRow::name));
}

TEST_CASE("no sample of a family has the name of another family's", "[metrics]") {
  std::map<std::string, std::string_view> owners;
  for (const auto& row : catalogue()) {
    std::set<std::string> names{std::string(row.name)};
    if (row.type == MetricType::Summary || row.type == MetricType::Histogram) {
      for (const auto* suffix : {"_sum", "_count", "_bucket"}) {
        names.insert(std::string(row.name) + suffix);
      }
    }
    if (row.type == MetricType::Summary) {
      names.insert(stat_name(row.name, "min"));
      names.insert(stat_name(row.name, "max"));
    }
    for (const auto& name : names) {
      CAPTURE(name, row.name);
      CHECK(owners.emplace(name, row.name).first->second == row.name);
    }
  }
}

TEST_CASE("the extremes of a summary keep its unit", "[metrics]") {
  CHECK(stat_name("zookeeper_read_latency_seconds", "max") == "zookeeper_read_latency_max_seconds");
  CHECK(stat_name("zookeeper_write_size_bytes", "min") == "zookeeper_write_size_min_bytes");
  CHECK(stat_name("zookeeper_startup_txns_loaded", "max") == "zookeeper_startup_txns_loaded_max");
}

TEST_CASE("labels are names, and never those of the member", "[metrics]") {
  for (const auto& row : catalogue()) {
    if (row.labels.empty()) {
      continue;
    }
    CAPTURE(row.name);
    for (const auto label : split(row.labels, ',')) {
      CHECK(is_name(label));
      for (const auto* taken : {"ensemble", "member", "type", "cluster", "env", "service", "le",
                                "quantile", "instance", "job"}) {
        CHECK(((label != taken) || row.source == Source::kEnsemble));
      }
    }
  }
}

TEST_CASE("every row of mntr is found by its key", "[metrics]") {
  for (const auto& row : catalogue()) {
    if (row.source != Source::kMntr) {
      continue;
    }
    CAPTURE(row.key);
    const std::string key(row.key);
    const bool is_jvm = key.starts_with("jvm_") && !row.labels.empty();
    const bool is_set = !row.labels.empty() && !is_jvm;
    const bool is_summary = row.type == MetricType::Summary;
    auto written = is_set ? "name_" + key : key;
    if (is_jvm) {
      written = key + (is_summary ? "_sum" : "") + "{area=\"heap\"}";
    } else if (is_summary) {
      written = "sum_" + written;
    }
    const auto found = find_mntr_name(written);
    REQUIRE(found);
    CHECK(&row_of(found->row) == find_row(row.name));
    CHECK(found->row == mntr_row(row.key));
  }
}

TEST_CASE("versions are written in full", "[metrics]") {
  for (const auto& row : catalogue()) {
    CAPTURE(row.name, row.since);
    CHECK((row.since.empty() || split(row.since, '.').size() == 3));
  }
}

TEST_CASE("what the exporter says about itself stands in the catalogue", "[metrics]") {
  SelfMetrics self;
  self.set_members(3);
  self.set_config({.file = "exporter.yml", .sha256 = "0123", .mistake = {}});
  self.count_request("/metrics", 200, std::chrono::milliseconds(2));
  self.observe_loop_lag(std::chrono::milliseconds(1));
  const auto families = self.families();

  CHECK(std::ranges::is_sorted(families, {}, &prometheus::MetricFamily::name));
  for (const auto& family : families) {
    CAPTURE(family.name);
    const auto* row = find_row(family.name);
    REQUIRE(row != nullptr);
    CHECK(row->source == Source::kExporter);
    CHECK(row->type == family.type);
    CHECK(row->help == family.help);
    CHECK_FALSE(family.metric.empty());
  }
  const auto rows = std::ranges::count(catalogue(), Source::kExporter, &CatalogueRow::source);
  CHECK(static_cast<std::size_t>(rows) == families.size());
}

TEST_CASE("every row but those of mntr says how it is read", "[metrics]") {
  for (const auto& row : catalogue()) {
    CAPTURE(row.name);
    const bool is_by_key = std::holds_alternative<std::monostate>(row.reading);
    CHECK((row.source == Source::kMntr || !is_by_key));
    if (const auto* bounds = std::get_if<InConf>(&row.reading)) {
      CHECK(row.source == Source::kConf);
      CHECK_FALSE(row.key.empty());
      CHECK(bounds->min <= bounds->max);
    }
  }
}

TEST_CASE("the exporter tells which configuration is in use, and whether the newest was taken",
          "[metrics]") {
  const auto find = [](const SelfMetrics& self, const std::string& name) {
    for (auto& family : self.families()) {
      if (family.name == "zookeeper_exporter_" + name) {
        return family.metric;
      }
    }
    return std::vector<prometheus::ClientMetric>();
  };
  const std::chrono::system_clock::time_point taken(std::chrono::seconds(1000));
  SelfMetrics self;

  SECTION("one that was taken") {
    self.set_config({.file = "f.yml", .sha256 = "0123", .mistake = {}, .taken = taken});
    self.set_config({.file = "f.yml", .sha256 = "4567", .mistake = {}, .taken = taken});
    CHECK(find(self, "config_last_reload_successful").at(0).gauge.value == 1);
    CHECK(find(self, "config_last_reload_success_timestamp_seconds").at(0).gauge.value == 1000);
    const auto hash = find(self, "config_hash");
    REQUIRE(hash.size() == 1);
    CHECK(hash[0].label.at(0).value == "4567");
    CHECK(hash[0].gauge.value == 1);
  }
  SECTION("one that was refused: the one before stays") {
    self.set_config({.file = "f.yml", .sha256 = "0123", .mistake = "f.yml:3: no", .taken = taken});
    CHECK(find(self, "config_last_reload_successful").at(0).gauge.value == 0);
    CHECK(find(self, "config_hash").at(0).label.at(0).value == "0123");
  }
  SECTION("flags alone have no hash") {
    self.set_config({.taken = taken});
    CHECK(find(self, "config_last_reload_successful").at(0).gauge.value == 1);
    CHECK(find(self, "config_hash").empty());
  }
}
