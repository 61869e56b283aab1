#include "judge/told.hpp"

namespace zke {

namespace {

void remember_member(const std::string& name, const MemberSample& sample, Told& told) {
  if (sample.is_several_servers) {
    told.server_ids.erase(name);
    told.votes.erase(name);
    told.versions.erase(name);
    return;
  }
  if (sample.conf && sample.conf->server_id) {
    told.server_ids[name] = *sample.conf->server_id;
  }
  if (sample.is_voter) {
    told.votes[name] = *sample.is_voter;
  }
  if (sample.version && sample.version->number.empty()) {
    told.versions.erase(name);  // a build without a number: it runs something else now
  } else if (sample.version) {
    told.versions[name] = sample.version->number;
  }
}

/// A membership with observers tells more than one without; then the newer one.
bool is_better(const Conf& conf, const Conf& than) {
  return conf.is_voters_only == than.is_voters_only ? conf.version > than.version
                                                    : than.is_voters_only;
}

}  // namespace

void remember(const Snapshot& view, Told& told) {
  const Conf* newest = nullptr;
  for (const auto& member : view.members) {
    if (!member.sample) {
      continue;
    }
    const auto& sample = *member.sample;
    remember_member(member.name, sample, told);
    if (sample.conf && !sample.conf->servers.empty() &&
        (newest == nullptr || is_better(*sample.conf, *newest))) {
      newest = &*sample.conf;
    }
    if (sample.quorum_size.value_or(0) > 0) {
      told.quorum_size = sample.quorum_size;
    }
  }
  if (newest != nullptr) {
    told.membership = newest->servers;
    told.is_voters_only = newest->is_voters_only;
  }
}

}  // namespace zke
