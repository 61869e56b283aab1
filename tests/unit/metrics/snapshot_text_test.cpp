#include "metrics/snapshot_text.hpp"

#include <catch2/catch.hpp>

using namespace zke;

namespace {

SamplePtr sample_in(MemberState state) {
  auto sample = std::make_shared<MemberSample>();
  sample->state = state;
  return sample;
}

SnapshotPtr snapshot_of(const std::string& ensemble, std::vector<Snapshot::Member> members) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->name = ensemble;
  snapshot->members = std::move(members);
  return snapshot;
}

/// Of the ensemble "orders", or of its member "zk-0".
std::string up(const std::string& member) {
  return "zookeeper_up{ensemble=\"orders\",member=\"" + member + "\"} ";
}
constexpr auto* kVoters = "zookeeper_ensemble_voters{ensemble=\"orders\"} ";

bool has(const Exposition& exposition, const std::string& line) {
  return ("\n" + exposition.text({})).find("\n" + line) != std::string::npos;
}

}  // namespace

TEST_CASE("an ensemble has series once a member was polled, and a member of its own", "[metrics]") {
  Exposition exposition;
  const auto start = snapshot_of("orders", {{"zk-0", nullptr}, {"zk-1", nullptr}});
  render_changes(exposition, nullptr, start);
  CHECK(exposition.text({}).empty());

  const auto next =
      snapshot_of("orders", {{"zk-0", sample_in(MemberState::kLeader)}, {"zk-1", nullptr}});
  render_changes(exposition, start, next);

  CHECK(has(exposition, up("zk-0") + "1"));
  CHECK_FALSE(has(exposition, up("zk-1")));
  CHECK(has(exposition, kVoters));
}

TEST_CASE("what a member's new sample says takes the place of the last", "[metrics]") {
  Exposition exposition;
  const auto stays = sample_in(MemberState::kFollower);
  const auto first =
      snapshot_of("orders", {{"zk-0", sample_in(MemberState::kLeader)}, {"zk-1", stays}});
  const auto second =
      snapshot_of("orders", {{"zk-0", sample_in(MemberState::kUnreachable)}, {"zk-1", stays}});
  render_changes(exposition, nullptr, first);
  render_changes(exposition, first, second);

  CHECK(has(exposition, up("zk-0") + "0"));
  CHECK(has(exposition, up("zk-1") + "1"));
}

TEST_CASE("the series of a member that is gone are gone, whatever its place was", "[metrics]") {
  Exposition exposition;
  const auto stays = sample_in(MemberState::kFollower);
  const auto first =
      snapshot_of("orders", {{"zk-0", sample_in(MemberState::kLeader)}, {"zk-1", stays}});
  const auto second = snapshot_of("orders", {{"zk-1", stays}, {"zk-2", nullptr}});
  render_changes(exposition, nullptr, first);
  render_changes(exposition, first, second);

  CHECK_FALSE(has(exposition, up("zk-0")));
  CHECK(has(exposition, up("zk-1") + "1"));
  CHECK(exposition.text({}).find("zk-0") == std::string::npos);
}

TEST_CASE("the series of an ensemble that ended are gone, and no others", "[metrics]") {
  Exposition exposition;
  const auto orders = snapshot_of("orders", {{"zk-0", sample_in(MemberState::kLeader)}});
  const auto users = snapshot_of("users", {{"zk-9", sample_in(MemberState::kLeader)}});
  render_changes(exposition, nullptr, orders);
  render_changes(exposition, nullptr, users);
  render_changes(exposition, orders, nullptr);

  const auto text = exposition.text({});
  CHECK(text.find("orders") == std::string::npos);
  CHECK(text.find("zookeeper_up{ensemble=\"users\",member=\"zk-9\"} 1\n") != std::string::npos);
}
