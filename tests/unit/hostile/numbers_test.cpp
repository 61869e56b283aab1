#include <catch2/catch.hpp>

#include "base/text.hpp"
#include "support/hostile.hpp"

using namespace zke;
using namespace zke::test;

// Every number that is used for more than printing, through all that a server may say instead.

namespace {

/// `reply` with the text between the first `before` and the next of `stops` replaced.
std::string with(std::string reply, const std::string& before, const std::string& stops,
                 const std::string& number) {
  const auto found = reply.find(before);
  REQUIRE(found != std::string::npos);
  const auto begin = found + before.size();
  return reply.replace(begin, reply.find_first_of(stops, begin) - begin, number);
}

struct Place {
  Command command;
  std::string before;
  std::string stops = "\n";
};

/// A leader whose mntr is short, with what is judged by since 3.6.
Words short_leader() {
  auto words = captured_words("3.5.10/leader");
  for (const std::string key : {"quorum_size", "synced_non_voting_followers", "learners", "uptime",
                                "leader_uptime", "cnt_readlatency", "sum_readlatency",
                                "min_readlatency", "max_readlatency", "p99_readlatency"}) {
    words[Command::kMntr] += "zk_" + key + "\t3\n";
  }
  return words;
}

void walk(const Words& words, const std::vector<Place>& places) {
  for (const auto& place : places) {
    for (const auto& number : hostile_numbers()) {
      CAPTURE(place.before, number.substr(0, 40));
      auto changed = words;
      auto& reply = changed[place.command];
      reply = with(reply, place.before, place.stops, number);
      digest(changed);
    }
  }
}

}  // namespace

TEST_CASE("no number of srvr or wchs harms a judgement or a page", "[hostile]") {
  walk(short_leader(), {{Command::kSrvr, "Latency min/avg/max: ", "/"},
                        {Command::kSrvr, "Latency min/avg/max: 0/", "/"},
                        {Command::kSrvr, "Received: "},
                        {Command::kSrvr, "Connections: "},
                        {Command::kSrvr, "Outstanding: "},
                        {Command::kSrvr, "Zxid: "},
                        {Command::kSrvr, "Zxid: 0x"},
                        {Command::kSrvr, "Node count: "},
                        {Command::kSrvr, "Proposal sizes last/min/max: ", "/"},
                        {Command::kWchs, "", " "},
                        {Command::kWchs, "watching ", " "},
                        {Command::kWchs, "Total watches:"}});
}

TEST_CASE("no number of mntr harms a judgement or a page", "[hostile]") {
  std::vector<Place> places;
  for (const std::string key :
       {"quorum_size", "synced_followers", "synced_non_voting_followers", "learners", "uptime",
        "leader_uptime", "watch_count", "znode_count", "max_file_descriptor_count",
        "cnt_readlatency", "sum_readlatency", "min_readlatency", "max_readlatency",
        "p99_readlatency", "max_latency", "avg_latency"}) {
    places.push_back({Command::kMntr, "\nzk_" + key + "\t"});
  }
  walk(short_leader(), places);
  auto without_conf = short_leader();
  without_conf[Command::kConf] = "conf is not executed because it is not in the whitelist.\n";
  walk(without_conf, {places.begin(), places.begin() + 3});
}

TEST_CASE("no number of conf harms a judgement or a page", "[hostile]") {
  auto words = short_leader();
  auto& conf = words[Command::kConf];
  conf.insert(conf.find("version="),
              "group.1=1:2:3\ngroup.2=4\nweight.1=1\nweight.2=1\nweight.3=1\n");
  std::vector<Place> places{{Command::kConf, "\nserver.", "="},
                            {Command::kConf, "\ngroup.", "="},
                            {Command::kConf, "\ngroup.1=", ":"},
                            {Command::kConf, "\nweight.", "="}};
  for (const std::string key :
       {"serverId", "tickTime", "initLimit", "syncLimit", "minSessionTimeout", "maxSessionTimeout",
        "maxClientCnxns", "dataDirSize", "dataLogSize", "peerType", "group.2", "weight.1",
        "weight.2", "version"}) {
    places.push_back({Command::kConf, "\n" + key + "="});
  }
  walk(words, places);
}

TEST_CASE("two weights of the largest integer are not added up", "[hostile]") {
  const auto words = short_leader();
  for (const std::string weight : {"9223372036854775807", "2147483647"}) {
    auto changed = words;
    auto& conf = changed[Command::kConf];
    conf.insert(conf.find("version="), "group.1=1:2:3\nweight.1=" + weight +
                                           "\nweight.2=" + weight + "\nweight.3=" + weight + "\n");
    digest(changed);
  }
}

TEST_CASE("a latency that is no number leaves the others and is counted", "[hostile]") {
  auto words = short_leader();
  words[Command::kSrvr] =
      with(words[Command::kSrvr], "Latency min/avg/max: ", "\n", "NaN/NaN/Infinity");

  CHECK(digest(words).find("\nzookeeper_unparsed_lines{ensemble=\"default\",member=\"zk-1:2181\"} "
                           "1\n") != std::string::npos);
}
