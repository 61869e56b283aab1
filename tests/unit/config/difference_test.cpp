#include "config/difference.hpp"

#include <algorithm>
#include <map>

#include <catch2/catch.hpp>

#include "config/table.hpp"
#include "config/yaml.hpp"

using namespace zke;

namespace {

using Texts = std::vector<std::string>;

/// For each setting of the table a value that is not its default.
const std::map<std::string_view, Texts> kOthers = {
    {"poll.interval", {"5s"}},       {"poll.timeout", {"2s"}}, {"http.listen", {":1", "[::1]:2"}},
    {"http.telemetry_path", {"/m"}}, {"log.level", {"debug"}}, {"log.format", {"json"}}};

Settings settings_of(const std::string& ensembles) {
  return read_config_text("x", "ensembles:\n" + ensembles).settings;
}

Texts changes(const std::string& before, const std::string& now) {
  return find_changes(settings_of(before), settings_of(now));
}

/// Ensembles a0, a1, ... of so many members each, `first` in the first one's names.
Settings many(std::size_t ensembles, std::size_t members, const std::string& first = "m") {
  Settings settings;
  settings.ensembles.clear();
  for (std::size_t i = 0; i < ensembles; ++i) {
    EnsembleSettings ensemble{"a" + std::to_string(i), {}};
    for (std::size_t j = 0; j < members; ++j) {
      ensemble.members.push_back({first + std::to_string(i) + "-" + std::to_string(j), 2181});
    }
    settings.ensembles.push_back(std::move(ensemble));
  }
  return settings;
}

const std::string kOrders = "- {name: orders, members: [zk-0:1, zk-1:1, zk-2:1]}\n";
const std::string kSearch = "- {name: search, members: [s-0:1]}\n";

}  // namespace

TEST_CASE("equal settings have no changes", "[config]") {
  CHECK(find_changes(Settings(), Settings()).empty());
  CHECK(changes(kOrders + kSearch, kOrders + kSearch).empty());
}

TEST_CASE("a change of any setting of the table is told by its key, and both ways", "[config]") {
  for (const auto& setting : settings_table()) {
    if (setting.read == nullptr) {
      continue;
    }
    CAPTURE(setting.key);
    REQUIRE(kOthers.contains(setting.key));
    Settings other;
    REQUIRE(setting.read(kOthers.at(setting.key), other).empty());
    REQUIRE(other != Settings());
    CHECK(setting.show(other) == kOthers.at(setting.key));
    const auto there = find_changes(Settings(), other);
    const auto back = find_changes(other, Settings());
    REQUIRE(there.size() == 1);
    REQUIRE(back.size() == 1);
    CHECK(there[0].starts_with(std::string(setting.key) + " "));
    CHECK(back[0] != there[0]);
  }
}

TEST_CASE("a change of a value shows both values", "[config]") {
  Settings now;
  now.poll.interval = std::chrono::seconds(5);
  now.listen = {{"127.0.0.1", 9141}, {"::1", 9141}};
  now.log_level = log::Level::kDebug;

  CHECK(find_changes({}, now) == Texts{"poll.interval 10s -> 5s",
                                       "http.listen :9141 -> 127.0.0.1:9141, [::1]:9141",
                                       "log.level info -> debug"});
}

TEST_CASE("ensembles that come and go are told", "[config]") {
  CHECK(changes(kSearch, kSearch + kOrders) == Texts{"ensemble orders added (3 members)"});
  CHECK(changes(kOrders, kOrders + kSearch) == Texts{"ensemble search added (1 member)"});
  CHECK(changes(kOrders + kSearch, kOrders) == Texts{"ensemble search removed"});
  CHECK(changes(kOrders, kSearch) ==
        Texts{"ensemble search added (1 member)", "ensemble orders removed"});
}

TEST_CASE("members that come and go are told", "[config]") {
  CHECK(changes(kOrders, "- {name: orders, members: [zk-1:1, zk-2:1, zk-3:1], observers: [o:1]}") ==
        Texts{"ensemble orders: zk-3:1, o:1 (observer) added", "ensemble orders: zk-0:1 removed"});
  CHECK(changes(kOrders, "- {name: orders, members: [zk-0:1, zk-1:1, zk-2.:1]}") ==
        Texts{"ensemble orders: zk-2.:1 added", "ensemble orders: zk-2:1 removed"});
}

