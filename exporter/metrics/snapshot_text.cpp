#include "metrics/snapshot_text.hpp"

#include <algorithm>
#include <string>

#include "metrics/client_text.hpp"
#include "metrics/ensemble_text.hpp"

namespace zke {

namespace {

/// The name of a source, after which sources of one family are sorted; the ensemble's own comes
/// before its members'.
std::string source_of(const Snapshot& ensemble, const std::string& member = {}) {
  return ensemble.name + '\n' + member;
}

/// The same of what a client sees of a member.
std::string client_source_of(const Snapshot& ensemble, const std::string& member) {
  return source_of(ensemble, member) + "\nclient";
}

/// The member of `other`, which mostly has the same ones in the same places.
const Snapshot::Member* find_same(const SnapshotPtr& other, std::size_t place,
                                  const std::string& name) {
  if (!other) {
    return nullptr;
  }
  const bool is_there = place < other->members.size() && other->members[place].name == name;
  return is_there ? &other->members[place] : other->find(name);
}

}  // namespace

void SnapshotText::put(const Snapshot& ensemble, const Snapshot::Member& member) {
  exposition_.put(source_of(ensemble, member.name),
                  {{"ensemble", ensemble.name}, {"member", member.name}},
                  [&](FamilyText& to) { member_text_.write(*member.sample, to); });
}

void SnapshotText::put_client(const Snapshot& ensemble, const Snapshot::Member& member) {
  const auto source = client_source_of(ensemble, member.name);
  if (member.client) {
    exposition_.put(source, {{"ensemble", ensemble.name}, {"member", member.name}},
                    [&](FamilyText& to) { write_client(*member.client, to); });
  } else {
    exposition_.erase(source);
  }
}

void SnapshotText::take(const SnapshotPtr& last, const SnapshotPtr& now) {
  for (std::size_t i = 0; last && i < last->members.size(); ++i) {
    const auto& name = last->members[i].name;
    if (find_same(now, i, name) == nullptr) {
      exposition_.erase(source_of(*last, name));
      exposition_.erase(client_source_of(*last, name));
    }
  }
  if (!now) {
    exposition_.erase(source_of(*last));
    return;
  }
  bool is_any_polled = false;
  for (std::size_t i = 0; i < now->members.size(); ++i) {
    const auto& member = now->members[i];
    const auto* const before = find_same(last, i, member.name);
    is_any_polled = is_any_polled || member.sample;
    if (member.sample && (before == nullptr || before->sample != member.sample)) {
      put(*now, member);
    }
    if (member.client != (before == nullptr ? nullptr : before->client)) {
      put_client(*now, member);
    }
  }
  if (is_any_polled) {
    exposition_.put(source_of(*now), {{"ensemble", now->name}},
                    [&](FamilyText& to) { write_ensemble(*now, to); });
  } else {
    exposition_.erase(source_of(*now));  // its verdict was of members that are gone
  }
}

}  // namespace zke
