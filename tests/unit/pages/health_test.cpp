#include "pages/health.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "support/board_pages.hpp"

using namespace zke;
using namespace zke::test;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

boost::json::object json_of(const Response& response) {
  CHECK(response.content_type == "application/json");
  return boost::json::parse(response.body).as_object();
}

}  // namespace

TEST_CASE("a healthy ensemble is a 200 and says so", "[pages]") {
  BoardPages pages;
  pages.poll(Round("1 2 3", "1L 2F 3F"));

  const auto response = pages.ask("/health/ensemble");

  CHECK(response.status == 200);
  CHECK(response.content_type == "text/plain; charset=utf-8");
  CHECK(header(response, "Cache-Control") == "no-store");
  CHECK(response.body.starts_with(
      "Ensemble default: healthy\n"
      "All 3 voters serve, zk-1:2181 leads; one voter can be lost without harm to clients.\n\n"));
  CHECK(contains(response.body, "\n  zk-1:2181                        leader       voter"));
  CHECK(contains(response.body, "safe to stop\n"));
}

TEST_CASE("findings are listed with their codes", "[pages]") {
  BoardPages pages;
  pages.poll(Round("1 2 3", "1L 2F 3-"));

  const auto response = pages.ask("/health/ensemble");

  CHECK(response.status == 200);
  CHECK(response.body.starts_with("Ensemble default: at_risk\nOne more failure can end"));
  CHECK(response.body.ends_with("- voter_down: zk-3:2181 can't be reached (connection refused)\n"));
  CHECK(contains(response.body, "not safe to stop: "));
}

TEST_CASE("a lost quorum, or no knowledge, is a 503", "[pages]") {
  BoardPages pages;
  CHECK(pages.ask("/health/ensemble").status == 503);

  pages.poll(Round("1 2 3", "1N 2N 3-"));
  const auto lost = pages.ask("/health/ensemble");
  CHECK(lost.status == 503);
  CHECK(lost.body.starts_with("Ensemble default: no_quorum\nNo quorum: none of the 3 voters"));

  pages.poll(Round("1 2 3", "1- 2- 3-"));
  const auto unknown = pages.ask("/health/ensemble");
  CHECK(unknown.status == 503);
  CHECK(unknown.body.starts_with("Ensemble default: unknown\nNo member can be reached"));
}

TEST_CASE("JSON comes by the Accept header or ?format=json", "[pages]") {
  BoardPages pages;
  pages.poll(Round("1 2 3", "1L@7 2F@7 3-"));

  const auto by_header = pages.ask("/health/ensemble", "text/html, application/json;q=0.9");
  const auto object = json_of(by_header);
  CHECK(by_header.status == 200);
  CHECK(object.at("ensemble").as_string() == "default");
  CHECK(object.at("level").as_string() == "at_risk");
  CHECK(contains(std::string(object.at("summary").as_string()), "One more failure"));
  CHECK(object.at("voters").to_number<int>() == 3);
  CHECK(object.at("voters_serving").to_number<int>() == 2);
  CHECK(object.at("failures_tolerated").as_int64() == 0);
  CHECK(object.at("leaders").to_number<int>() == 1);
  CHECK(object.at("leader").as_string() == "zk-1:2181");
  CHECK(object.at("safe_to_stop").as_array() == boost::json::array({"zk-3:2181"}));
  CHECK(object.at("epoch").to_number<int>() == 7);
  CHECK(object.at("elections").to_number<int>() == 0);
  CHECK(object.at("findings").at(0).at("code").as_string() == "voter_down");
  CHECK(object.at("findings").at(0).at("member").as_string() == "zk-3:2181");
  const auto& members = object.at("members").as_array();
  REQUIRE(members.size() == 3);
  CHECK(members[0].at("leader").as_bool());
  CHECK(members[0].at("server_id").as_int64() == 1);
  CHECK(members[0].at("zxid_sequence").to_number<int>() == 100);
  CHECK(members[2].at("state").as_string() == "unreachable");
  CHECK(members[2].at("reason").as_string() == "refused");
  CHECK(members[2].at("safe_to_stop").as_bool());
  CHECK_FALSE(members[1].at("safe_to_stop").as_bool());

  CHECK(json_of(pages.ask("/health/ensemble?format=json")).at("level").as_string() == "at_risk");
  CHECK(pages.ask("/health/ensemble?format=text").body.starts_with("Ensemble"));
}

TEST_CASE("a member that was not polled yet has no state", "[pages]") {
  BoardPages pages;

  const auto members = json_of(pages.ask("/health/ensemble?format=json")).at("members");

  CHECK_FALSE(members.at(0).as_object().contains("state"));
  CHECK(
      contains(pages.ask("/health/ensemble").body, "zk-1:2181                        not polled"));
}

TEST_CASE("?require= asks for more than a quorum", "[pages]") {
  BoardPages pages;
  const auto statuses = [&] {
    std::string all;
    for (const auto* level : {"quorum", "writable", "healthy", "full"}) {
      all +=
          std::to_string(pages.ask("/health/ensemble?require=" + std::string(level)).status) + " ";
    }
    return all;
  };

  pages.poll(Round("1 2 3", "1L 2F 3F"));
  CHECK(statuses() == "200 200 200 200 ");
  pages.poll(Round("1 2 3", "1L 2F 3-"));
  CHECK(statuses() == "200 200 503 503 ");
  pages.poll(Round("1 2 3", "1- 2F 3F"));
  CHECK(statuses() == "200 503 503 503 ");
  pages.poll(Round("1 2 3", "1- 2N 3N"));
  CHECK(statuses() == "503 503 503 503 ");

  const auto mistake = pages.ask("/health/ensemble?require=most");
  CHECK(mistake.status == 400);
  CHECK(mistake.body ==
        "400: ?require= must be one of these:\n  quorum\n  writable\n  healthy\n  full\n");
}

