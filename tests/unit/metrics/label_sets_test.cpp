#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "base/text.hpp"
#include "metrics/labels.hpp"
#include "support/families.hpp"
#include "support/files.hpp"

using namespace zke;
using namespace zke::test;

// Znode names are chosen by clients: they may be hostile, and there may be any number of them.

namespace {

const auto bidi = std::string("bidi\xE2\x80") + "\xAE";  // turns the text around
const std::string reads_family = "zookeeper_read_size_bytes";

std::string unescaped(std::string text) {
  for (auto at = text.find('\\'); at != std::string::npos; at = text.find('\\', at + 1)) {
    text.erase(at, 1);  // names have no line end
  }
  return text;
}

/// A name -> its count, as the label sets of the family say.
std::map<std::string, std::uint64_t> counts(const FamilyList& families, const std::string& name) {
  std::map<std::string, std::uint64_t> found;
  if (const auto* family = find_family(families, name)) {
    const auto start = name + "_count{namespace=\"";
    for (const auto& line : family->lines) {
      if (line.starts_with(start)) {
        const auto label = line.substr(start.size(), line.rfind("\"} ") - start.size());
        CHECK(found.emplace(unescaped(label), static_cast<std::uint64_t>(value_of(line))).second);
      }
    }
  }
  return found;
}

std::string plain_reads(const std::string& znode, int reads) {
  return "zk_cnt_" + znode + "_read_per_namespace\t" + std::to_string(reads) + "\n";
}

std::string provider_reads(const std::string& znode, int reads) {
  return "zk_read_per_namespace_count{key=\"" + znode + "\"}\t" + std::to_string(reads) + ".0\n";
}

std::string left_out(const FamilyList& families) {
  return lines_of(families, "zookeeper_label_sets_left_out");
}

}  // namespace

TEST_CASE("a hundred label sets of a family are kept, the largest", "[metrics]") {
  for (const auto& write : {plain_reads, provider_reads}) {
    std::string reply;
    for (int i = 0; i < 150; ++i) {
      reply += write("ns" + std::to_string(i), i * 7 % 151);
    }
    const auto families = mntr_families(reply);
    const auto kept = counts(families, reads_family);

    CHECK(kept.size() == kMaxLabelSets);
    for (const auto& [name, count] : kept) {
      CHECK(count >= 50);
    }
    CHECK(left_out(families) ==
          "zookeeper_label_sets_left_out{family=\"zookeeper_read_size_bytes\"} 50\n");
  }
}

TEST_CASE("a hundred label sets are not too many", "[metrics]") {
  for (const auto& write : {plain_reads, provider_reads}) {
    std::string reply;
    for (int i = 0; i < 100; ++i) {
      reply += write("ns" + std::to_string(i), 1);
    }
    const auto families = mntr_families(reply);

    CHECK(counts(families, reads_family).size() == 100);
    CHECK(left_out(families).empty());
  }
}

TEST_CASE("a hundred unknown keys are exported and the rest counted", "[metrics]") {
  std::string reply = "zk_znode_count\tnull\nzk_watch_count\tnull\n";
  for (int i = 0; i < 130; ++i) {
    reply += "zk_made_up_" + std::to_string(i) + "\t1\n";
  }
  const auto families = mntr_families(reply);

  const auto exported = std::ranges::count_if(
      families, [](const auto& family) { return family.name.find("made_up") != family.name.npos; });
  CHECK(exported == 100);
  CHECK(left_out(families) == "zookeeper_label_sets_left_out{family=\"unknown\"} 30\n");
  CHECK(lines_of(families, "zookeeper_unknown_keys") == "zookeeper_unknown_keys 130\n");
}

TEST_CASE("captured hostile names come out as they are", "[metrics]") {
  const auto families = mntr_families(read_file("data/extra/hostile-names-3.9.3/mntr.txt"));
  const auto found = counts(families, reads_family);

  CHECK(lines_of(families, "zookeeper_unknown_keys") == "zookeeper_unknown_keys 0\n");
  CHECK(lines_of(families, "zookeeper_unparsed_lines") == "zookeeper_unparsed_lines 0\n");
  for (const std::string name : {R"(q"uo\te{}=,)", "sp ace", "=eq", "percent%25", bidi.c_str()}) {
    CAPTURE(name);
    CHECK(found.contains(label_value(name)));
  }
  for (const auto& [name, count] : found) {
    CHECK(count > 0);
    CHECK(printable(name, 128) == name);
  }
}

TEST_CASE("hostile names come out the same in both dialects", "[metrics]") {
  for (const std::string name :
       {R"(q"uo\te{}=,)", "sp ace", "caf\xC3\xA9", "=eq", bidi.c_str(), R"(a",quantile=x)", "}",
        "{", "avg_x", R"(a"b",c="d)", "read_per_namespace", R"(x{key="y"})"}) {
    CAPTURE(name);
    const std::map<std::string, std::uint64_t> expected{{label_value(name), 7}};
    CHECK(counts(mntr_families(plain_reads(name, 7)), reads_family) == expected);
    CHECK(counts(mntr_families(provider_reads(name, 7)), reads_family) == expected);
  }
}

TEST_CASE("a hostile name is escaped on the page", "[metrics]") {
  CHECK(lines_of(mntr_families(plain_reads("q\"uo\\te{}=,", 7)), reads_family) ==
        "zookeeper_read_size_bytes_sum{namespace=\"q\\\"uo\\\\te{}=,\"} 0\n"
        "zookeeper_read_size_bytes_count{namespace=\"q\\\"uo\\\\te{}=,\"} 7\n");
}

TEST_CASE("long names are cut and stay apart", "[metrics]") {
  const std::string start(300, 'N');
  const auto found = counts(
      mntr_families(plain_reads(start + "1", 1) + plain_reads(start + "2", 2)), reads_family);

  REQUIRE(found.size() == 2);
  for (const auto& [name, count] : found) {
    CHECK(name.size() <= 128);
    CHECK(name.starts_with(std::string(100, 'N')));
  }
}

TEST_CASE("names that are no UTF-8 are made valid and stay apart", "[metrics]") {
  const auto found = counts(
      mntr_families(plain_reads("a\xFF", 1) + plain_reads("a\xFE", 2) + plain_reads("a\xC3", 3)),
      reads_family);

  CHECK(found.size() == 3);
  for (const auto& [name, count] : found) {
    CHECK(valid_utf8(name) == name);
  }
}

TEST_CASE("scalar sets carry their names as labels too", "[metrics]") {
  const auto families = mntr_families(
      "zk_app_quota_count_limit_per_namespace\t100\nzk_svc_quota_count_limit_per_namespace\t-1\n"
      "zk_quota_count_limit_per_namespace{key=\"kafka\"}\t500.0\n");

  CHECK(lines_of(families, "zookeeper_quota_limit_znodes") ==
        "zookeeper_quota_limit_znodes{namespace=\"app\"} 100\n"
        "zookeeper_quota_limit_znodes{namespace=\"kafka\"} 500\n");
}

TEST_CASE("the followers of a leader are told apart by their ids", "[metrics]") {
  const auto families = mntr_families("zk_cnt_1_ack_latency\t4\nzk_cnt_3_ack_latency\t5\n");

  CHECK(lines_of(families, "zookeeper_ack_latency_seconds") ==
        "zookeeper_ack_latency_seconds_sum{follower=\"1\"} 0\n"
        "zookeeper_ack_latency_seconds_count{follower=\"1\"} 4\n"
        "zookeeper_ack_latency_seconds_sum{follower=\"3\"} 0\n"
        "zookeeper_ack_latency_seconds_count{follower=\"3\"} 5\n");
}
