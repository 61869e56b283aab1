// How long the loop is held by one poll of a member whose replies are as large as they may be and
// of the worst shapes: reading, judging, rendering. The budget is 50 ms each.
//
//   worst_replies
//
// prints the CPU milliseconds of each shape, the best of three.

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <functional>
#include <iomanip>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "judge/judge_ensemble.hpp"
#include "judge/judge_member.hpp"
#include "metrics/exposition.hpp"
#include "metrics/member_text.hpp"

namespace {

using zke::Command;

constexpr std::string_view kSrvr =
    "Zookeeper version: 3.5.10-a32c7183, built on 2022-05-29 13:06 UTC\nMode: leader\n"
    "Node count: 5\n";
constexpr std::string_view kMntr = "zk_version\t3.5.10-a32c7183\nzk_server_state\tleader\n";
constexpr std::string_view kConf = "clientPort=2181\nserverId=1\ninitLimit=5\nmembership: \n";

/// `head`, and lines until the reply is as long as it may be.
std::string filled(Command command, std::string_view head,
                   const std::function<std::string(std::size_t)>& line, std::string_view end = "") {
  std::string reply(head);
  for (std::size_t i = 0;; ++i) {
    const auto next = line(i);
    if (reply.size() + next.size() + end.size() > zke::reply_limit(command)) {
      return reply += end;
    }
    reply += next;
  }
}

std::string repeated(std::string_view text, std::size_t bytes) {
  std::string all;
  while (all.size() + text.size() <= bytes) {
    all += text;
  }
  return all;
}

/// One poll of a member that gives `reply` to `command`, and the least to all others.
double milliseconds(Command command, const std::string& reply) {
  zke::PollRecord record;
  record.clock = std::chrono::steady_clock::now();
  record.finished = std::chrono::system_clock::now();
  const auto set = [&record](Command word, std::string text) {
    auto read = zke::read_reply(word, std::move(text));
    if (!read) {
      std::cerr << zke::to_string(word) << ": " << read.error().detail() << "\n";
    }
    record.replies[word] = std::move(read);
  };
  set(Command::kSrvr, std::string(kSrvr));
  auto copy = reply;
  const auto began = std::clock();
  set(command, std::move(copy));
  zke::MemberMemory memory;
  auto sample = std::make_shared<const zke::MemberSample>(memory.judge(record));
  zke::Snapshot view;
  view.name = "default";
  view.members.push_back({"zk-1:2181", sample});
  zke::EnsembleMemory ensemble;
  zke::judge_ensemble(view, ensemble, sample->clock, std::chrono::seconds(30));
  zke::Exposition exposition;
  zke::MemberText text;
  exposition.put("zk-1:2181", {{"ensemble", "default"}, {"member", "zk-1:2181"}},
                 [&](zke::FamilyText& to) { text.write(*sample, to); });
  return 1e3 * static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC;
}

void measure(std::string_view name, Command command, const std::string& reply) {
  const auto best = std::min(
      {milliseconds(command, reply), milliseconds(command, reply), milliseconds(command, reply)});
  std::cout << std::setw(8) << std::fixed << std::setprecision(1) << best << " ms  " << name
            << "\n";
}

void measure_mntr() {
  constexpr auto kWord = Command::kMntr;
  const auto number = [](std::size_t i) { return std::to_string(i); };
  const auto lines = [&](std::string_view name,
                         const std::function<std::string(std::size_t)>& line) {
    measure(name, kWord, filled(kWord, kMntr, line));
  };
  const auto bytes = zke::reply_limit(kWord) - 200;
  const auto huge = [&](std::string_view name, const std::string& key) {
    measure(name, kWord, std::string(kMntr) + "zk_" + key + "\t1\n");
  };
  huge("mntr: one huge key", repeated("k", bytes));
  huge("mntr: one key that is a label", "read_per_namespace{key=\"" + repeated("x", bytes) + "\"}");
  huge("mntr: one key full of key=",
       "read_per_namespace{key=\"" + repeated("\",key=\"", bytes) + "\"}");
  huge("mntr: one key full of quantile=",
       "read_per_namespace{key=\"" + repeated("\",quantile=\"", bytes) + "\"}");
  huge("mntr: one key full of commas", "new{a=\"" + repeated("\",", bytes) + "\"}");
  huge("mntr: one key full of labels", "new{a=\"" + repeated("\",b=\"\",c=\"", bytes) + "\"}");
  measure("mntr: one huge value", kWord,
          std::string(kMntr) + "zk_znode_count\t" + repeated("9", bytes) + "\n");
  measure("mntr: a huge version", kWord,
          "zk_version\t" + repeated("-", bytes) + "\nzk_server_state\tleader\n");
  lines("mntr: empty lines", [](std::size_t) { return "\n"; });
  lines("mntr: short unknown keys", [&](std::size_t i) { return "zk_u" + number(i) + "\t1\n"; });
  lines("mntr: one key again and again", [](std::size_t) { return "zk_znode_count\t1\n"; });
  lines("mntr: one set, other names",
        [&](std::size_t i) { return "zk_cnt_a" + number(i) + "_read_per_namespace\t1\n"; });
  lines("mntr: one set, long names of one start", [&](std::size_t i) {
    return "zk_cnt_" + std::string(2000, 'a') + number(i) + "_read_per_namespace\t1\n";
  });
  lines("mntr: one set, as labels", [&](std::size_t i) {
    return "zk_read_per_namespace_sum{key=\"a" + number(i) + "\"}\t1\n";
  });
  lines("mntr: one set, values that are cleaned",
        [&](std::size_t i) { return "zk_cnt_\x01" + number(i) + "_write_per_namespace\t1\n"; });
  lines("mntr: labels of the JVM",
        [&](std::size_t i) { return "zk_jvm_threads_state{state=\"a" + number(i) + "\"}\t1\n"; });
  lines("mntr: quantiles",
        [&](std::size_t i) { return "zk_readlatency{quantile=\"0." + number(i) + "\"}\t1\n"; });
  lines("mntr: unknown keys with labels",
        [&](std::size_t i) { return "zk_new{a=\"" + number(i) + "\",b=\"c\"}\t1\n"; });
  lines("mntr: many commas in each line", [&](std::size_t) {
    return "zk_write_per_namespace_sum{key=\"" + repeated("\",key=\"", 500) + "\"}\t1\n";
  });
}

void measure_conf() {
  constexpr auto kWord = Command::kConf;
  constexpr std::string_view kEnd = "\nversion=1";
  const auto number = [](std::size_t i) { return std::to_string(i); };
  const auto lines = [&](std::string_view name, const std::function<std::string(std::size_t)>& line,
                         const std::string& more = "") {
    measure(name, kWord, filled(kWord, std::string(kConf) + more, line, kEnd));
  };
  const auto server = [&](std::size_t i) { return "server." + number(i) + "=h:1:2;3\n"; };
  std::string thousand;
  for (std::size_t i = 0; i < 1000; ++i) {
    thousand += server(i);
  }
  lines("conf: servers", server);
  measure("conf: 1000 servers", kWord, std::string(kConf) + thousand + std::string(kEnd));
  lines("conf: one server again and again", [&](std::size_t) { return server(1); });
  lines(
      "conf: weights", [&](std::size_t i) { return "weight." + number(i % 1000) + "=1\n"; },
      thousand);
  lines(
      "conf: one group of unknown ids", [&](std::size_t i) { return ":" + number(i); },
      thousand + "group.1=1");
  lines(
      "conf: groups", [&](std::size_t i) { return "group." + number(i) + "=1\n"; }, thousand);
  lines("conf: versions", [](std::size_t) { return "version=1\n"; });
  lines(
      "conf: one huge line", [](std::size_t) { return std::string(1000, 'x'); }, "server.1=");
  lines("conf: empty lines", [](std::size_t) { return "\n"; });
}

void run() {
  measure_mntr();
  measure_conf();
  measure("srvr: versions", Command::kSrvr,
          filled(Command::kSrvr, kSrvr, [](std::size_t) { return "Zookeeper version: 1-2\n"; }));
  measure("srvr: empty lines", Command::kSrvr,
          filled(Command::kSrvr, kSrvr, [](std::size_t) { return "\n"; }));
  measure("wchs: words", Command::kWchs,
          filled(Command::kWchs, "1 connections watching 1 paths\nTotal watches:1\n",
                 [](std::size_t) { return "a b\n"; }));
}

}  // namespace

int main() {
  try {
    run();
    return EXIT_SUCCESS;
  } catch (const std::exception& e) {
    std::cerr << "worst_replies: " << e.what() << "\n";
  }
  return EXIT_FAILURE;
}
