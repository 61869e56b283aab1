#include "poll/change_log.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/log.hpp"

namespace zke {

namespace {

void log_member(const std::string& ensemble, const std::string& member, const MemberSample* last,
                const MemberSample& now) {
  const bool is_known_mix = last != nullptr && last->is_several_servers && now.is_several_servers;
  if (is_known_mix || (last != nullptr && last->state == now.state && last->reason == now.reason)) {
    return;  // what an address of several servers shows changes all the time
  }
  const log::Fields fields = {
      {"ensemble", ensemble},
      {"member", member},
      {"from", std::string(last == nullptr ? "unknown" : to_string(last->state))},
      {"to", std::string(to_string(now.state))},
      {"reason", std::string(to_string(now.reason))},
      {"detail", now.detail}};
  const bool is_well = is_serving(now.state) && now.reason == Reason::kNone;
  (is_well ? log::info : log::warn)("member changed", fields);
}

/// Each thing once, when it begins.
void log_tls(const Snapshot* last, const Snapshot& now) {
  if (!now.tls) {
    return;
  }
  const auto before = last != nullptr && last->tls ? *last->tls : Snapshot::Tls();
  const auto& mistake = now.tls->mistake;
  if (!now.tls->is_verifying && before.is_verifying) {
    log::warn("certificates are not verified: anybody may pose as these servers",
              {{"ensemble", now.name}, {"remedy", "verify: full"}});
  }
  for (const auto& warning : now.tls->warnings) {
    if (std::ranges::find(before.warnings, warning) == before.warnings.end()) {
      log::warn("unwise file of TLS", {{"ensemble", now.name}, {"file", warning}});
    }
  }
  if (mistake == before.mistake) {
    return;
  }
  if (mistake.empty()) {
    log::info("files of TLS can be used again", {{"ensemble", now.name}});
  } else {
    log::warn("new files of TLS can't be used, the old ones stay",
              {{"ensemble", now.name}, {"mistake", mistake}});
  }
}

/// Not while members wait for their first poll.
void log_level(Level last, const Snapshot& now) {
  const auto& verdict = now.verdict;
  if (last == verdict.level || verdict.has(FindingCode::kNotPolled)) {
    return;
  }
  const bool is_well = verdict.level == Level::kHealthy;
  (is_well ? log::info : log::warn)("ensemble changed",
                                    {{"ensemble", now.name},
                                     {"from", std::string(to_string(last))},
                                     {"to", std::string(to_string(verdict.level))},
                                     {"summary", verdict.summary}});
}

const Difference* find_drift(const EnsembleVerdict& verdict, std::string_view key) {
  const auto found = std::ranges::find(verdict.config_drift, key, &Difference::key);
  return found == verdict.config_drift.end() ? nullptr : &*found;
}

/// Once when a setting begins to differ, and once when it does no more. Who has which value may
/// change meanwhile: the metrics and the pages tell.
void log_config_drift(const EnsembleVerdict& last, const Snapshot& now) {
  for (const auto& setting : now.verdict.config_drift) {
    if (find_drift(last, setting.key) == nullptr) {
      log::warn("settings differ", {{"ensemble", now.name},
                                    {"key", std::string(setting.key)},
                                    {"values", describe(setting)}});
    }
  }
  for (const auto& setting : last.config_drift) {
    if (find_drift(now.verdict, setting.key) == nullptr) {
      log::info("settings differ no more",
                {{"ensemble", now.name}, {"key", std::string(setting.key)}});
    }
  }
}

/// Each member whose data is found to differ, and once when none does any more.
void log_data(const EnsembleVerdict& last, const Snapshot& now) {
  const auto is_new = [&](const Finding& finding) {
    return finding.code == FindingCode::kDataDiffers &&
           std::ranges::find(last.findings, finding.text, &Finding::text) == last.findings.end();
  };
  for (const auto& finding : now.verdict.findings) {
    if (is_new(finding)) {
      log::error("data differs", {{"ensemble", now.name}, {"text", finding.text}});
    }
  }
  if (last.data_differs == true && now.verdict.data_differs != true) {
    log::warn("data differs no more", {{"ensemble", now.name}});
  }
}

bool is_of_client(const Finding& finding) {
  constexpr auto kCodes = std::to_array<FindingCode>(
      {FindingCode::kWritesFail, FindingCode::kWritesSlow, FindingCode::kReadsFail,
       FindingCode::kWatchesLate, FindingCode::kCanaryBlind});
  return std::ranges::find(kCodes, finding.code) != kCodes.end();
}

bool has_same(const EnsembleVerdict& verdict, const Finding& finding) {
  return std::ranges::any_of(verdict.findings, [&](const Finding& other) {
    return other.code == finding.code && other.member == finding.member;
  });
}

/// Each once when it begins, and once when it ends: what it says of times changes all the time.
void log_client(const EnsembleVerdict& last, const Snapshot& now) {
  for (const auto& finding : now.verdict.findings) {
    if (is_of_client(finding) && !has_same(last, finding)) {
      log::warn("a client sees a fault", {{"ensemble", now.name},
                                          {"member", finding.member},
                                          {"finding", std::string(to_string(finding.code))},
                                          {"text", finding.text}});
    }
  }
  for (const auto& finding : last.findings) {
    if (is_of_client(finding) && !has_same(now.verdict, finding)) {
      log::info("a client sees a fault no more",
                {{"ensemble", now.name},
                 {"member", finding.member},
                 {"finding", std::string(to_string(finding.code))}});
    }
  }
}

/// An upgrade begins and ends so: no reason to worry.
void log_version_drift(const EnsembleVerdict& last, const Snapshot& now) {
  const auto& findings = now.verdict.findings;
  const auto drift = std::ranges::find(findings, FindingCode::kVersionDrift, &Finding::code);
  const bool was_there = last.has(FindingCode::kVersionDrift);
  if (drift != findings.end() && !was_there) {
    log::info("versions differ", {{"ensemble", now.name}, {"text", drift->text}});
  } else if (drift == findings.end() && was_there) {
    log::info("versions differ no more", {{"ensemble", now.name}});
  }
}

}  // namespace

void log_changes(const SnapshotPtr& last, const SnapshotPtr& now) {
  if (!now) {
    return;
  }
  for (const auto& member : now->members) {
    const auto* before = last ? last->find(member.name) : nullptr;
    const auto* const known = before == nullptr ? nullptr : before->sample.get();
    if (member.sample && member.sample.get() != known) {
      log_member(now->name, member.name, known, *member.sample);
    }
  }
  log_tls(last.get(), *now);
  log_level(last ? last->verdict.level : Level::kUnknown, *now);
  static const EnsembleVerdict none;
  const auto& before = last ? last->verdict : none;
  log_data(before, *now);
  log_config_drift(before, *now);
  log_client(before, *now);
  log_version_drift(before, *now);
}

}  // namespace zke
