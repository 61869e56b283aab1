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
  if (sample.version) {
    told.versions[name] = sample.version->number;
  }
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
        (newest == nullptr || sample.conf->version > newest->version)) {
      newest = &*sample.conf;
    }
    if (sample.quorum_size.value_or(0) > 0) {
      told.quorum_size = sample.quorum_size;
    }
  }
  if (newest != nullptr) {
    told.membership = newest->servers;
  }
}

}  // namespace zke