TEST_CASE("a member that moves to another ensemble is told so", "[config]") {
  CHECK(changes(kOrders + kSearch,
                "- {name: orders, members: [zk-0:1, zk-1:1]}\n"
                "- {name: search, members: [s-0:1], observers: [zk-2:1]}") ==
        Texts{"zk-2:1 (observer) moved from orders to search"});
  CHECK(changes(kOrders,
                "- {name: orders, members: [zk-0:1]}\n"
                "- {name: new, members: [zk-1:1, zk-2:1]}") ==
        Texts{"ensemble new added (2 members)", "zk-1:1, zk-2:1 moved from orders to new"});
  CHECK(changes("- {name: a, members: [a:1]}\n- {name: b, members: [b:1]}",
                "- {name: a, members: [b:1]}\n- {name: b, members: [a:1]}") ==
        Texts{"a:1 moved from a to b", "b:1 moved from b to a"});
}

TEST_CASE("an ensemble with the same members is the same under another name", "[config]") {
  const std::string renamed = "ensemble orders renamed to o (its series end, new ones begin)";
  CHECK(changes(kOrders, "- {name: o, members: [zk-0:1, zk-1:1, zk-2:1]}") == Texts{renamed});
  CHECK(changes(kOrders, "- {name: o, members: [zk-1:1, zk-0:1], observers: [zk-2:1]}") ==
        Texts{renamed, "ensemble o: zk-2:1 now among the observers",
              "ensemble o: order of the members changed"});
  CHECK(changes(kOrders, "- {name: o, members: [zk-0:1, zk-1:1]}") ==
        Texts{"ensemble o added (2 members)", "ensemble orders removed",
              "zk-0:1, zk-1:1 moved from orders to o"});
  CHECK(changes(kOrders, "- {name: o, members: [zk-0:1, zk-1:1, n:1]}") ==
        Texts{"ensemble o added (3 members)", "ensemble orders removed",
              "zk-0:1, zk-1:1 moved from orders to o"});
}

TEST_CASE("an ensemble that keeps its name is not renamed, whatever its members", "[config]") {
  const std::string a = "- {name: a, members: [a:1]}\n";
  CHECK(changes(a + "- {name: b, members: [b:1]}", "- {name: b, members: [a:1]}") ==
        Texts{"ensemble b: b:1 removed", "ensemble a removed", "a:1 moved from a to b"});
  CHECK(changes(a, "- {name: a, members: [b:1]}\n- {name: b, members: [a:1]}") ==
        Texts{"ensemble a: b:1 added", "ensemble b added (1 member)", "a:1 moved from a to b"});
}

TEST_CASE("observers that change are told", "[config]") {
  const std::string with = "- {name: orders, members: [zk-0:1, zk-1:1], observers: [zk-2:1]}";
  CHECK(changes(kOrders, with) == Texts{"ensemble orders: zk-2:1 now among the observers"});
  CHECK(changes(with, kOrders) == Texts{"ensemble orders: zk-2:1 no longer among the observers"});
}

TEST_CASE("another order is told", "[config]") {
  CHECK(changes(kOrders, "- {name: orders, members: [zk-0:1, zk-2:1, zk-1:1]}") ==
        Texts{"ensemble orders: order of the members changed"});
  CHECK(changes(kOrders + kSearch, kSearch + kOrders) == Texts{"order of the ensembles changed"});
}

TEST_CASE("however much changes, the texts are few and short", "[config]") {
  const auto few = many(15, 20);
  const auto others = many(15, 20, "n");
  const auto told = find_changes(few, others);

  REQUIRE(told.size() == 21);
  CHECK(told[0] ==
        "ensemble a0: n0-0:2181, n0-1:2181, n0-2:2181, n0-3:2181, n0-4:2181 and 15 more added");
  CHECK(told[20] == "and 10 more changes");
  CHECK(find_changes(many(0, 0), many(21, 1))[20] == "and 1 more change");
  CHECK(find_changes(many(0, 0), many(20, 1)).size() == 20);
}

TEST_CASE("as many members as there may be are compared at once", "[config]") {
  for (const std::size_t ensembles : {1, 100, 10000}) {
    auto before = many(ensembles, 10000 / ensembles);
    auto now = before;
    std::ranges::reverse(now.ensembles);
    CHECK(find_changes(before, before).empty());
    CHECK(find_changes(before, now).size() == (ensembles == 1 ? 0 : 1));
    for (auto& ensemble : now.ensembles) {
      ensemble.name += "x";
    }
    CHECK(find_changes(before, now).size() ==
          std::min<std::size_t>(ensembles + 1, 21) - (ensembles == 1 ? 1 : 0));
    CHECK(find_changes(before, many(ensembles, 10000 / ensembles, "n")).size() <= 21);
  }
}
