#include "judge/client_findings.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <iterator>
#include <optional>
#include <span>

#include "base/duration.hpp"

namespace zke {

namespace {

using Clock = std::chrono::steady_clock;
using Operation = CanaryOperation;

constexpr auto kReads =
    std::to_array<Operation>({Operation::kExists, Operation::kSync, Operation::kGet});
constexpr auto kWrites = std::to_array<Operation>({Operation::kSet});

std::string time_text(std::chrono::system_clock::time_point at) {
  const auto seconds = std::chrono::system_clock::to_time_t(at);
  tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 20> text{};
  std::strftime(text.data(), text.size(), "%H:%M:%S UTC", &parts);
  return text.data();
}

/// Looks at members at one moment.
class Look {
 public:
  Look(Clock::time_point now, Clock::duration election_time)
      : now_(now), election_time_(election_time) {}

  /// Its newest round is not long ago.
  bool is_fresh(const ClientView& client, const std::optional<Trouble>& trouble) const {
    constexpr int kRounds = 3;
    return trouble && now_ - trouble->last <= kRounds * client.interval;
  }

  /// The trouble of these operations that began first, of those that are believed; and whose it is.
  std::optional<Operation> find_failing(const ClientView& client,
                                        std::span<const Operation> operations) const {
    std::optional<Operation> first;
    for (const auto operation : operations) {
      const auto& trouble = client.failing[operation];
      const bool is_proven = is_fresh(client, trouble) && trouble->rounds >= 2 &&
                             now_ - trouble->since > election_time_;
      if (is_proven && (!first || trouble->since < client.failing[*first]->since)) {
        first = operation;
      }
    }
    return first;
  }

  bool goes_on(const ClientView& client, const std::optional<Trouble>& trouble) const {
    constexpr int kRounds = 3;
    return is_fresh(client, trouble) && trouble->rounds >= kRounds;
  }

  /// The operation by which nothing is learnt; that of a login stands for all.
  std::optional<Operation> find_denied(const ClientView& client) const {
    const auto* const found = std::ranges::find_if(
        kCanaryOperations, [&](Operation each) { return is_fresh(client, client.denied[each]); });
    return found == kCanaryOperations.end() ? std::nullopt : std::optional(*found);
  }

  /// Whether it can tell of writes.
  bool is_tried(const ClientView& client) const {
    return client.is_writing_level && !is_fresh(client, client.denied[Operation::kConnect]) &&
           !is_fresh(client, client.denied[Operation::kSet]);
  }

  /// " since 08:21:03 UTC (45s): no answer within 5s"
  std::string since_text(const Trouble& trouble) const {
    return " since " + time_text(trouble.since_utc) + " (" +
           to_string(std::chrono::floor<std::chrono::seconds>(now_ - trouble.since)) +
           "): " + trouble.why;
  }

 private:
  Clock::time_point now_;
  Clock::duration election_time_;
};

struct Seen {
  const std::string& name;
  const ClientView& client;
  bool is_steady;  ///< it has served for an election time
};

std::vector<Seen> find_seen(const Snapshot& view, const std::vector<bool>& serves,
                            const std::vector<bool>& steady) {
  std::vector<Seen> seen;
  for (std::size_t i = 0; i < view.members.size(); ++i) {
    if (const auto& member = view.members[i]; member.client && serves[i]) {
      seen.push_back({member.name, *member.client, steady[i]});
    }
  }
  return seen;
}

std::string describe_unwritable(const std::vector<Seen>& seen, const Look& look) {
  const Seen* newest = nullptr;  // since then all fail
  std::size_t tried = 0;
  for (const auto& each : seen) {
    if (!look.is_tried(each.client)) {
      continue;
    }
    if (!each.is_steady || !look.find_failing(each.client, kWrites)) {
      return {};
    }
    const auto since = each.client.failing[Operation::kSet]->since;
    if (newest == nullptr || since > newest->client.failing[Operation::kSet]->since) {
      newest = &each;
    }
    ++tried;
  }
  if (newest == nullptr) {
    return {};
  }
  return "Writes have failed through " +
         (tried == 1 ? newest->name + ", the only member that is tried,"
                     : "all " + std::to_string(tried) + " members that are tried") +
         look.since_text(*newest->client.failing[Operation::kSet]);
}

Findings find_failures(const std::vector<Seen>& seen, const Look& look) {
  Findings findings;
  for (const auto& [name, client, is_steady] : seen) {
    if (is_steady && client.is_writing_level && look.find_failing(client, kWrites)) {
      findings.push_back({FindingCode::kWritesFail, name,
                          name + " has failed a client's writes" +
                              look.since_text(*client.failing[Operation::kSet])});
    }
  }
  for (const auto& [name, client, is_steady] : seen) {
    if (const auto operation = look.find_failing(client, kReads); operation && is_steady) {
      findings.push_back({FindingCode::kReadsFail, name,
                          name + " has failed a client's reads (" +
                              std::string(to_string(*operation)) + ")" +
                              look.since_text(*client.failing[*operation])});
    }
  }
  return findings;
}

Findings find_delays(const std::vector<Seen>& seen, const Look& look) {
  Findings findings;
  for (const auto& [name, client, is_steady] : seen) {
    if (client.is_writing_level && look.goes_on(client, client.slow_writes) &&
        !look.find_failing(client, kWrites)) {
      findings.push_back(
          {FindingCode::kWritesSlow, name,
           name + " has answered a client's writes late" + look.since_text(*client.slow_writes)});
    }
  }
  for (const auto& [name, client, is_steady] : seen) {
    if (client.is_writing_level && look.goes_on(client, client.late_watches)) {
      findings.push_back(
          {FindingCode::kWatchesLate, name,
           name + " has told a client's watches late" + look.since_text(*client.late_watches)});
    }
  }
  return findings;
}

Findings find_blindness(const std::vector<Seen>& seen, const Look& look) {
  Findings findings;
  for (const auto& [name, client, is_steady] : seen) {
    if (const auto operation = look.find_denied(client)) {
      findings.push_back({FindingCode::kCanaryBlind, name,
                          name + " has not permitted the canary's " +
                              std::string(to_string(*operation)) +
                              look.since_text(*client.denied[*operation])});
    }
  }
  return findings;
}

}  // namespace

ClientFaults find_client_faults(const Snapshot& view, const std::vector<bool>& serves,
                                const std::vector<bool>& steady, Clock::time_point now,
                                Clock::duration election_time) {
  const auto seen = find_seen(view, serves, steady);
  const Look look(now, election_time);
  ClientFaults faults;
  faults.unwritable = describe_unwritable(seen, look);
  for (const auto find : {find_failures, find_delays, find_blindness}) {
    std::ranges::move(find(seen, look), std::back_inserter(faults.findings));
  }
  return faults;
}

bool is_client_failure(FindingCode code) {
  return code == FindingCode::kWritesFail || code == FindingCode::kReadsFail;
}

}  // namespace zke