TEST_CASE("all ensembles are shown, or the one that is asked for", "[pages]") {
  BoardPages pages({"default", "users"});
  pages.poll(Round("1 2 3", "1L 2F 3F"));

  const auto both = pages.ask("/health/ensemble");
  CHECK(both.status == 503);  // nothing is known of the second one
  CHECK(contains(both.body, "Ensemble default: healthy\n"));
  CHECK(contains(both.body, "\nEnsemble users: unknown\n"));
  CHECK(boost::json::parse(pages.ask("/health/ensemble?format=json").body).as_array().size() == 2);

  const auto one = pages.ask("/health/ensemble?ensemble=default");
  CHECK(one.status == 200);
  CHECK_FALSE(contains(one.body, "users"));
  CHECK(json_of(pages.ask("/health/ensemble?ensemble=default&format=json")).contains("level"));
}

TEST_CASE("an unknown ensemble is a 404 with those that there are", "[pages]") {
  BoardPages pages({"default", "users"});

  const auto response = pages.ask("/health/ensemble?ensemble=orders");

  CHECK(response.status == 404);
  CHECK(response.body == "404: ?ensemble= must be one of these:\n  default\n  users\n");
}

TEST_CASE("a member may be stopped, or not, and why", "[pages]") {
  BoardPages pages;
  pages.poll(Round("1 2 3", "1L 2F 3F"));
  const auto safe = pages.ask("/health/ensemble/disruption?member=zk-2:2181&action=stop");
  CHECK(safe.status == 200);
  CHECK(safe.body == "zk-2:2181 may be stopped\n");

  pages.poll(Round("1 2 3", "1L 2F 3-"));
  const auto unsafe = pages.ask("/health/ensemble/disruption?member=zk-2:2181");
  CHECK(unsafe.status == 503);
  CHECK(unsafe.body ==
        "zk-2:2181 must not be stopped now:\n"
        "- zk-3:2181 does not serve: bring it back first\n"
        "- without it no quorum is left\n");
  CHECK(pages.ask("/health/ensemble/disruption?member=zk-3:2181").status == 200);

  const auto object =
      json_of(pages.ask("/health/ensemble/disruption?member=zk-2:2181", "application/json"));
  CHECK(object.at("member").as_string() == "zk-2:2181");
  CHECK_FALSE(object.at("safe_to_stop").as_bool());
  CHECK(object.at("reasons").as_array().size() == 2);
}

TEST_CASE("without knowledge nothing may be stopped", "[pages]") {
  BoardPages pages;
  CHECK(pages.ask("/health/ensemble/disruption?member=zk-1:2181").status == 503);

  pages.poll(Round("1 2 3", "1L 2F 3?"));
  CHECK(pages.ask("/health/ensemble/disruption?member=zk-1:2181").status == 503);
}

TEST_CASE("members are looked at before one may be stopped", "[pages]") {
  BoardPages pages;
  pages.poll(Round("1 2 3", "1L 2F 3F"));
  pages.ask("/health/ensemble/disruption?member=zk-2:2181");
  CHECK(pages.asked ==
        std::vector<std::string>{"default zk-1:2181", "default zk-2:2181", "default zk-3:2181"});

  pages.seen = Observation();
  pages.seen->state = MemberState::kNotServing;
  const auto changed = pages.ask("/health/ensemble/disruption?member=zk-2:2181");
  CHECK(changed.status == 503);
  CHECK(changed.body ==
        "zk-2:2181 must not be stopped now:\n"
        "- zk-1:2181 has changed since it was last polled: it is not_serving now; ask again in a "
        "second\n");
}

TEST_CASE("the leader comes last when that is asked for", "[pages]") {
  BoardPages pages;
  pages.poll(Round("1 2 3", "1L 2F 3F"));

  CHECK(pages.ask("/health/ensemble/disruption?member=zk-1:2181").status == 200);
  CHECK(pages.ask("/health/ensemble/disruption?member=zk-2:2181&leader_last").status == 200);
  const auto leader = pages.ask("/health/ensemble/disruption?member=zk-1:2181&leader_last");
  CHECK(leader.status == 503);
  CHECK(leader.body == "zk-1:2181 must not be stopped now:\n- it leads: stop the others first\n");
}

TEST_CASE("a disruption that is not understood is refused", "[pages]") {
  BoardPages pages;
  const std::string members = "  zk-1:2181\n  zk-2:2181\n  zk-3:2181\n";

  const auto missing = pages.ask("/health/ensemble/disruption");
  CHECK(missing.status == 400);
  CHECK(missing.body == "400: ?member= must be one of these:\n" + members);
  const auto unknown = pages.ask("/health/ensemble/disruption?member=zk-9:2181");
  CHECK(unknown.status == 404);
  CHECK(unknown.body == "404: ?member= must be one of these:\n" + members);
  const auto action = pages.ask("/health/ensemble/disruption?member=zk-1:2181&action=drain");
  CHECK(action.status == 400);
  CHECK(action.body == "400: ?action= must be one of these:\n  stop\n");
}
