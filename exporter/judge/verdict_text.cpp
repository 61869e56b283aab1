#include "judge/verdict_text.hpp"

#include <algorithm>
#include <vector>

namespace zke {

namespace {

std::string count_text(std::size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string tolerance_text(int failures) {
  return failures == 0   ? "no voter can be lost"
         : failures == 1 ? "one voter can be lost"
                         : std::to_string(failures) + " voters can be lost";
}

std::string serving_text(const EnsembleVerdict& verdict) {
  return std::to_string(verdict.voters_serving) + " of " + count_text(verdict.voters, "voter") +
         (verdict.voters_serving == 1 ? " serves" : " serve");
}

std::string leader_text(const EnsembleVerdict& verdict) {
  for (const auto& member : verdict.members) {
    if (member.is_leader && verdict.leaders == 1 && verdict.voters > 1) {
      return ", " + member.member + " leads";
    }
  }
  return {};
}

/// Findings that say the same of several members.
struct Group {
  FindingCode code{};
  std::string_view predicate;  ///< the text without the member
  std::string text;
  std::vector<std::string> others;
};

std::vector<Group> group_findings(const EnsembleVerdict& verdict) {
  std::vector<Group> groups;
  for (const auto& finding : verdict.findings) {
    if (finding.code == FindingCode::kWritesFail && !verdict.unwritable.empty()) {
      continue;  // that is said of all
    }
    std::string_view predicate = finding.text;
    const bool is_about = !finding.member.empty() && predicate.starts_with(finding.member);
    predicate.remove_prefix(is_about ? finding.member.size() : 0);
    const auto same = std::ranges::find_if(groups, [&](const Group& group) {
      return is_about && group.code == finding.code && group.predicate == predicate;
    });
    if (same == groups.end()) {
      groups.push_back({finding.code, predicate, finding.text, {}});
    } else {
      same->others.push_back(finding.member);
    }
  }
  return groups;
}

/// The findings' texts, members with the same one together: the first few, and how many more.
std::string findings_text(const EnsembleVerdict& verdict) {
  const std::size_t shown = verdict.level == Level::kNoQuorum ? 6 : 3;
  const auto groups = group_findings(verdict);
  std::string text;
  std::size_t left = 0;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const auto& group = groups[i];
    if (i >= shown) {
      left += 1 + group.others.size();
      continue;
    }
    text += (i == 0 ? "" : "; ") + group.text;
    text += group.others.empty() ? "" : " (likewise " + names_text(group.others) + ")";
  }
  return text + (left > 0 ? "; and " + std::to_string(left) + " more" : "");
}

/// ": " and what is known of the causes, then the full stop.
std::string causes_text(const EnsembleVerdict& verdict) {
  return (verdict.findings.empty() ? "" : ": " + findings_text(verdict)) + ".";
}

/// Who gets no answers: reads may go on.
std::string unserved_text(const EnsembleVerdict& verdict) {
  std::vector<std::string> readable;
  for (const auto& member : verdict.members) {
    if (member.is_read_only) {
      readable.push_back(member.member);
    }
  }
  return readable.empty() ? "so clients are not served"
                          : "so nobody can write; clients that allow read-only are served by " +
                                names_text(readable);
}

std::string no_quorum_text(const EnsembleVerdict& verdict) {
  if (verdict.voters == 0) {
    return "No quorum can be seen: no voter is known" + causes_text(verdict);
  }
  if (verdict.voters == 1) {
    return "No quorum: the only voter does not serve, " + unserved_text(verdict) +
           causes_text(verdict);
  }
  const auto serves = verdict.voters_serving == 0
                          ? "none of the " + std::to_string(verdict.voters) + " voters serves"
                          : "only " + serving_text(verdict);
  const auto needed = static_cast<std::size_t>(-verdict.failures_tolerated);
  const auto remedy = verdict.voters_serving == 0
                          ? "Enough of them must run and reach each other"
                          : "At least " + std::to_string(needed) + " more must come back";
  return "No quorum: " + serves + ", " + unserved_text(verdict) + ". " + remedy +
         causes_text(verdict);
}

/// Why nothing was learnt from a member.
std::string failure_text(const MemberSample& sample) {
  switch (sample.reason) {
    case Reason::kRefused:
      return " can't be reached (connection refused)";
    case Reason::kNoRoute:
      return " can't be reached (no route to it)";
    case Reason::kTimeout:
    case Reason::kNoConnection:
      return " can't be reached (no answer in time)";
    case Reason::kDns:
      return " can't be reached (its name can't be looked up)";
    case Reason::kLocalError:
      return " could not be asked (a failure of the monitoring itself)";
    case Reason::kClosedWithoutAnswer:
      return " closes connections without an answer (too many connections, or no ZooKeeper)";
    case Reason::kTruncated:
      return " gives no usable answer (it is cut short)";
    case Reason::kTooLarge:
      return " gives no usable answer (it is too long for a ZooKeeper's)";
    case Reason::kMalformed:
      return " gives no usable answer (it is not a ZooKeeper's)";
    case Reason::kTls:
      return " gives no usable answer (TLS)";
    case Reason::kCommandRefused:
      return " gives no usable answer (it refuses srvr)";
    case Reason::kNone:
      break;
  }
  return " can't be reached";
}

/// Whether a quorum is only known to be there by what else is seen.
bool is_quorum_unseen(const EnsembleVerdict& verdict) {
  return verdict.has(FindingCode::kQuorumUnseen) ||
         (verdict.has(FindingCode::kSeveralServers) && verdict.voters_serving == 0);
}

/// What the rows say too, where a leader tells too little.
std::string sync_text(const EnsembleVerdict& verdict) {
  return verdict.is_sync_known
             ? ""
             : " Whether the followers are in sync is not known: no leader answers mntr.";
}

/// When nobody can write, though the polls see a quorum: that first.
std::string unwritable_text(const EnsembleVerdict& verdict) {
  const auto quorum = is_quorum_unseen(verdict)
                          ? "too few voters can be seen to tell more"
                          : serving_text(verdict) + leader_text(verdict) + "; " +
                                tolerance_text(verdict.failures_tolerated);
  const auto others = findings_text(verdict);
  return verdict.unwritable + ". By the polls " + quorum + (others.empty() ? "" : "; ") + others +
         ".";
}

/// Findings of a healthy ensemble.
std::string notices_text(const EnsembleVerdict& verdict) {
  return verdict.findings.empty() ? "" : " To look at: " + findings_text(verdict) + ".";
}

}  // namespace

std::string describe_state(const std::string& member, const MemberSample* sample) {
  if (sample == nullptr) {
    return member + " has not been polled yet";
  }
  if (sample->state == MemberState::kUnreachable) {
    return member + failure_text(*sample);
  }
  if (is_serving(sample->state)) {
    return member + " runs as " + std::string(to_string(sample->state)) + ", and does not vote";
  }
  return member + " " + describe(sample->state);
}

std::string describe_unseen(const std::string& member, const MemberSample& sample) {
  if (sample.reason == Reason::kClosedWithoutAnswer) {
    return member + " has too many connections to answer the monitoring";
  }
  if (sample.reason == Reason::kLocalError) {
    return describe_state(member, &sample);
  }
  return member + " can't be reached from here";
}

std::string names_text(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 6;
  const auto shown = names.size() > kShown ? kShown - 1 : names.size();
  std::string text;
  for (std::size_t i = 0; i < shown; ++i) {
    const bool is_last = i + 1 == names.size();
    text += (i == 0 ? "" : is_last ? " and " : ", ") + names[i];
  }
  return text +
         (shown < names.size() ? " and " + std::to_string(names.size() - shown) + " more" : "");
}

std::string summarise(const EnsembleVerdict& verdict) {
  if (!verdict.unwritable.empty() && has_quorum(verdict.level)) {
    return unwritable_text(verdict);
  }
  switch (verdict.level) {
    case Level::kHealthy:
      if (verdict.voters == 1) {
        return "The only voter serves; there is no other to stand in for it." +
               notices_text(verdict);
      }
      return "All " + count_text(verdict.voters, "voter") + " serve" + leader_text(verdict) + "; " +
             tolerance_text(verdict.failures_tolerated) + " without harm to clients." +
             sync_text(verdict) + notices_text(verdict);
    case Level::kDegraded:
      if (is_quorum_unseen(verdict)) {
        return "The ensemble serves, but how well can't be told" + causes_text(verdict);
      }
      return "The ensemble serves (" + serving_text(verdict) + leader_text(verdict) + "; " +
             (verdict.has(FindingCode::kNotAsked) ? "how many voters can be lost is not known"
                                                  : tolerance_text(verdict.failures_tolerated)) +
             "), but " + findings_text(verdict) + ".";
    case Level::kAtRisk:
      return "One more failure can end the service: " + serving_text(verdict) +
             leader_text(verdict) + (verdict.findings.empty() ? "" : "; ") +
             findings_text(verdict) + ".";
    case Level::kNoQuorum:
      return no_quorum_text(verdict);
    case Level::kSplitView:
      return "The members contradict each other: " + findings_text(verdict) + ".";
    case Level::kUnknown:
      break;
  }
  if (verdict.has(FindingCode::kNotPolled)) {
    return "Not all members have been polled yet.";
  }
  if (verdict.has(FindingCode::kNotAsked)) {
    return "The monitoring itself failed, so that nothing is known of the quorum" +
           causes_text(verdict);
  }
  return "No member can be reached; the ensemble may be down, or the network to it" +
         causes_text(verdict);
}

}  // namespace zke
