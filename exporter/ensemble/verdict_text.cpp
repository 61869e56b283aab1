#include "ensemble/verdict_text.hpp"

#include <algorithm>

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

/// The findings' texts: the first two, and how many more there are.
std::string findings_text(const EnsembleVerdict& verdict) {
  constexpr std::size_t kShown = 2;
  std::string text;
  for (std::size_t i = 0; i < verdict.findings.size() && i < kShown; ++i) {
    text += (i == 0 ? "" : "; ") + verdict.findings[i].text;
  }
  if (verdict.findings.size() > kShown) {
    text += "; and " + std::to_string(verdict.findings.size() - kShown) + " more";
  }
  return text;
}

/// ": " and what is known of the causes, then the full stop.
std::string causes_text(const EnsembleVerdict& verdict) {
  return (verdict.findings.empty() ? "" : ": " + findings_text(verdict)) + ".";
}

std::string no_quorum_text(const EnsembleVerdict& verdict) {
  if (verdict.voters < 2) {
    return "No quorum: the only voter does not serve, so clients are not served" +
           causes_text(verdict);
  }
  const auto serves = verdict.voters_serving == 0
                          ? "none of the " + std::to_string(verdict.voters) + " voters serves"
                          : "only " + serving_text(verdict);
  const auto needed = static_cast<std::size_t>(-verdict.failures_tolerated);
  const auto remedy = verdict.voters_serving == 0
                          ? "Enough of them must run and reach each other"
                          : "At least " + std::to_string(needed) + " more must come back";
  return "No quorum: " + serves + ", so clients are not served. " + remedy + causes_text(verdict);
}

/// Why nothing was learnt from a member.
std::string failure_text(const MemberSample& sample) {
  switch (sample.reason) {
    case Reason::kRefused:
      return " can't be reached (connection refused)";
    case Reason::kTimeout:
      return " can't be reached (no answer in time)";
    case Reason::kDns:
      return " can't be reached (its name can't be looked up)";
    case Reason::kLocalError:
      return " could not be asked (a failure of the monitoring itself)";
    case Reason::kNone:
      return " can't be reached";
    default:
      return " gives no usable answer (" + std::string(to_string(sample.reason)) + ")";
  }
}

bool is_unseen_quorum(const Finding& finding) { return finding.code == "quorum_unseen"; }

bool is_first_poll(const Finding& finding) { return finding.code == "not_polled"; }

}  // namespace

std::string describe_state(const std::string& member, const MemberSample* sample) {
  if (sample == nullptr) {
    return member + " has not been polled yet";
  }
  if (sample->state == MemberState::kNotServing) {
    return member + " answers, but serves nobody: it sees no quorum, or is still loading data";
  }
  if (sample->state == MemberState::kReadOnly) {
    return member + " is read-only: it is cut off from the other voters";
  }
  if (sample->state == MemberState::kUnreachable) {
    return member + failure_text(*sample);
  }
  return member + " runs as " + std::string(to_string(sample->state)) + ", and does not vote";
}

std::string summarise(const EnsembleVerdict& verdict) {
  switch (verdict.level) {
    case Level::kHealthy:
      if (verdict.voters == 1) {
        return "The only voter serves; there is no other to stand in for it.";
      }
      return "All " + count_text(verdict.voters, "voter") + " serve" + leader_text(verdict) + "; " +
             tolerance_text(verdict.failures_tolerated) + " without harm to clients.";
    case Level::kDegraded:
      if (std::ranges::any_of(verdict.findings, is_unseen_quorum)) {
        return "The ensemble serves, but how well can't be told" + causes_text(verdict);
      }
      return "The ensemble serves (" + serving_text(verdict) + leader_text(verdict) + "; " +
             tolerance_text(verdict.failures_tolerated) + "), but " + findings_text(verdict) + ".";
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
  if (std::ranges::any_of(verdict.findings, is_first_poll)) {
    return "Not all members have been polled yet.";
  }
  return "No member can be reached; the ensemble may be down, or the network to it" +
         causes_text(verdict);
}

}  // namespace zke
