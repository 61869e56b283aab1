#include "judge/verdict.hpp"

#include <algorithm>

namespace zke {

const MemberVerdict* EnsembleVerdict::find(std::string_view member) const {
  const auto found = std::ranges::find(members, member, &MemberVerdict::member);
  return found == members.end() ? nullptr : &*found;
}

bool EnsembleVerdict::has(FindingCode code) const {
  return std::ranges::find(findings, code, &Finding::code) != findings.end();
}

}  // namespace zke
