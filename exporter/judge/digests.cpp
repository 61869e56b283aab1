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
  Comparison(const Group& group, DigestMemory& memory)
      : group_(group), undecided_(group), sayings_(list_sayings(group)), memory_(memory) {}

  void compare() {
    for (const bool is_last : {false, true}) {
      auto begin = sayings_.begin();
      while (begin != sayings_.end() && !undecided_.empty()) {
        const auto end = std::find_if(
            begin, sayings_.end(), [&](const auto& saying) { return saying.zxid != begin->zxid; });
        if (end - begin > 1) {
          compare_at({begin, end}, is_last);
        }
        begin = end;
      }
    }
  }

 private:
  using Sides = std::vector<Difference::Side>;

  /// Of all sayings about one zxid. Where only some tell of it, and no side is large enough, an
  /// older one decides, and this one only as the last resort.
  void compare_at(const std::vector<Saying>& sayings, bool is_last) {
    memory_.is_any_compared = true;
    Sayings values;
    for (const auto& saying : sayings) {
      values.emplace_back(saying.member->member, std::to_string(saying.value));
    }
    const auto sides = find_difference("", values).sides;
    if (!is_majority(sides) && sayings.size() < group_.size() && !is_last) {
      return;
    }
    for (const auto& saying : sayings) {
      if (std::erase(undecided_, saying.member) == 0) {
        continue;
      }
      if (std::to_string(saying.value) != sides[0].value) {
        note_difference(saying, sayings, sides);
      } else if (is_majority(sides) || sides.size() == 1) {
        memory_.differing.erase(saying.member->member);
        memory_.doubted.erase(saying.member->member);
      }
    }
  }

  bool is_majority(const Sides& sides) const { return 2 * sides[0].members.size() > group_.size(); }

  void note_difference(const Saying& odd, const std::vector<Saying>& sayings, const Sides& sides) {
    const auto& name = odd.member->member;
    const auto known = memory_.differing.find(name);
    const bool is_known = known != memory_.differing.end();
    if (is_known && (!known->second.member.empty() || !is_majority(sides))) {
      return;
    }
    const auto first = memory_.doubted.try_emplace(name, odd.zxid).first->second;
    const bool is_proven =
        is_known || odd.zxid > first || std::ranges::any_of(sayings, [&](const auto& other) {
          return other.value != odd.value &&
                 have_agreed(*other.member->digests, *odd.member->digests);
        });
    if (is_proven) {
      memory_.doubted.erase(name);
      memory_.differing.insert_or_assign(name, describe(odd, sides));
    }
  }

  Finding describe(const Saying& odd, const Sides& sides) const {
    const auto& name = odd.member->member;
    const auto others = names_text(sides[0].members);
    const auto text = is_majority(sides) ? name + " holds other data than " + others
                                         : others + " and " + name + " hold different data";
    return {FindingCode::kDataDiffers, is_majority(sides) ? name : std::string(),
            text + ": their digests differ at zxid " + hex_text(odd.zxid)};
  }

  const Group& group_;
  Group undecided_;
  std::vector<Saying> sayings_;
  DigestMemory& memory_;
};

void compare_groups(DigestMemory& memory) {
  std::map<std::string, Group> groups;
  for (const auto& member : memory.last) {
    groups[member.version].push_back(&member);
  }
  memory.is_any_compared = false;
  for (const auto& [version, group] : groups) {
    Comparison(group, memory).compare();
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
