#include "support/hostile.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include <catch2/catch.hpp>

#include "base/text.hpp"
#include "fourletter/limits.hpp"
#include "judge/judge_ensemble.hpp"
#include "metrics/ensemble_text.hpp"
#include "metrics/exposition.hpp"
#include "metrics/member_text.hpp"
#include "support/captures.hpp"

namespace zke::test {

namespace {

PollRecord record_of(const Words& words) {
  auto record = empty_record();
  for (const auto command : kCommands) {
    set_reply(record, command, read_reply(command, words[command]));
  }
  return record;
}

bool is_bounded(const std::optional<std::int64_t>& figure, std::int64_t max) {
  return !figure || (*figure >= 0 && *figure <= max);
}

void check_sample(const MemberSample& sample) {
  CHECK(is_bounded(sample.quorum_size, kMaxServers));
  CHECK(is_bounded(sample.synced_followers, kMaxServers));
  CHECK(is_bounded(sample.synced_non_voting_followers, kMaxServers));
  CHECK((!sample.start_time || std::abs(*sample.start_time) < kMaxUptime));
  if (sample.srvr) {
    for (const auto& latency :
         {sample.srvr->latency_min, sample.srvr->latency_avg, sample.srvr->latency_max}) {
      CHECK((!latency || (*latency >= 0 && *latency <= static_cast<double>(kMaxLatency))));
    }
  }
  if (sample.conf) {
    CHECK(sample.conf->servers.size() <= static_cast<std::size_t>(kMaxServers));
    CHECK(is_bounded(sample.conf->tick_time, kMaxTickTime));
    CHECK(is_bounded(sample.conf->sync_limit, kMaxTicks));
    std::set<std::int64_t> ids;
    for (const auto& server : sample.conf->servers) {
      CHECK(ids.insert(server.id).second);
      CHECK(is_bounded(server.weight, kMaxWeight));
      CHECK(server.client_address.size() <= kMaxAddress);
    }
  }
}

void check_verdict(const EnsembleVerdict& verdict) {
  const auto most = static_cast<int>(kMaxServers);
  CHECK(verdict.voters <= static_cast<std::size_t>(kMaxServers));
  CHECK(verdict.voters_serving <= verdict.voters);
  CHECK(std::abs(verdict.failures_tolerated) <= most);
}

/// A page as Prometheus would take it: short names and labels, no control character, and no series
/// twice. Fails once at most: there may be many lines.
std::string fault_of(std::string_view page) {
  std::set<std::string_view> series;
  while (!page.empty()) {
    const auto line = take_line(page);
    constexpr std::size_t kLongest = 2500;  // ten labels and a name
    if (line.size() > kLongest) {
      return "too long: " + std::string(line.substr(0, 200));
    }
    if (printable(line, kLongest) != line) {
      return "not printable: " + std::string(line);
    }
    if (!line.starts_with('#') && !series.insert(line.substr(0, line.rfind(' '))).second) {
      return "comes twice: " + std::string(line);
    }
  }
  return {};
}

}  // namespace

Words captured_words(const std::string& capture) {
  Words words;
  for (const auto command : kCommands) {
    words[command] = is_captured(capture, command) ? captured(capture, command) : "";
  }
  return words;
}

std::string digest(const Words& words) {
  static const auto follower = captured_words("3.4.14/follower");  // says little
  Snapshot view;
  view.name = "default";
  MemberText text;
  Exposition exposition;
  const auto add = [&](const std::string& name, const Words& said) {
    MemberMemory memory;
    auto sample = std::make_shared<const MemberSample>(memory.judge(record_of(said)));
    exposition.put(name, {{"ensemble", "default"}, {"member", name}},
                   [&](FamilyText& to) { text.write(*sample, to); });
    view.members.push_back({name, sample});
    return sample;
  };
  check_sample(*add("zk-1:2181", words));
  add("zk-2:2181", follower);
  EnsembleMemory memory;
  view.verdict =
      judge_ensemble(view, memory, view.members[0].sample->clock, std::chrono::seconds(30));
  check_verdict(view.verdict);
  exposition.put("ensemble", {{"ensemble", "default"}},
                 [&](FamilyText& to) { write_ensemble(view, to); });
  auto page = exposition.text({});
  CHECK_THAT(fault_of(page), Catch::Equals(""));
  return page;
}

std::vector<std::string> hostile_numbers() {
  return {"0",
          "-0",
          "1",
          "-1",
          "-2",
          "+5",
          " 5",
          "5 ",
          "",
          "1000",
          "1001",
          "2147483647",
          "2147483648",
          "4294967296",
          "9223372036854775807",
          "-9223372036854775808",
          "9223372036854775808",
          "18446744073709551615",
          "100000000000000",
          "1e14",
          "1e400",
          "1e-400",
          "1.0E300",
          "2.0",
          "2.5",
          "NaN",
          "Infinity",
          "-Infinity",
          "nan",
          "0x7fffffffffffffff",
          "123456789012345678901234567890",
          std::string(100'000, '9')};
}

}  // namespace zke::test
