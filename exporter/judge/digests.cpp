#include "judge/digests.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "judge/difference.hpp"
#include "judge/server_match.hpp"
#include "judge/verdict_text.hpp"

namespace zke {

namespace {

using Member = Membership::Member;
using Compared = DigestMemory::Compared;
using Group = std::vector<const Compared*>;  ///< whose digests are made in one way

bool is_of_ensemble(const Member& member, const Told& told) {
  const auto& held = member.held();
  return held.empty() || told.membership.empty() ||
         std::ranges::any_of(held, [&](const auto& server) {
           const auto* const same = find_server(told.membership, server.id);
           return same != nullptr && is_same_server(server, *same);
         });
}

bool is_comparable(const Member& member, const Told& told) {
  return !member.is_several && !member.is_stranger && member.is_zookeeper() &&
         member.state() != MemberState::kStandalone && member.sample->version &&
         member.sample->digests && !member.sample->digests->log.empty() &&
         is_of_ensemble(member, told);
}

std::vector<Compared> find_comparable(const Membership& membership, const Told& told) {
  std::vector<Compared> found;
  for (const auto& member : membership.members) {
    if (is_comparable(member, told)) {
      const auto& sample = *member.sample;
      found.push_back(
          {member.name, sample.digests, sample.version->number + " " + sample.version->revision});
    }
  }
  return found;
}

std::string hex_text(std::uint64_t zxid) {
  std::array<char, 16> digits{};
  const auto done = std::to_chars(digits.begin(), digits.end(), zxid, 16);
  return "0x" + std::string(digits.begin(), done.ptr);
}

/// Whether the two had the same data at some zxid.
bool have_agreed(const Digests& a, const Digests& b) {
  auto first = a.log.begin();
  auto second = b.log.begin();
  while (first != a.log.end() && second != b.log.end()) {
    if (*first == *second) {
      return true;
    }
    (first->zxid < second->zxid ? first : second)++;
  }
  return false;
}

/// What one member said of a zxid.
struct Saying {
  std::uint64_t zxid = 0;
  std::int64_t value = 0;
  const Compared* member = nullptr;
};

/// Newest zxid first, members in their order.
std::vector<Saying> list_sayings(const Group& group) {
  std::vector<Saying> sayings;
  for (const auto* member : group) {
    for (const auto& digest : member->digests->log) {
      sayings.push_back({digest.zxid, digest.value, member});
    }
  }
  std::ranges::stable_sort(sayings, std::ranges::greater(), &Saying::zxid);
  return sayings;
}

class Comparison {
 public:
  explicit Comparison(DigestMemory& memory) : memory_(memory) {}

  /// Decides on each member at the newest zxid that it shares with another.
  void compare(const Group& group) {
    const auto sayings = list_sayings(group);
    std::vector<const Compared*> undecided = group;
    for (auto begin = sayings.begin(); begin != sayings.end() && !undecided.empty();) {
      const auto end = std::find_if(begin, sayings.end(),
                                    [&](const auto& saying) { return saying.zxid != begin->zxid; });
      if (end - begin > 1) {
        compare_at({begin, end}, undecided);
      }
      begin = end;
    }
  }

 private:
  /// Of all sayings about one zxid.
  void compare_at(const std::vector<Saying>& sayings, std::vector<const Compared*>& undecided) {
    memory_.is_any_compared = true;
    Sayings values;
    for (const auto& saying : sayings) {
      values.emplace_back(saying.member->member, std::to_string(saying.value));
    }
    const auto sides = find_difference("", values).sides;
    for (const auto& saying : sayings) {
      if (std::erase(undecided, saying.member) == 0) {
        continue;
      }
      if (std::to_string(saying.value) == sides[0].value) {
        memory_.differing.erase(saying.member->member);
        memory_.doubted.erase(saying.member->member);
      } else {
        note_difference(saying, sayings, sides);
      }
    }
  }

  void note_difference(const Saying& odd, const std::vector<Saying>& sayings,
                       const std::vector<Difference::Side>& sides) {
    const auto& name = odd.member->member;
    if (memory_.differing.contains(name)) {
      return;
    }
    const auto first = memory_.doubted.try_emplace(name, odd.zxid).first->second;
    const bool is_proven = odd.zxid > first || std::ranges::any_of(sayings, [&](const auto& other) {
                             return other.value != odd.value &&
                                    have_agreed(*other.member->digests, *odd.member->digests);
                           });
    if (!is_proven) {
      return;
    }
    memory_.doubted.erase(name);
    const bool is_majority = sides[0].members.size() > sides[1].members.size();
    const auto text = is_majority
                          ? name + " holds other data than " + names_text(sides[0].members)
                          : names_text(sides[0].members) + " and " + name + " hold different data";
    memory_.differing.emplace(
        name, Finding{FindingCode::kDataDiffers, is_majority ? name : std::string(),
                      text + ": their digests differ at zxid " + hex_text(odd.zxid)});
  }

  DigestMemory& memory_;
};

void compare_groups(DigestMemory& memory) {
  std::map<std::string, Group> groups;
  for (const auto& member : memory.last) {
    groups[member.version].push_back(&member);
  }
  memory.is_any_compared = false;
  for (const auto& [version, group] : groups) {
    Comparison(memory).compare(group);
  }
}

/// What is known of members that will never tell more.
void forget_refusing(const Membership& membership, DigestMemory& memory) {
  for (const auto& member : membership.members) {
    if (member.sample != nullptr && member.sample->command_allowed[Command::kHash] == false) {
      memory.differing.erase(member.name);
      memory.doubted.erase(member.name);
    }
  }
}

}  // namespace

DataCheck compare_data(const Membership& membership, const Told& told, DigestMemory& memory) {
  auto comparable = find_comparable(membership, told);
  if (comparable != memory.last) {  // digests come once a minute, judgements with each poll
    memory.last = std::move(comparable);
    compare_groups(memory);
  }
  forget_refusing(membership, memory);
  DataCheck check;
  for (const auto& [member, finding] : memory.differing) {
    check.findings.push_back(finding);
  }
  if (memory.is_any_compared || !check.findings.empty()) {
    check.differs = !check.findings.empty();
  }
  return check;
}

}  // namespace zke
