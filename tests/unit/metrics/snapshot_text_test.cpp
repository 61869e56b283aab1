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
  SnapshotText text(exposition);
  const auto start = snapshot_of("orders", {{"zk-0", nullptr}, {"zk-1", nullptr}});
  text.take(nullptr, start);
  CHECK(exposition.text({}).empty());

  const auto next =
      snapshot_of("orders", {{"zk-0", sample_in(MemberState::kLeader)}, {"zk-1", nullptr}});
  text.take(start, next);

  CHECK(has(exposition, up("zk-0") + "1"));
  CHECK_FALSE(has(exposition, up("zk-1")));
  CHECK(has(exposition, kVoters));
}

TEST_CASE("what a member's new sample says takes the place of the last", "[metrics]") {
  Exposition exposition;
  SnapshotText text(exposition);
  const auto stays = sample_in(MemberState::kFollower);
  const auto first =
      snapshot_of("orders", {{"zk-0", sample_in(MemberState::kLeader)}, {"zk-1", stays}});
  const auto second =
      snapshot_of("orders", {{"zk-0", sample_in(MemberState::kUnreachable)}, {"zk-1", stays}});
  text.take(nullptr, first);
  text.take(first, second);

  CHECK(has(exposition, up("zk-0") + "0"));
  CHECK(has(exposition, up("zk-1") + "1"));
}

TEST_CASE("the series of a member that is gone are gone, whatever its place was", "[metrics]") {
  Exposition exposition;
  SnapshotText text(exposition);
  const auto stays = sample_in(MemberState::kFollower);
  const auto first =
      snapshot_of("orders", {{"zk-0", sample_in(MemberState::kLeader)}, {"zk-1", stays}});
  const auto second = snapshot_of("orders", {{"zk-1", stays}, {"zk-2", nullptr}});
  text.take(nullptr, first);
  text.take(first, second);

  CHECK_FALSE(has(exposition, up("zk-0")));
  CHECK(has(exposition, up("zk-1") + "1"));
  CHECK(exposition.text({}).find("zk-0") == std::string::npos);
}

TEST_CASE("the series of an ensemble that ended are gone, and no others", "[metrics]") {
  Exposition exposition;
  SnapshotText text(exposition);
  const auto orders = snapshot_of("orders", {{"zk-0", sample_in(MemberState::kLeader)}});
  const auto users = snapshot_of("users", {{"zk-9", sample_in(MemberState::kLeader)}});
  text.take(nullptr, orders);
  text.take(nullptr, users);
  text.take(orders, nullptr);

  const auto page = exposition.text({});
  CHECK(page.find("orders") == std::string::npos);
  CHECK(page.find("zookeeper_up{ensemble=\"users\",member=\"zk-9\"} 1\n") != std::string::npos);
}

TEST_CASE("what a client sees of a member comes without a poll, and goes with the canary",
          "[metrics]") {
  Exposition exposition;
  SnapshotText text(exposition);
  const auto connected =
      "zookeeper_session_state{ensemble=\"orders\",member=\"zk-0\",state=\"connected\"} ";
  const auto with = [](std::optional<SessionState> state) {
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->name = "orders";
    auto& member = snapshot->members.emplace_back();
    member.name = "zk-0";
    if (state) {
      ClientView view;
      view.session = *state;
      member.client = std::make_shared<const ClientView>(view);
    }
    return snapshot;
  };
  const auto first = with(SessionState::kConnecting);
  text.take(nullptr, first);
  CHECK(has(exposition, connected + std::string("0")));
  const auto second = with(SessionState::kConnected);
  text.take(first, second);
  CHECK(has(exposition, connected + std::string("1")));

  SECTION("the canary is switched off") { text.take(second, with(std::nullopt)); }
  SECTION("the member is gone") { text.take(second, snapshot_of("orders", {{"zk-1", nullptr}})); }
  SECTION("the ensemble is gone") { text.take(second, nullptr); }
  CHECK(exposition.text({}).empty());
}

TEST_CASE("whether this exporter writes is said of the ensemble, where it is known", "[metrics]") {
  Exposition exposition;
  SnapshotText text(exposition);
  const std::string line = "zookeeper_canary_writer{ensemble=\"orders\"} ";
  SnapshotPtr last;
  for (const auto writes : {std::optional<bool>(), std::optional(false), std::optional(true)}) {
    auto next = std::make_shared<Snapshot>(
        *snapshot_of("orders", {{"zk-0", sample_in(MemberState::kLeader)}}));
    next->is_canary_writer = writes;
    text.take(last, next);
    last = next;
    CHECK(has(exposition, line + "0\n") == (writes == false));
    CHECK(has(exposition, line + "1\n") == (writes == true));
  }
}

TEST_CASE("of an ensemble whose polled members are all gone no old verdict stays", "[metrics]") {
  Exposition exposition;
  SnapshotText text(exposition);
  const auto first = snapshot_of("orders", {{"zk-0", sample_in(MemberState::kLeader)}});
  const auto second = snapshot_of("orders", {{"zk-1", nullptr}});
  text.take(nullptr, first);
  text.take(first, second);

  CHECK(exposition.text({}).empty());
}
