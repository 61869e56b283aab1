#include "fourletter/mntr.hpp"

#include <cmath>

#include <catch2/catch.hpp>

#include "support/captures.hpp"
#include "support/mntr.hpp"

using namespace zke;
using namespace zke::test;

namespace {

bool is_answer(const std::string& capture) {
  return captured_reply(capture, Command::kMntr).kind == Reply::Kind::kAnswer;
}

/// Equal in all that can be told; NaN is equal to itself.
void check_same(const Mntr& actual, const Mntr& expected) {
  CHECK(*actual.figures.shape == *expected.figures.shape);
  CHECK(actual.figures.unparsed == expected.figures.unparsed);
  REQUIRE(actual.figures.values.size() == expected.figures.values.size());
  for (std::size_t i = 0; i < actual.figures.values.size(); ++i) {
    const auto one = actual.figures.values[i];
    const auto other = expected.figures.values[i];
    CHECK((one == other || (std::isnan(one) && std::isnan(other))));
  }
  CHECK(actual.version == expected.version);
  CHECK(actual.server_state == expected.server_state);
  CHECK(actual.peer_state == expected.peer_state);
  CHECK(actual.observer_master_id == expected.observer_master_id);
  CHECK(actual.uptime == expected.uptime);
  CHECK(actual.quorum_size == expected.quorum_size);
  CHECK(actual.synced_followers == expected.synced_followers);
  CHECK(actual.missing == expected.missing);
}

}  // namespace

TEST_CASE("what was read before does not change what a reply of mntr says", "[fourletter]") {
  MntrReader reader(std::make_shared<Shapes>());
  for (const auto& capture : captures()) {
    if (is_answer(capture)) {
      CAPTURE(capture);
      const auto text = captured(capture, Command::kMntr);
      const auto cut = text.substr(0, text.find('\n', text.size() / 2) + 1);
      const auto fresh = read_mntr(text);
      check_same(reader.read(text), fresh);
      check_same(reader.read(text), fresh);
      check_same(reader.read(cut), read_mntr(cut));
      check_same(reader.read(text), fresh);
    }
  }
}

TEST_CASE("a member's polls share a shape, and so do members", "[fourletter]") {
  const auto shapes = std::make_shared<Shapes>();
  MntrReader one(shapes);
  MntrReader other(shapes);
  const auto text = captured("3.9.3/leader", Command::kMntr);
  auto later = text;
  later.replace(later.find("zk_znode_count\t") + 15, 1, "7");

  const auto first = one.read(text);
  const auto second = one.read(later);
  const auto third = other.read(text);

  CHECK(second.figures.shape == first.figures.shape);
  CHECK(third.figures.shape == first.figures.shape);
  CHECK(second.figures.values != first.figures.values);
}

TEST_CASE("what mntr lacks follows its version, though the keys stay", "[fourletter]") {
  MntrReader reader(std::make_shared<Shapes>());
  const std::string keys = "\nzk_server_state\tleader\nzk_znode_count\t5\n";

  CHECK(reader.read("zk_version\t3.5.10" + keys).missing.empty());
  CHECK_FALSE(reader.read("zk_version\t3.9.3" + keys).missing.empty());
  CHECK(reader.read("zk_version\t3.5.10" + keys).missing.empty());
}

TEST_CASE("lines that are no keys count for what mntr lacks", "[fourletter]") {
  MntrReader reader(std::make_shared<Shapes>());
  const auto text = captured("3.9.3/leader", Command::kMntr);
  const auto at = text.find("zk_cnt_readlatency");
  const auto end = text.find('\n', at) + 1;
  auto without = text;
  without.erase(at, end - at);
  auto without_number = without;
  without_number.insert(at, "zk_cnt_readlatency\t\n");

  CHECK(reader.read(text).missing.empty());
  CHECK(reader.read(without).missing.find("readlatency") != std::string::npos);
  CHECK(reader.read(without_number).missing.empty());
  CHECK(reader.read(without).missing.find("readlatency") != std::string::npos);
}
