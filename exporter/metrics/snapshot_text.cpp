#include "metrics/snapshot_text.hpp"

#include <algorithm>
#include <string>

#include "metrics/ensemble_families.hpp"
#include "metrics/member_families.hpp"

namespace zke {

namespace {

/// The name of a source, after which sources of one family are sorted; the ensemble's own comes
/// before its members'.
std::string source_of(const Snapshot& ensemble, const std::string& member = {}) {
  return ensemble.name + '\n' + member;
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

void render_changes(Exposition& exposition, const SnapshotPtr& last, const SnapshotPtr& now) {
  for (std::size_t i = 0; last && i < last->members.size(); ++i) {
    const auto& name = last->members[i].name;
    if (find_same(now, i, name) == nullptr) {
      exposition.erase(source_of(*last, name));
    }
  }
  if (!now) {
    exposition.erase(source_of(*last));
    return;
  }
  bool is_any_polled = false;
  for (std::size_t i = 0; i < now->members.size(); ++i) {
    const auto& member = now->members[i];
    const auto* const before = find_same(last, i, member.name);
    is_any_polled = is_any_polled || member.sample;
    if (member.sample && (before == nullptr || before->sample != member.sample)) {
      exposition.put(source_of(*now, member.name), member_families(*member.sample),
                     {{"ensemble", now->name}, {"member", member.name}});
    }
  }
  if (is_any_polled) {
    exposition.put(source_of(*now), ensemble_families(now->verdict), {{"ensemble", now->name}});
  }
}

}  // namespace zke
