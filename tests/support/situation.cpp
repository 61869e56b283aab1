#include "support/situation.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <catch2/catch.hpp>

#include "base/text.hpp"
#include "judge/client_findings.hpp"
#include "pages/ensemble_report.hpp"
#include "support/families.hpp"

namespace zke::test {

namespace {

std::string name_of(std::int64_t id) { return "zk-" + std::to_string(id) + ":2181"; }

/// "zk-3:2181" as "3".
std::string short_name(std::string name) {
  if (name.starts_with("zk-") && name.ends_with(":2181")) {
    return name.substr(3, name.size() - 8);
  }
  return name;
}

std::vector<std::string_view> words(std::string_view text) {
  auto parts = split(text, ' ');
  std::erase_if(parts, [](auto part) { return part.empty(); });
  return parts;
}

MemberState state_of_letter(char letter) {
  constexpr std::string_view kLetters = "LFOSRN-";
  letter = letter == '~' ? '-' : letter;
  return kMemberStates.at(kLetters.find(letter));
}

std::int64_t number(std::string_view text) { return parse_int(text).value(); }

std::string add_word(std::string text, const std::string& separator, const std::string& word) {
  return text + (text.empty() ? "" : separator) + word;
}

}  // namespace

std::vector<ConfServer> servers(std::string_view text) {
  std::vector<ConfServer> servers;
  for (auto word : words(text)) {
    ConfServer server;
    auto rest = word;
    auto id = take_until(rest, '/');
    server.is_observer = id.ends_with('o');
    id.remove_suffix(server.is_observer ? 1 : 0);
    server.id = number(id);
    if (!rest.empty()) {
      server.group = number(take_until(rest, '*'));
      server.weight = rest.empty() ? 1 : number(rest);
    }
    server.client_address = name_of(server.id);
    servers.push_back(std::move(server));
  }
  return servers;
}

Sample::Sample(int id, MemberState state) : id_(id), name_(name_of(id)) {
  sample_.state = state;
  sample_.result = PollResult::kOk;
  sample_.took = std::chrono::milliseconds(5);
  if (state == MemberState::kUnreachable) {
    failed(Reason::kRefused);
  }
  if (state == MemberState::kLeader || state == MemberState::kFollower ||
      state == MemberState::kStandalone) {
    sample_.is_voter = true;
  } else if (state == MemberState::kObserver) {
    sample_.is_voter = false;
  }
  if (is_serving(state)) {
    sample_.srvr = Srvr();
    sample_.srvr->is_zookeeper = true;
    sample_.srvr->zxid = Zxid{5, 100};
  }
}

Sample& Sample::named(std::string member) {
  name_ = std::move(member);
  return *this;
}

Sample& Sample::epoch(std::uint32_t epoch) {
  sample_.srvr->zxid->epoch = epoch;
  return *this;
}

Sample& Sample::zxid(std::uint32_t counter) {
  sample_.srvr->zxid->counter = counter;
  return *this;
}

Sample& Sample::conf(std::vector<ConfServer> membership, std::int64_t id, std::uint64_t version) {
  sample_.conf = Conf();
  sample_.conf->server_id = id;
  sample_.conf->tick_time = 2000;
  sample_.conf->sync_limit = 5;
  sample_.conf->servers = std::move(membership);
  sample_.conf->version = version;
  return *this;
}

Sample& Sample::sync_limit(std::int64_t ticks) {
  sample_.conf->sync_limit = ticks;
  return *this;
}

Sample& Sample::setting(std::string key, std::int64_t value) {
  sample_.conf->figures.push_back({std::move(key), value});
  return *this;
}

Sample& Sample::digests(std::vector<Digest> log) {
  Digests digests;
  digests.log = std::move(log);
  sample_.digests = std::make_shared<const Digests>(std::move(digests));
  return *this;
}

Sample& Sample::client(ClientView view) {
  client_ = std::make_shared<const ClientView>(std::move(view));
  return *this;
}

Sample& Sample::refuses(Command command) {
  sample_.command_allowed[command] = false;
  return *this;
}

Sample& Sample::runs(std::string version) {
  sample_.version = ServerVersion{std::move(version), {}, {}};
  return *this;
}

Sample& Sample::synced(std::int64_t followers, std::int64_t non_voting) {
  sample_.synced_followers = followers;
  sample_.synced_non_voting_followers = non_voting;
  return *this;
}

Sample& Sample::failed(Reason reason) {
  sample_.reason = reason;
  sample_.result = PollResult::kFailed;
  return *this;
}

Sample& Sample::claims(std::int64_t servers, std::int64_t tick_time, std::int64_t sync_limit) {
  sample_.quorum_size = servers;
  sample_.synced_followers = servers;
  sample_.synced_non_voting_followers = servers;
  sample_.conf->tick_time = tick_time;
  sample_.conf->sync_limit = sync_limit;
  return *this;
}

Sample& Sample::several() {
  sample_.is_several_servers = true;
  return *this;
}

Sample& Sample::aged(std::chrono::seconds age) {
  age_ = age;
  return *this;
}

Sample& Sample::took(std::chrono::milliseconds time) {
  sample_.took = time;
  return *this;
}

Sample& Sample::speaks(std::string_view kind, const std::vector<ConfServer>& membership) {
  if (!is_serving(sample_.state)) {
    return *this;
  }
  if (kind == "3.9" || kind == "3.5") {
    conf(membership, id_);
  } else if (kind == "3.4" || kind == "keeper") {
    conf({}, id_);
  }
  if (kind == "3.9" || kind == "noconf") {
    const auto voters = std::ranges::count(membership, false, &ConfServer::is_observer);
    sample_.quorum_size = voters == 0 ? std::nullopt : std::optional(voters);
  } else {
    sample_.synced_non_voting_followers.reset();
  }
  sample_.srvr->is_zookeeper = kind != "keeper";
  if (kind == "srvr") {
    sample_.synced_followers.reset();
    sample_.reason = Reason::kCommandRefused;
  }
  return *this;
}

SamplePtr Sample::take(EnsembleMemory::Clock::time_point now) const {
  auto sample = sample_;
  sample.clock = now - age_;
  return std::make_shared<const MemberSample>(std::move(sample));
}

Round::Round(std::string_view membership, std::string_view members) {
  const auto all = servers(membership);
  std::int64_t followers = 0;
  for (const auto word : words(members)) {
    followers += word.find('F') == std::string_view::npos ? 0 : 1;
  }
  for (const auto word : words(members)) {
    auto kind = word;
    auto synced = take_until(kind, ':');
    auto epoch = take_until(synced, '+');
    const auto who = take_until(epoch, '@');
    const auto id = static_cast<int>(number(who.substr(0, who.size() - 1)));
    names_.push_back(name_of(id));
    if (who.ends_with('?')) {
      continue;
    }
    auto& sample = samples_.emplace_back(id, state_of_letter(who.back()));
    if (who.ends_with('~')) {
      sample.failed(Reason::kTimeout);
    }
    if (!epoch.empty()) {
      sample.epoch(static_cast<std::uint32_t>(number(epoch)));
    }
    if (sample.state() == MemberState::kLeader) {
      sample.synced(synced.empty() ? followers : number(synced));
    }
    sample.speaks(kind.empty() ? "3.9" : kind, all);
  }
}

Sample& Round::at(int id) {
  return *std::ranges::find(samples_, name_of(id), [](auto& sample) { return sample.name(); });
}

Snapshot Round::view(EnsembleMemory::Clock::time_point now) const {
  Snapshot view;
  view.name = "default";
  for (const auto& name : names_) {
    const auto found =
        std::ranges::find(samples_, name, [](const auto& sample) { return sample.name(); });
    auto& member = view.members.emplace_back();
    member.name = name;
    if (found != samples_.end()) {
      member.sample = found->take(now);
      member.client = found->client();
    }
  }
  return view;
}

const EnsembleVerdict& Watch::see(const Round& round, Clock::duration after) {
  now += after;
  view = round.view(now);
  view.verdict = judge_ensemble(view, memory, now, max_age);
  verdict = view.verdict;
  return verdict;
}

Change failed(int id, Reason reason) {
  return [=](Round& round) { round.at(id).failed(reason); };
}

Change several(int id) {
  return [=](Round& round) { round.at(id).several(); };
}

Change aged(int id, std::chrono::seconds age) {
  return [=](Round& round) { round.at(id).aged(age); };
}

Change holds(int id, const std::string& membership, std::int64_t server_id) {
  return [=](Round& round) { round.at(id).conf(servers(membership), server_id); };
}

std::vector<std::string> find_contradictions(const EnsembleVerdict& verdict) {
  const auto says = [&](const std::string& text) {
    return verdict.summary.find(text) != std::string::npos;
  };
  const auto has_reason = [](const MemberVerdict& member, std::string_view reason) {
    return std::ranges::find(member.unsafe_to_stop, reason) != member.unsafe_to_stop.end();
  };
  constexpr std::string_view kLast = "without it no quorum is left";
  const auto tolerated = verdict.failures_tolerated;
  const bool is_served = has_quorum(verdict.level);
  std::vector<std::string> found;
  const auto claim = [&](bool holds, const std::string& what) {
    if (!holds) {
      found.push_back(what);
    }
  };
  claim(!is_served || tolerated >= 0, "it serves, and voters must come back");
  claim(verdict.level != Level::kNoQuorum || verdict.voters == 0 || tolerated < 0,
        "no quorum, and no voter must come back");
  claim(verdict.level != Level::kAtRisk || tolerated == 0, "at risk, and voters can be lost");
  claim(!says("one voter can be lost") || tolerated == 1, "the sentence says 1 can be lost");
  claim(!says(" no voter can be lost") || tolerated == 0, "the sentence says none can be lost");
  claim(!says("voters can be lost without") || tolerated > 1, "the sentence says several can");
  claim(verdict.unwritable.empty() || verdict.level != Level::kHealthy, "healthy, and unwritable");
  claim(verdict.unwritable.empty() || verdict.has(FindingCode::kWritesFail),
        "unwritable without a finding");
  claim(verdict.unwritable.empty() || !is_served || says(verdict.unwritable + "."),
        "the sentence does not say that it is unwritable");
  for (const auto& member : verdict.members) {
    const bool is_failing_elsewhere =
        std::ranges::any_of(verdict.findings, [&](const auto& finding) {
          return is_client_failure(finding.code) && finding.member != member.member;
        });
    claim(!member.unsafe_to_stop.empty() || !is_failing_elsewhere,
          member.member + " is safe to stop while another one fails a client");
    claim(!member.unsafe_to_stop.empty() || verdict.unwritable.empty(),
          member.member + " is safe to stop while nobody can write");
    const bool has_down = std::ranges::any_of(verdict.members, [&](const auto& other) {
      return &other != &member && other.is_voter && !other.serves;
    });
    claim(!member.unsafe_to_stop.empty() || !has_down,
          member.member + " is safe to stop while another voter is down");
    claim(!has_reason(member, kLast) || tolerated <= 0,
          "voters can be lost, but not " + member.member);
    claim(is_served || !member.unsafe_to_stop.empty(), member.member + " is safe without a quorum");
    const bool is_last = tolerated == 0 && member.is_voter && verdict.voters_serving == 1;
    claim(!is_last || !member.serves || !member.unsafe_to_stop.empty(),
          "the last one is safe to stop: " + member.member);
  }
  if (verdict.level == Level::kAtRisk) {
    claim(std::ranges::any_of(verdict.members,
                              [&](const auto& member) { return !member.unsafe_to_stop.empty(); }),
          "at risk, and each member may be stopped");
  }
  return found;
}

std::vector<std::string> find_differences(const Snapshot& view) {
  const auto& verdict = view.verdict;
  const auto text = ensemble_text(view);
  const auto json = ensemble_json(view);
  std::map<std::string, double> metrics;
  for (const auto& family : ensemble_families(verdict)) {
    for (const auto& line : family.lines) {
      auto name = family.name;  // and the values of its labels
      const auto series = series_of(line);
      const auto parts = split(series, '"');
      for (std::size_t i = 1; i < parts.size(); i += 2) {
        name += " " + std::string(parts[i]);
      }
      metrics[name] = value_of(line);
    }
  }
  std::vector<std::string> found;
  const auto claim = [&](bool holds, const std::string& what) {
    if (!holds) {
      found.push_back(what);
    }
  };
  const std::string level(to_string(verdict.level));
  claim(text.find(": " + level + "\n" + verdict.summary + "\n") != std::string::npos, "text");
  claim(json.at("level").as_string() == level, "level in JSON");
  claim(json.at("summary").as_string() == verdict.summary, "summary in JSON");
  claim(json.at("failures_tolerated").as_int64() == verdict.failures_tolerated, "JSON tolerated");
  claim(metrics["zookeeper_ensemble_state " + level] == 1, "level in metrics");
  claim(verdict.level == Level::kUnknown ||
            metrics["zookeeper_ensemble_failures_tolerated"] == verdict.failures_tolerated,
        "tolerated in metrics");
  claim(metrics["zookeeper_ensemble_voters_serving"] == static_cast<double>(verdict.voters_serving),
        "serving in metrics");
  for (std::size_t i = 0; i < verdict.members.size(); ++i) {
    const auto& member = verdict.members[i];
    const bool is_safe = member.unsafe_to_stop.empty();
    const auto& row = json.at("members").as_array()[i].as_object();
    claim(row.at("safe_to_stop").as_bool() == is_safe, "JSON gate of " + member.member);
    claim(row.at("unsafe_to_stop").as_array().empty() == is_safe,
          "JSON reasons of " + member.member);
    claim(metrics["zookeeper_member_safe_to_stop " + member.member] == (is_safe ? 1 : 0),
          "metrics' gate of " + member.member);
    const auto line = text.substr(text.find("  " + member.member));
    const auto end = line.substr(0, line.find('\n'));
    claim(is_safe == (end.find("not safe to stop: ") == std::string::npos),
          "row of " + member.member);
  }
  return found;
}

void check(const std::vector<Situation>& situations) {
  for (const auto& situation : situations) {
    Watch watch;
    for (const auto& step : situation.steps) {
      Round round(step.membership, step.members);
      if (step.change) {
        step.change(round);
      }
      watch.see(round, step.after);
    }
    const auto& verdict = watch.verdict;
    std::string findings;
    for (const auto& finding : verdict.findings) {
      const auto who = finding.member.empty() ? "" : " " + short_name(finding.member);
      findings = add_word(findings, ", ", std::string(to_string(finding.code)) + who);
    }
    std::string safe;
    for (const auto& member : verdict.members) {
      if (member.unsafe_to_stop.empty()) {
        safe = add_word(safe, " ", short_name(member.member));
      }
    }
    INFO(situation.name << "\n" << verdict.summary);
    CHECK(to_string(verdict.level) == to_string(situation.level));
    CHECK(findings == situation.findings);
    CHECK(verdict.voters == situation.voters);
    CHECK(verdict.voters_serving == situation.serving);
    CHECK(verdict.failures_tolerated == situation.tolerated);
    CHECK(verdict.leaders == situation.leaders);
    CHECK(safe == situation.safe);
    CHECK(verdict.summary.ends_with('.'));
    CHECK(find_contradictions(verdict) == std::vector<std::string>());
    CHECK(find_differences(watch.view) == std::vector<std::string>());
    if (!situation.summary.empty()) {
      CHECK(verdict.summary == situation.summary);
    }
  }
}

}  // namespace zke::test
