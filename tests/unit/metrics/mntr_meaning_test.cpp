#include "metrics/mntr_meaning.hpp"

#include <catch2/catch.hpp>

#include "support/captures.hpp"
#include "support/families.hpp"

using namespace zke;
using namespace zke::test;

namespace {

std::string page_of(MemberText& text, const MemberSample& sample) {
  Exposition exposition;
  exposition.put("m", {}, [&](FamilyText& to) { text.write(sample, to); });
  return exposition.text({});
}

}  // namespace

TEST_CASE("what was learnt before does not change a page", "[metrics]") {
  const auto shapes = std::make_shared<Shapes>();
  MemberText known;
  for (int round = 0; round < 2; ++round) {
    for (const auto& capture : captures()) {
      CAPTURE(capture);
      MemberMemory memory(shapes);
      const auto sample = memory.judge(captured_record(capture));
      MemberText fresh;
      CHECK_THAT(first_difference(page_of(fresh, sample), page_of(known, sample)),
                 Catch::Equals(""));
    }
  }
}

TEST_CASE("a shape that many members have is learnt once", "[metrics]") {
  MntrMeanings meanings;
  const auto shapes = std::make_shared<Shapes>();
  const auto read = [&](const std::string& reply) {
    return MntrReader(shapes).read(reply).figures.shape;
  };
  const auto one = read("zk_znode_count\t5\n");
  const auto other = read("zk_znode_count\t6\n");

  CHECK(meanings.of(one) == meanings.of(other));
  CHECK(meanings.of(one) != meanings.of(read("zk_watch_count\t6\n")));
}

TEST_CASE("nothing is kept of shapes that are gone, and of those with very many keys",
          "[metrics]") {
  MntrMeanings meanings;
  Shapes shapes;
  for (int i = 0; i < 1000; ++i) {
    FigureList list(nullptr);
    list.add("key" + std::to_string(i), 1);
    CHECK(meanings.of(list.take(shapes).shape)->unknown_keys == 1);
  }
  CHECK(meanings.size() <= 64);

  MntrMeanings others;
  FigureList list(nullptr);
  for (int i = 0; i < 5000; ++i) {
    list.add("key" + std::to_string(i), 1);
  }
  const auto crowd = list.take(shapes);
  CHECK(others.of(crowd.shape)->unknown_keys == 5000);
  CHECK(others.size() == 0);
}

TEST_CASE("the page of a crowd of keys has those that fit", "[metrics]") {
  std::string reply;
  for (int i = 0; i < 5000; ++i) {
    reply += "zk_key" + std::to_string(i) + "\t" + std::to_string(i) + "\n";
  }
  for (int round = 0; round < 2; ++round) {
    const auto families = mntr_families(reply);
    CHECK(lines_of(families, "zookeeper_key99") == "zookeeper_key99 99\n");
    CHECK(find_family(families, "zookeeper_key99")->help ==
          "A mntr key that this exporter does not know: key99.");
    CHECK(find_family(families, "zookeeper_key100") == nullptr);
    CHECK(lines_of(families, "zookeeper_unknown_keys") == "zookeeper_unknown_keys 5000\n");
  }
}

TEST_CASE("of a doubled key the first that can be true counts, in every poll anew", "[metrics]") {
  MemberText text;
  MntrReader reader(std::make_shared<Shapes>());
  const auto said = [&](const std::string& first, const std::string& second) {
    const auto reply = "zk_znode_count\t" + first + "\nzk_znode_count\t" + second +
                       "\nzk_max_fsynctime\t" + first + "\nzk_max_fsynctime\t" + second + "\n";
    MemberSample sample;
    sample.srvr = Srvr();
    sample.figures = reader.read(reply).figures;
    const auto families = families_on(page_of(text, sample));
    return lines_of(families, "zookeeper_znodes") +
           lines_of(families, "zookeeper_fsync_time_max_seconds") +
           lines_of(families, "zookeeper_unparsed_lines");
  };

  CHECK(said("5", "6") ==
        "zookeeper_znodes 5\nzookeeper_fsync_time_max_seconds 0.005\nzookeeper_unparsed_lines 2\n");
  CHECK(said("-1", "6") ==
        "zookeeper_znodes 6\nzookeeper_fsync_time_max_seconds -0.001\n"
        "zookeeper_unparsed_lines 1\n");
  CHECK(said("NaN", "6") ==
        "zookeeper_znodes 6\nzookeeper_fsync_time_max_seconds 0.006\nzookeeper_unparsed_lines 1\n");
  CHECK(said("5", "NaN") ==
        "zookeeper_znodes 5\nzookeeper_fsync_time_max_seconds 0.005\nzookeeper_unparsed_lines 2\n");
}
